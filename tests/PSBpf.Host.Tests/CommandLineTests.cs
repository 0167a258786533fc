using CsCheck;
using PSBpf.Host.CommandLine;
using PSBpf.Host.Execution;

namespace PSBpf.Host.Tests;

public sealed class CommandLineTests : IDisposable
{
    private readonly string _script = Path.ChangeExtension(Path.GetTempFileName(), ".ps1");

    public CommandLineTests() => File.WriteAllText(_script, "");

    public void Dispose() => File.Delete(_script);

    [Theory]
    [InlineData("", nameof(HostMode.Prompt), "")]
    [InlineData("-nologo -NoProfile", nameof(HostMode.Prompt), "")]
    [InlineData("-Command 1 + 1", nameof(HostMode.Command), "1 + 1")]
    [InlineData("-c exit", nameof(HostMode.Command), "exit")]
    [InlineData("--command x", nameof(HostMode.Command), "x")]
    [InlineData("-NonInteractive -C -x", nameof(HostMode.Command), "-x")]
    [InlineData("-Command -", nameof(HostMode.StandardInput), "")]
    [InlineData("-File -", nameof(HostMode.StandardInput), "")]
    [InlineData("-h", nameof(HostMode.Help), "")]
    [InlineData("-?", nameof(HostMode.Help), "")]
    [InlineData("--help", nameof(HostMode.Help), "")]
    [InlineData("-Version", nameof(HostMode.Version), "")]
    [InlineData("-v", nameof(HostMode.Version), "")]
    public void Options_are_read(string line, string mode, string text)
    {
        HostOptions options = CommandLineParser.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries), inputRedirected: false);
        Assert.Equal(mode, options.Mode.ToString());
        Assert.Equal(text, options.Text);
    }

    [Theory]
    [InlineData("-nope")]
    [InlineData("-no")]
    [InlineData("-File")]
    [InlineData("-Command")]
    [InlineData("missing.ps1")]
    [InlineData("script.txt")]
    public void What_is_wrong_is_said(string line)
    {
        HostOptions options = CommandLineParser.Parse(line.Split(' '), inputRedirected: false);
        Assert.Equal(HostMode.Invalid, options.Mode);
        Assert.NotEmpty(options.Text);
    }

    [Fact]
    public void What_follows_a_script_belongs_to_it()
    {
        foreach (string[] line in (string[][])[[_script, "-c", "x"], ["-File", _script, "-c", "x"], ["-f", _script, "-c", "x"]])
        {
            HostOptions options = CommandLineParser.Parse(line, inputRedirected: false);
            Assert.Equal((HostMode.File, _script), (options.Mode, options.Text));
            Assert.Equal(["-c", "x"], options.Arguments);
        }
    }

    [Fact]
    public void The_conformance_command_is_the_first_word_or_none()
    {
        HostOptions options = CommandLineParser.Parse(["conformance", "00 11", "--elf", "-Help"], inputRedirected: true);
        Assert.Equal(HostMode.Conformance, options.Mode);
        Assert.Equal(["00 11", "--elf", "-Help"], options.Arguments);
        Assert.Equal(HostMode.Invalid, CommandLineParser.Parse(["-NoLogo", "conformance"], inputRedirected: true).Mode);
    }

    [Fact]
    public void Redirected_input_is_the_script_when_nothing_else_is_given()
    {
        Assert.Equal(HostMode.StandardInput, CommandLineParser.Parse([], inputRedirected: true).Mode);
        Assert.Equal(HostMode.Command, CommandLineParser.Parse(["-c", "1"], inputRedirected: true).Mode);
    }

    [Theory]
    [InlineData(new[] { "plain", "two words", "it's", "$x", "a;b" }, "& '/s.ps1' 'plain' 'two words' 'it''s' '$x' 'a;b'")]
    [InlineData(new[] { "-Name", "v", "-Flag" }, "& '/s.ps1' -Name 'v' -Flag")]
    [InlineData(new[] { "-Flag:$true", "-Name:x y", "-Off:$False" }, "& '/s.ps1' -Flag:$true -Name:'x y' -Off:$False")]
    [InlineData(new[] { "-5", "-", "--x", "-a b" }, "& '/s.ps1' '-5' '-' '--x' '-a b'")]
    public void A_script_is_called_with_the_words_of_the_command_line(string[] arguments, string expected) =>
        Assert.EndsWith(expected, ScriptInvocation.Text("/s.ps1", arguments), StringComparison.Ordinal);

    [Fact]
    public void Any_word_reaches_a_script_unchanged()
    {
        File.WriteAllText(_script, "foreach ($a in $args) { $a }");
        using var session = new HostedRunspace();
        Check.Sample(
            Gen.String[Gen.Char["ab $'\"`;|&(){}@,#-‘’\n:"], 1, 10].Where(static word => word[0] != '-').List[0, 4],
            words => Assert.Equal(words, session.Objects(ScriptInvocation.Text(_script, words)).Select(static value => value!.ToString())),
            iter: 200,
            threads: 1);
    }

    [Fact]
    public void The_module_is_found_where_it_is_named_beside_the_program_or_above_it()
    {
        string root = Directory.CreateTempSubdirectory("psbpf-find-").FullName;
        try
        {
            string program = Directory.CreateDirectory(Path.Combine(root, "src", "bin")).FullName;
            string beside = Directory.CreateDirectory(Path.Combine(program, "PSBpf")).FullName;
            Assert.Null(ModuleLoader.Find(null, program));

            string above = Path.Combine(root, "PSBpf.psd1");
            File.WriteAllText(above, "@{}");
            Assert.Equal(above, ModuleLoader.Find(null, program));

            string staged = Path.Combine(beside, "PSBpf.psd1");
            File.WriteAllText(staged, "@{}");
            Assert.Equal(staged, ModuleLoader.Find("", program));

            Assert.Equal(above, ModuleLoader.Find(root, program));
            Assert.Equal(above, ModuleLoader.Find(above, program));
            Assert.Null(ModuleLoader.Find(Path.Combine(root, "nowhere"), program));
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }
}

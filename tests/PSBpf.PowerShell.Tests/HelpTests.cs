using System.Management.Automation;
using System.Xml.Linq;

namespace PSBpf.ModuleTests;

public sealed class HelpTests
{
    private static readonly XNamespace Command = "http://schemas.microsoft.com/maml/dev/command/2004/10";
    private static readonly XNamespace Maml = "http://schemas.microsoft.com/maml/2004/10";
    private static readonly XNamespace Dev = "http://schemas.microsoft.com/maml/dev/2004/10";

    private static readonly Dictionary<string, XElement> Help = XDocument.Load(Repository.Path("module", "en-US", "PSBpf.PowerShell.dll-Help.xml")).Root!
        .Elements(Command + "command").ToDictionary(command => command.Element(Command + "details")!.Element(Command + "name")!.Value);

    public static IEnumerable<TheoryDataRow<string>> Cmdlets() => Help.Keys.Order().Select(name => new TheoryDataRow<string>(name));

    public static IEnumerable<TheoryDataRow<string, int>> Examples() =>
        from command in Help
        from number in Enumerable.Range(1, ExamplesOf(command.Key).Count)
        select new TheoryDataRow<string, int>(command.Key, number);

    [Fact]
    public void Every_cmdlet_has_help_and_help_is_of_cmdlets()
    {
        using var shell = new Shell();
        Assert.Equal(shell.Get("Get-Command -Module PSBpf | ForEach-Object Name").Select(name => name.ToString()).Order(), Help.Keys.Order());
    }

    [Theory]
    [MemberData(nameof(Cmdlets))]
    public void Get_Help_shows_synopsis_description_and_examples(string name)
    {
        using var shell = new Shell();
        var text = shell.Show($"Get-Help {name} -Full");
        var help = Help[name];
        Assert.Contains(help.Descendants(Maml + "para").First().Value, text, StringComparison.Ordinal);
        Assert.NotEmpty(help.Element(Maml + "description")!.Value.Trim());
        Assert.NotEmpty(ExamplesOf(name));
        Assert.Contains("Example 1: ", text, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Cmdlets))]
    public void Every_parameter_is_described_as_it_is(string name)
    {
        using var shell = new Shell();
        var actual = Parameters(shell, name).ToDictionary(parameter => parameter.Name);
        var documented = Help[name].Element(Command + "parameters")!.Elements(Command + "parameter").ToDictionary(parameter => parameter.Element(Maml + "name")!.Value);
        Assert.Equal(actual.Keys.Order(), documented.Keys.Order());
        foreach (var (parameter, metadata) in actual)
        {
            var help = documented[parameter];
            var sets = metadata.ParameterSets.Values;
            Assert.NotEmpty(help.Element(Maml + "description")!.Value.Trim());
            Assert.Equal((parameter, sets.Any(set => set.IsMandatory)), (parameter, (bool)help.Attribute("required")!));
            var pipeline = help.Attribute("pipelineInput")!.Value;
            Assert.Equal((parameter, sets.Any(set => set.ValueFromPipeline)), (parameter, pipeline.Contains("ByValue", StringComparison.Ordinal)));
            Assert.Equal((parameter, sets.Any(set => set.ValueFromPipelineByPropertyName)), (parameter, pipeline.Contains("ByPropertyName", StringComparison.Ordinal)));
            var position = sets.First().Position;
            Assert.Equal((parameter, position < 0 ? "named" : $"{position}"), (parameter, help.Attribute("position")!.Value));
            Assert.Equal((parameter, metadata.Aliases.Count == 0 ? "none" : string.Join(", ", metadata.Aliases)), (parameter, help.Attribute("aliases")!.Value));
        }
    }

    [Theory]
    [MemberData(nameof(Cmdlets))]
    public void The_syntax_has_every_parameter_set_with_its_parameters(string name)
    {
        using var shell = new Shell();
        var command = (CommandInfo)shell.Get($"Get-Command {name}")[0].BaseObject;
        var actual = command.ParameterSets.Select(set => Key(set.Parameters.Select(parameter => parameter.Name).Except(Common).Select(parameter =>
            set.Parameters.First(candidate => candidate.Name == parameter).IsMandatory ? parameter + "!" : parameter)));
        var documented = Help[name].Element(Command + "syntax")!.Elements(Command + "syntaxItem").Select(item => Key(item.Elements(Command + "parameter")
            .Select(parameter => parameter.Element(Maml + "name")!.Value + ((bool)parameter.Attribute("required")! ? "!" : ""))));
        Assert.Equal(actual.Order(), documented.Order());
    }

    [Theory]
    [MemberData(nameof(Examples))]
    public void An_example_runs(string cmdlet, int number)
    {
        using var shell = new Shell();
        var code = ExamplesOf(cmdlet)[number - 1];
        Assert.Contains(cmdlet, code, StringComparison.Ordinal);
        if (code.Contains("Build-BpfObject", StringComparison.Ordinal) && shell.Get("[PSBpf.Compile.Clang]::All()").Count == 0) Assert.Skip("there is no clang");
        if (cmdlet is "Get-BpfType" or "Export-BpfHeader" && !code.Contains("-Path", StringComparison.Ordinal) && !File.Exists("/sys/kernel/btf/vmlinux")) Assert.Skip("this machine's kernel has no BTF");
        var (output, errors) = shell.Run(code);
        Assert.True(errors.Count == 0, string.Join("\n", errors));
        if (cmdlet is not ("Remove-BpfProgram" or "Remove-BpfLink" or "Remove-BpfPin")) Assert.True(output.Count > 0 || code.EndsWith("PROTO_ARP", StringComparison.Ordinal), "The example shows nothing.");
    }

    [Theory]
    [InlineData("about_PSBpf")]
    [InlineData("about_PSBpf_Verifier")]
    [InlineData("about_PSBpf_Packets")]
    [InlineData("about_PSBpf_Maps")]
    [InlineData("about_PSBpf_Hooks")]
    public void An_about_topic_is_found_and_fits_a_console(string topic)
    {
        using var shell = new Shell();
        var text = shell.Get($"Get-Help {topic}")[0].ToString();
        Assert.Contains("LONG DESCRIPTION", text, StringComparison.Ordinal);
        Assert.All(text.ReplaceLineEndings("\n").Split('\n'), line => Assert.True(line.Length <= 80, line));
    }

    [Fact]
    public void The_page_about_packets_names_every_layer_and_field()
    {
        using var shell = new Shell();
        var text = File.ReadAllText(Repository.Path("module", "en-US", "about_PSBpf_Packets.help.txt"));
        foreach (var pair in shell.Get("[PSBpf.Hosting.Packets.PacketBuilder]::Layers.GetEnumerator() | ForEach-Object { \"$($_.Key) $($_.Value)\" }"))
        {
            var words = pair.ToString().Split(' ');
            var start = text.IndexOf($"\n        {words[0]} ", StringComparison.Ordinal);
            Assert.True(start >= 0, $"{words[0]} is missing");
            var end = text.IndexOf("\n        ", start + 1, StringComparison.Ordinal);
            while (text.AsSpan(end).StartsWith("\n         ")) end = text.IndexOf("\n        ", end + 1, StringComparison.Ordinal);
            Assert.All(words[1..], field => Assert.Contains(field, text[start..end], StringComparison.Ordinal));
        }
    }

    private static readonly IReadOnlySet<string> Common = Cmdlet.CommonParameters.Concat(Cmdlet.OptionalCommonParameters).Except(["WhatIf", "Confirm"]).ToHashSet();

    private static string Key(IEnumerable<string> names) => string.Join(' ', names.Order(StringComparer.Ordinal));

    private static IEnumerable<ParameterMetadata> Parameters(Shell shell, string name) =>
        ((CommandInfo)shell.Get($"Get-Command {name}")[0].BaseObject).Parameters.Values.Where(parameter => !Common.Contains(parameter.Name));

    private static IReadOnlyList<string> ExamplesOf(string name) =>
        [.. Help[name].Element(Command + "examples")!.Elements(Command + "example").Select(example => example.Element(Dev + "code")!.Value)];
}

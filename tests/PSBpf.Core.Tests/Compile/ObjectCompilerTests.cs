using PSBpf.Compile;
using PSBpf.Diagnostics;

namespace PSBpf.Core.Tests.Compile;

/// <summary>What is compiled again and what is not, and what becomes of a compiler's messages.</summary>
public sealed class ObjectCompilerTests
{
    private const string Good = "#include \"own.h\"\n__attribute__((section(\"xdp\"))) int f(void *ctx) { return VALUE; }\n";

    [Fact]
    public void An_unchanged_source_is_not_compiled_again()
    {
        using var folder = new TemporaryFolder();
        string source = folder.Write("good.c", Good), header = folder.Write("own.h", "#define VALUE 1\n");
        CompileOptions options = Clangs.With(Clangs.All[0], folder.Info) with { Force = false };
        Assert.False(Build().UpToDate);
        CompiledObject again = Build();
        Assert.True(again.UpToDate);
        Assert.Equal([source, header], again.Dependencies);
        Assert.Equal(["f"], again.Programs);

        File.WriteAllText(header, "#define VALUE 2\n");
        Assert.False(Build().UpToDate);
        Assert.False(Build(options with { Define = ["MORE"] }).UpToDate);
        Assert.False(Build().UpToDate);
        Assert.False(Build(options with { Force = true }).UpToDate);
        File.AppendAllText(again.Path, "x");
        Assert.False(Build().UpToDate);
        File.Delete(again.Path);
        Assert.False(Build().UpToDate);
        Assert.True(Build().UpToDate);

        CompiledObject Build(CompileOptions? how = null) => ObjectCompiler.Compile(source, how ?? options, TestContext.Current.CancellationToken);
    }

    [Fact]
    public void Errors_and_warnings_have_their_places()
    {
        using var folder = new TemporaryFolder();
        string source = folder.Write("bad file.c", "#include \"own.h\"\nint f(void) { return missing; }\n#warning \"careful\"\n"), header = folder.Write("own.h", "\n  int g(struct unknown *p) { return p->x; }\n");
        foreach (Clang clang in Clangs.All)
        {
            var exception = Assert.Throws<BpfException>(() => ObjectCompiler.Compile(source, Clangs.With(clang, folder.Info), TestContext.Current.CancellationToken));
            var errors = exception.All.Where(diagnostic => diagnostic.Rule == DiagnosticRules.CompileError).ToArray();
            Assert.Equal(["incomplete definition of type 'struct unknown'", "use of undeclared identifier 'missing'"], errors.Select(error => error.Message.Split('\n')[0].Split(": ", 2)[1]));
            Assert.Equal((header, 2, 38), (errors[0].Location.Source!.File, errors[0].Location.Source!.Line, errors[0].Location.Source!.Column));
            Assert.Contains("forward declaration of 'struct unknown'", errors[0].Message, StringComparison.Ordinal);
            Assert.Contains("bpf/bpf_helpers.h", errors[1].Action, StringComparison.Ordinal);
            Assert.Contains("\n    2 | int f(void) { return missing; }\n      |                      ^", errors[1].Message, StringComparison.Ordinal);
            Assert.Equal((source, 3), exception.All.Where(diagnostic => diagnostic.Rule == DiagnosticRules.CompileWarning).Select(warning => (warning.Location.File, warning.Location.Source!.Line)).Last());
            Assert.Same(errors[0], exception.Diagnostic);
        }

        Assert.Empty(Directory.EnumerateFiles(folder.Info.FullName, "out*"));
    }

    [Theory]
    [InlineData("#include \"vmlinux.h\"\n", "Export-BpfHeader")]
    [InlineData("#include <no/such.h>\n", "-Include")]
    [InlineData("long f(long a) { return a / 3; }\n", "-Cpu V4")]
    [InlineData("extern int g(char *); int f(void) { char large[2000]; g(large); return large[7]; }\n", "map")]
    public void What_people_meet_has_advice_of_its_own(string source, string advice)
    {
        using var folder = new TemporaryFolder();
        var exception = Assert.Throws<BpfException>(() => Clangs.Compile(folder.Info, source, Clangs.With(Clangs.All[0], folder.Info)));
        Assert.Equal("BPF0502", exception.Id);
        Assert.Contains(advice, exception.Diagnostic.Action, StringComparison.Ordinal);
    }

    [Fact]
    public void An_instruction_set_that_a_compiler_does_not_know_is_refused()
    {
        using var folder = new TemporaryFolder();
        if (Clangs.All.FirstOrDefault(clang => clang.NewestCpu == BpfCpu.V3) is not { } old)
        {
            Assert.Skip("every clang here writes v4");
            return;
        }

        var exception = Assert.Throws<BpfException>(() => Clangs.Compile(folder.Info, "int x;\n", Clangs.With(old, folder.Info) with { Cpu = BpfCpu.V4 }));
        Assert.Equal("BPF0505", exception.Id);
    }

    [Fact]
    public void A_compiler_that_is_not_there_is_named()
    {
        using var folder = new TemporaryFolder();
        var exception = Assert.Throws<BpfException>(() => Clangs.Compile(folder.Info, "int x;\n", new CompileOptions { Clang = "no-such-clang" }));
        Assert.Equal("BPF0501", exception.Id);
        Assert.Contains("no-such-clang", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Files_that_are_not_there_are_errors_of_their_own()
    {
        using var folder = new TemporaryFolder();
        Assert.Equal("BPF0506", Assert.Throws<BpfException>(() => ObjectCompiler.Compile(Path.Combine(folder.Info.FullName, "none.c"), null, TestContext.Current.CancellationToken)).Id);
        string source = folder.Write("x.c", "int x;\n"), blocked = folder.Write("file", "");
        var options = Clangs.With(Clangs.All[0], folder.Info) with { OutputPath = Path.Combine(blocked, "x.o") };
        Assert.Equal("BPF0507", Assert.Throws<BpfException>(() => ObjectCompiler.Compile(source, options, TestContext.Current.CancellationToken)).Id);
        Assert.Equal("BPF0507", Assert.Throws<BpfException>(() => ObjectCompiler.Compile(source, options with { OutputPath = source }, TestContext.Current.CancellationToken)).Id);
    }

    [Fact]
    public void A_cancelled_compilation_ends_and_leaves_nothing()
    {
        using var folder = new TemporaryFolder();
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        string source = folder.Write("x.c", "int x;\n");
        _ = Clangs.All;
        Assert.ThrowsAny<OperationCanceledException>(() => ObjectCompiler.Compile(source, Clangs.With(Clangs.All[0], folder.Info), cancelled.Token));
        Assert.Equal([source], Directory.EnumerateFiles(folder.Info.FullName));
    }

    [Theory]
    [InlineData("/a/b.c:3:7: error: text with: colons [-Werror,-Wfoo]", "/a/b.c", 3, 7, "text with: colons", "foo")]
    [InlineData("C:\\src\\b.c:3:7: fatal error: no [1] here", "C:\\src\\b.c", 3, 7, "no [1] here", null)]
    [InlineData("clang-19: error: no input files", null, 0, 0, "no input files", null)]
    [InlineData("fatal error: error in backend: Cannot select", null, 0, 0, "error in backend: Cannot select", null)]
    public void A_line_is_read_as_it_is_meant(string line, string? file, int number, int column, string text, string? option)
    {
        CompilerMessage message = Assert.Single(ClangMessageParser.Parse(line + "\nsomething else\n"));
        Assert.Equal((CompilerSeverity.Error, file, number, column, text, option), (message.Severity, message.File, message.Line, message.Column, message.Text, message.Option));
    }

    [Fact]
    public void A_rule_of_make_gives_its_files()
    {
        string folder = Path.GetFullPath("/source/x");
        Assert.Equal([Path.GetFullPath("/source/x/a b.c"), Path.GetFullPath("/inc/b$.h"), Path.GetFullPath("/source/x/c.h")],
            DependencyFile.Parse("object: a\\ b.c /inc/b$$.h \\\n  c.h a\\ b.c\n", folder));
    }
}

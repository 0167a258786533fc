using PSBpf.Compile;

namespace PSBpf.Core.Tests.Compile;

/// <summary>The compilers of the machine; tests skip where there is none.</summary>
internal static class Clangs
{
    private static readonly Lazy<IReadOnlyList<Clang>> Found = new(() => [.. Clang.All().DistinctBy(clang => clang.Banner)]);

    /// <summary>Every version once, newest first.</summary>
    public static IReadOnlyList<Clang> All
    {
        get
        {
            if (Found.Value.Count == 0) Assert.Skip("there is no clang");
            return Found.Value;
        }
    }

    /// <summary>Options for a compiler, with the repository's headers.</summary>
    public static CompileOptions With(Clang clang, DirectoryInfo folder) =>
        new() { Clang = clang.Path, HeaderFolder = IncludeFolder.Path, OutputPath = Path.Combine(folder.FullName, "out.o"), Architecture = TargetArchitecture.X86, Force = true };

    /// <summary>Writes a source and compiles it.</summary>
    public static CompiledObject Compile(DirectoryInfo folder, string text, CompileOptions options)
    {
        string source = Path.Combine(folder.FullName, "source.c");
        File.WriteAllText(source, text);
        return ObjectCompiler.Compile(source, options, TestContext.Current.CancellationToken);
    }
}

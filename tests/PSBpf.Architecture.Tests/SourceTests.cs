using System.Text.RegularExpressions;
using PSBpf.Architecture.Tests.Repository;

namespace PSBpf.Architecture.Tests;

/// <summary>House rules that a compiler does not know.</summary>
public sealed class SourceTests
{
    private const int MostLines = 400;

    /// <summary>Files that may be longer, each with its reason.</summary>
    private static readonly Dictionary<string, string> LongFiles = [];

    private static readonly string[] FolderNames = ["Utils", "Util", "Utilities", "Common", "Misc", "Shared"];

    private static readonly string[] Sources = [.. Checkout.Files("src", ".cs")];

    [Fact]
    public void No_source_file_is_longer_than_a_reader_can_hold()
    {
        Assert.NotEmpty(Sources);
        var tooLong = Sources.Select(path => (Path: path, Lines: File.ReadLines(Checkout.PathOf(path)).Count()))
            .Where(file => file.Lines > MostLines && !LongFiles.ContainsKey(file.Path));
        Assert.Empty(tooLong);
        Assert.All(LongFiles.Keys, path => Assert.True(File.ReadLines(Checkout.PathOf(path)).Count() > MostLines, $"{path} needs no exception any more"));
    }

    [Theory]
    [InlineData(@"^\s*#region\b")]
    [InlineData(@"\bNotImplementedException\b")]
    public void No_source_file_holds(string pattern)
    {
        var found = Sources.Where(path => Regex.IsMatch(File.ReadAllText(Checkout.PathOf(path)), pattern, RegexOptions.Multiline));
        Assert.Empty(found);
    }

    [Fact]
    public void Folders_are_named_after_concepts()
    {
        var folders = Sources.SelectMany(path => path.Split('/')[..^1]).Distinct(StringComparer.OrdinalIgnoreCase).ToArray();
        Assert.Empty(folders.Intersect(FolderNames, StringComparer.OrdinalIgnoreCase));
        // The word belongs to BPF: only the runtime's BPF helpers have a folder of that name.
        Assert.Equal(["src/PSBpf.Runtime/Helpers"], Sources.Select(path => Path.GetDirectoryName(path)!.Replace('\\', '/')).Where(path => path.EndsWith("/Helpers", StringComparison.Ordinal)).Distinct());
    }

    // The namespace tables rely on it. Hosting, PowerShell and Host show their types flat and sort files only.
    [Theory]
    [InlineData("PSBpf.Core")]
    [InlineData("PSBpf.Verifier")]
    [InlineData("PSBpf.Runtime")]
    [InlineData("PSBpf.Linux")]
    public void The_first_folder_is_a_namespace(string name)
    {
        var project = Checkout.Projects.Single(candidate => candidate.Name == name);
        foreach (string path in Checkout.Files(Path.GetRelativePath(Checkout.Root, project.Folder), ".cs"))
        {
            string[] parts = Path.GetRelativePath(project.Folder, Checkout.PathOf(path)).Replace('\\', '/').Split('/')[..^1];
            string declared = Regex.Match(File.ReadAllText(Checkout.PathOf(path)), @"^namespace ([\w.]+);", RegexOptions.Multiline).Groups[1].Value;
            // Explorer.Memory.cs is a part of Explorer, in whichever namespace that is.
            if (Path.GetFileNameWithoutExtension(path).Contains('.', StringComparison.Ordinal)) continue;
            var fitting = Enumerable.Range(Math.Min(1, parts.Length), Math.Max(1, parts.Length))
                .Select(count => string.Join('.', parts.Take(count).Prepend(project.RootNamespace)));
            Assert.True(fitting.Contains(declared), $"{path} is in namespace {declared}");
        }
    }
}

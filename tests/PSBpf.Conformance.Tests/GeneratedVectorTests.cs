using System.Reflection;
using PSBpf.Conformance.Tests.Model;

namespace PSBpf.Conformance.Tests;

/// <summary>The generated vector files are what the model says; with PSBPF_WRITE_DOCS=1 they are written.</summary>
public sealed class GeneratedVectorTests
{
    private static readonly string Folder = Path.Combine(
        typeof(GeneratedVectorTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(data => data.Key == "RepositoryRoot").Value!,
        "tests", "PSBpf.Conformance.Tests", "Vectors");

    public static TheoryData<string> Names => new(Generated.Files.Select(file => file.Name));

    [Theory]
    [MemberData(nameof(Names))]
    public void A_file_is_what_the_model_says(string name)
    {
        string path = Path.Combine(Folder, name), expected = Generated.Files.Single(file => file.Name == name).Make();
        string written = File.Exists(path) ? File.ReadAllText(path).ReplaceLineEndings("\n") : "";
        if (written != expected && Environment.GetEnvironmentVariable("PSBPF_WRITE_DOCS") == "1") File.WriteAllText(path, expected);
        Assert.True(written == expected, $"{name} is not what the model says: run this test with PSBPF_WRITE_DOCS=1 to write it");
    }
}

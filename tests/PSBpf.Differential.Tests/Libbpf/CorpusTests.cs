using PSBpf.Diagnostics;
using PSBpf.Objects;

namespace PSBpf.Differential.Tests.Libbpf;

public sealed class CorpusTests
{
    [Fact]
    public void Every_real_object_opens()
    {
        List<string> refused = [];
        foreach (string path in Corpus.FilesOrSkip())
        {
            try
            {
                Assert.NotEmpty(ObjectReader.Read(path).Programs);
            }
            catch (BpfException error)
            {
                refused.Add($"{Path.GetFileName(path)}: {error.Message}");
            }
        }

        Assert.True(refused.Count == 0, string.Join(Environment.NewLine, refused));
    }

    [Fact]
    public void Programs_maps_and_data_of_real_objects_are_those_that_libbpf_hands_to_the_kernel()
    {
        var objects = LibbpfOracle.AskOrSkip(Corpus.FilesOrSkip());
        List<string> differences = [];
        int compared = 0;
        foreach (OracleObject expected in objects)
        {
            // Maps in sections of other loaders' are nothing that libbpf reads.
            if (expected.Error is not null) continue;
            try
            {
                differences.AddRange(LoaderComparison.Differences(expected, ObjectReader.Read(expected.Path)).Select(line => $"{Path.GetFileName(expected.Path)}: {line}"));
                compared += expected.Programs.Count;
            }
            catch (BpfException error)
            {
                differences.Add($"{Path.GetFileName(expected.Path)}: {error}");
            }
        }

        Assert.True(differences.Count == 0, string.Join(Environment.NewLine, differences));
        Assert.True(compared > 300, $"only {compared} programs were compared");
        TestContext.Current.SendDiagnosticMessage($"{compared} programs of {objects.Count} objects are the same");
    }
}

using PSBpf.Architecture.Tests.Repository;

namespace PSBpf.Architecture.Tests.Documents;

/// <summary>
/// The part of a document between the lines "begin" and "end" of its table, which is made from code. A test compares
/// the two; with PSBPF_WRITE_DOCS=1 it writes the document instead, and passes when there was nothing to write.
/// </summary>
internal static class GeneratedTable
{
    private const string Begin = "<!-- table: begin -->", End = "<!-- table: end -->";

    /// <summary>Fails when the document's table is not these lines.</summary>
    public static void AssertIs(string document, IEnumerable<string> lines)
    {
        string path = Checkout.PathOf(document);
        string text = File.ReadAllText(path).ReplaceLineEndings("\n");
        int begin = text.IndexOf(Begin, StringComparison.Ordinal), end = text.IndexOf(End, StringComparison.Ordinal);
        Assert.True(begin >= 0 && end > begin, $"{document} has no place for its table");
        string written = text[(begin + Begin.Length)..end].Trim('\n');
        string expected = string.Join('\n', lines);
        if (written != expected && Environment.GetEnvironmentVariable("PSBPF_WRITE_DOCS") == "1")
            File.WriteAllText(path, $"{text[..(begin + Begin.Length)]}\n\n{expected}\n\n{text[end..]}");
        Assert.True(written == expected, $"{document} is not what the code says: run this test with PSBPF_WRITE_DOCS=1 to write it");
    }
}

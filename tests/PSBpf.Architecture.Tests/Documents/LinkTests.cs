using System.Text.RegularExpressions;
using PSBpf.Architecture.Tests.Repository;

namespace PSBpf.Architecture.Tests.Documents;

/// <summary>What a message, a help topic or a document points at is there.</summary>
public sealed class LinkTests
{
    [Fact]
    public void Documents_that_the_product_names_exist()
    {
        int named = 0;
        var files = Checkout.Files("src", ".cs").Concat(Checkout.Files("module", "")).Concat(Checkout.Files("formats", ".ps1xml")).Concat(Checkout.Files("scripts", ".ps1")).Append("PSBpf.psd1");
        foreach (string path in files)
        {
            foreach (Match match in Regex.Matches(File.ReadAllText(Checkout.PathOf(path)), @"\bdocs/[\w./-]+\.md\b"))
            {
                named++;
                Assert.True(File.Exists(Checkout.PathOf(match.Value)), $"{path} names {match.Value}");
            }
        }

        Assert.NotEqual(0, named);
    }

    [Fact]
    public void Links_between_documents_lead_somewhere()
    {
        foreach (string path in Checkout.Files("docs", ".md").Append("README.md"))
        {
            string folder = Path.GetDirectoryName(Checkout.PathOf(path))!;
            foreach (Match match in Regex.Matches(File.ReadAllText(Checkout.PathOf(path)), @"\]\((?!https?:|#)([^)#]+)(?:#[^)]*)?\)"))
            {
                string target = Path.Combine(folder, match.Groups[1].Value);
                Assert.True(Path.Exists(target), $"{path} links to {match.Groups[1].Value}");
            }
        }
    }

    [Fact]
    public void Files_and_folders_that_documents_name_exist()
    {
        foreach (string path in Checkout.Files("docs", ".md").Append("README.md"))
        {
            foreach (Match match in Regex.Matches(File.ReadAllText(Checkout.PathOf(path)), @"`((?:src|tests|scripts|formats|docs|module/en-US)/[\w./-]+)`"))
                Assert.True(Path.Exists(Checkout.PathOf(match.Groups[1].Value)), $"{path} names {match.Groups[1].Value}");
        }
    }
}

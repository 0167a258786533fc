using System.Text.RegularExpressions;
using PSBpf.Diagnostics;
using PSBpf.Hosting;

namespace PSBpf.Viewer.Tests;

/// <summary>The adapter itself.</summary>
public sealed class ViewerTests
{
    [Fact]
    public void Without_a_terminal_it_says_so_and_what_else_there_is()
    {
        using var session = new BpfSession();
        var source = new FakeSource(() => DateTimeOffset.UnixEpoch);
        if (!Console.IsInputRedirected && !Console.IsOutputRedirected) Assert.Skip("this test runs on a terminal");
        var exception = Assert.Throws<BpfException>(() => new TerminalViewer().Show(new TopOptions { Session = session, Source = source }, CancellationToken.None));
        Assert.Equal("BPF4011", exception.Id);
        Assert.Contains("-Once", exception.Diagnostic.Action, StringComparison.Ordinal);
        Assert.True(source.IsDisposed);
    }

    [Fact]
    public void Only_one_folder_knows_the_terminal_library()
    {
        string folder = Path.Combine(Samples.Root, "src", "PSBpf.Viewer");
        var using_ = Directory.GetFiles(folder, "*.cs", SearchOption.AllDirectories)
            .Where(path => !path.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal) && Regex.IsMatch(File.ReadAllText(path), @"\bTerminal\.Gui\b"))
            .Select(path => Path.GetRelativePath(folder, path).Split(Path.DirectorySeparatorChar)[0]).Distinct();
        Assert.Equal(["Terminal"], using_);
    }
}

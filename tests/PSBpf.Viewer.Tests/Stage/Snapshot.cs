using System.Text.RegularExpressions;

namespace PSBpf.Viewer.Tests;

/// <summary>Screens as text files. PSBPF_WRITE_SNAPSHOTS=1 writes them anew; what changed is then for a person to read.</summary>
internal static partial class Snapshot
{
    public static void Matches(string name, Stage stage)
    {
        // How long the verifier took is the one figure that no clock of ours decides.
        string screen = Taken().Replace(stage.Screen, "in …") + "\n";
        string path = Path.Combine(Samples.Root, "tests", "PSBpf.Viewer.Tests", "Snapshots", name + ".txt");
        if (Environment.GetEnvironmentVariable("PSBPF_WRITE_SNAPSHOTS") == "1") File.WriteAllText(path, screen);
        Assert.True(File.Exists(path), $"{path} is not there; PSBPF_WRITE_SNAPSHOTS=1 writes it");
        Assert.Equal(File.ReadAllText(path).ReplaceLineEndings("\n"), screen);
    }

    [GeneratedRegex(@"in [\d.]+ (µs|ms|s)")]
    private static partial Regex Taken();
}

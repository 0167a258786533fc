using PSBpf.Diagnostics;
using PSBpf.Hosting;

namespace PSBpf.Scripting.Tests;

/// <summary>Runs scripts against a session with packet_counter in it, which sends an event for each packet to port 23.</summary>
public sealed class Scripts : IDisposable
{
    public Scripts() => Program = Session.Import(Path.Combine(Root, "scripts", "samples", "packet_counter.bpf.o"));

    public static string Root { get; } = FindRoot();

    public BpfSession Session { get; } = new();

    public BpfProgram Program { get; }

    public void Dispose() => Session.Dispose();

    /// <summary>A TCP packet to port 23.</summary>
    public static byte[] Blocked { get; } = Convert.FromHexString(
        "020000000002020000000001080045000028000000004006 0000 7f0000017f000001 0400 0017 00000000 00000000 5002 2000 0000 0000".Replace(" ", "", StringComparison.Ordinal));

    public void Send(int count)
    {
        for (int i = 0; i < count; i++) Program.Run(Blocked);
    }

    public IReadOnlyList<ScriptOutput> Run(string text, ScriptOptions? options = null) => Run(ScriptSource.FromText(text), options);

    public IReadOnlyList<ScriptOutput> Run(ScriptSource source, ScriptOptions? options = null)
    {
        using var run = new ScriptRun(Session, source, options ?? new ScriptOptions { Timeout = TimeSpan.FromSeconds(60) });
        return [.. run.Output()];
    }

    /// <summary>What a script gives to the pipeline; errors are none.</summary>
    public object?[] Emitted(string text, ScriptOptions? options = null)
    {
        var output = Run(text, options);
        Assert.Equal([], output.Where(item => item.Stream == ScriptStream.Error).Select(item => item.Exception!.Message));
        return [.. output.Where(item => item.Stream == ScriptStream.Output).Select(item => item.Value)];
    }

    /// <summary>The one error of a script.</summary>
    public (BpfException Exception, ScriptError Error) Fails(string text, ScriptOptions? options = null)
    {
        var error = Assert.Single(Run(text, options), item => item.Stream == ScriptStream.Error);
        return (error.Exception!, Assert.IsType<ScriptError>(error.Value));
    }

    private static string FindRoot()
    {
        string folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "PSBpf.sln"))) folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The tests run inside the repository.");
        return folder;
    }
}

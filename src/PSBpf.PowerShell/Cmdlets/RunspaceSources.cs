using System.Management.Automation.Runspaces;
using System.Runtime.CompilerServices;
using PSBpf.Hosting;

namespace PSBpf.PowerShell;

/// <summary>Ends the sources of a runspace with it: closing one tells the module nothing else.</summary>
internal static class RunspaceSources
{
    private static readonly ConditionalWeakTable<Runspace, List<WeakReference<BpfSource>>> Started = [];

    /// <summary>Ties a source to the runspace that started it.</summary>
    public static void Add(Runspace runspace, BpfSource source)
    {
        var sources = Started.GetValue(runspace, static added =>
        {
            added.StateChanged += static (sender, change) =>
            {
                if (change.RunspaceStateInfo.State is RunspaceState.Closing or RunspaceState.Closed or RunspaceState.Broken) StopAll((Runspace)sender!);
            };
            return [];
        });
        lock (sources)
        {
            sources.RemoveAll(static reference => !reference.TryGetTarget(out var ended) || ended.State != SourceState.Running);
            sources.Add(new WeakReference<BpfSource>(source));
        }

        // It may have closed in between.
        if (runspace.RunspaceStateInfo.State is not RunspaceState.Opened) StopAll(runspace);
    }

    private static void StopAll(Runspace runspace)
    {
        if (!Started.TryGetValue(runspace, out var sources)) return;
        WeakReference<BpfSource>[] all;
        lock (sources) all = [.. sources];
        foreach (var reference in all)
            if (reference.TryGetTarget(out var source)) source.Dispose();
    }
}

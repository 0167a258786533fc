using System.Management.Automation;
using PSBpf.Hosting;

namespace PSBpf.PowerShell;

/// <summary>Takes what a script gives to the streams of a cmdlet, on its pipeline's thread.</summary>
internal static class ScriptPump
{
    /// <summary>The bounds of -HeapLimit.</summary>
    public const long LeastHeap = 8L << 20, MostHeap = 1L << 30;

    /// <summary>What -CallbackTimeout and -HeapLimit say. A guest without a limit could never be waited for.</summary>
    public static ScriptLimits Limits(TimeSpan callback, long heap) => new()
    {
        Callback = callback > TimeSpan.Zero ? callback : callback == TimeSpan.Zero ? TimeSpan.FromMilliseconds(1) : TimeSpan.FromDays(1),
        HeapBytes = heap,
    };

    public static void Write(BpfCmdlet cmdlet, ScriptRun run, CancellationToken cancellation)
    {
        foreach (var output in run.Output(cancellation))
        {
            switch (output.Stream)
            {
                case ScriptStream.Output: cmdlet.WriteObject(Values.ToPowerShell(output.Value)); break;
                case ScriptStream.Information: cmdlet.WriteInformation(new HostInformationMessage { Message = Text(output) }, ["PSHOST"]); break;
                case ScriptStream.Warning: cmdlet.WriteWarning(Text(output)); break;
                case ScriptStream.Verbose: cmdlet.WriteVerbose(Text(output)); break;
                case ScriptStream.Debug: cmdlet.WriteDebug(Text(output)); break;
                default: cmdlet.WriteError(ErrorRecords.From(output.Exception!, output.Value, cmdlet.Location)); break;
            }
        }

        if (cancellation.IsCancellationRequested) throw new PipelineStoppedException();
    }

    private static string Text(ScriptOutput output) => output.Value as string ?? "";
}

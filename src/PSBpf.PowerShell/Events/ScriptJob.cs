using System.Management.Automation;
using PSBpf.Hosting;

namespace PSBpf.PowerShell;

/// <summary>A watch in the background whose events a function in JavaScript handles.</summary>
public sealed class ScriptJob : WatchJob
{
    private readonly ScriptRun _script;
    private readonly Func<BpfEventCounts> _counts;

    internal ScriptJob(string command, ScriptRun script, string source, Func<BpfEventCounts> counts)
        : base(command, source)
    {
        _script = script;
        _counts = counts;
    }

    /// <inheritdoc/>
    public override BpfEventCounts Counts => _counts();

    /// <inheritdoc/>
    public override long Delivered => _script.Handled;

    private protected override void Watch()
    {
        foreach (var output in _script.Output(Stopping))
        {
            string text = output.Value as string ?? "";
            switch (output.Stream)
            {
                case ScriptStream.Output: Output.Add(PSObject.AsPSObject(Values.ToPowerShell(output.Value))); break;
                case ScriptStream.Information: Information.Add(new InformationRecord(new HostInformationMessage { Message = text }, Location)); break;
                case ScriptStream.Warning: Warning.Add(new WarningRecord(text)); break;
                case ScriptStream.Verbose: Verbose.Add(new VerboseRecord(text)); break;
                case ScriptStream.Debug: Debug.Add(new DebugRecord(text)); break;
                default: Error.Add(ErrorRecords.From(output.Exception!, output.Value, null)); break;
            }
        }
    }

    private protected override void Close() => _script.Dispose();
}

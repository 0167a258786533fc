using System.Management.Automation;
using PSBpf.Hosting;

namespace PSBpf.PowerShell;

/// <summary>Lists the sources of the session, those that have ended too.</summary>
[Cmdlet(VerbsCommon.Get, "BpfSource")]
[OutputType(typeof(BpfSource))]
public sealed class GetBpfSource : BpfCmdlet
{
    /// <summary>Sources by name or id, with wildcards; all when left out.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [Alias("Name", "Id")]
    [SourceArgument]
    [ArgumentCompleter(typeof(SourceCompleter))]
    public SourceReference[] Source { get; set; } = [];

    /// <summary>Only sources in one of these states.</summary>
    [Parameter]
    public SourceState[] State { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var source in Source.Length == 0 ? Session.Sources : Resolve(Source))
            if (State.Length == 0 || State.Contains(source.State)) WriteObject(source);
    }
}

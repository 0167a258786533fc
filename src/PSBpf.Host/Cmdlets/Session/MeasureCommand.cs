using System.Diagnostics;
using System.Management.Automation;

namespace PSBpf.Host.Cmdlets;

/// <summary>Measure-Command: gives the time that a script block takes, and drops its output.</summary>
[Cmdlet("Measure", "Command")]
internal sealed class MeasureCommand : PSCmdlet
{
    private readonly Stopwatch _watch = new();

    /// <summary>Gets or sets an object, which the script block finds in $_ and for each of which it is run.</summary>
    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    /// <summary>Gets or sets the script block, which is run in the caller's scope.</summary>
    [Parameter(Position = 0, Mandatory = true)]
    public ScriptBlock Expression { get; set; } = null!;

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        object? before = SessionState.PSVariable.GetValue("_");
        SessionState.PSVariable.Set("_", InputObject);
        try
        {
            _watch.Start();
            InvokeCommand.InvokeScript(false, Expression, input: null, args: []);
        }
        finally
        {
            _watch.Stop();
            SessionState.PSVariable.Set("_", before);
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing() => WriteObject(_watch.Elapsed);
}

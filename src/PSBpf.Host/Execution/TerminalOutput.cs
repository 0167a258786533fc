using System.Management.Automation;

namespace PSBpf.Host.Execution;

/// <summary>Shows the output of a run: Out-Default, brought to its end even when the run is not.</summary>
/// <remarks>
/// Out-Default holds the first rows of a table back to measure them. An <c>exit</c> or a terminating error abandons the
/// pipeline, and with it what was held back; a cmdlet is disposed of in every case, so the rest is written then.
/// </remarks>
[Cmdlet(VerbsData.Out, "Terminal")]
internal sealed class TerminalOutput : PSCmdlet, IDisposable
{
    private SteppablePipeline? _output;

    /// <summary>Gets or sets an object of the output, or an error merged into it.</summary>
    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    /// <summary>Gets the command as a pipeline takes it; it has no name that a script could call.</summary>
    public static CommandInfo Command { get; } = new CmdletInfo("Out-Terminal", typeof(TerminalOutput));

    /// <inheritdoc/>
    public void Dispose()
    {
        SteppablePipeline? output = _output;
        _output = null;
        if (output is null)
            return;
        if (!Stopping)
            output.End();
        output.Dispose();
    }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        _output = ScriptBlock.Create(@"Microsoft.PowerShell.Core\Out-Default").GetSteppablePipeline(CommandOrigin.Internal);
        _output.Begin(expectInput: true);
    }

    /// <inheritdoc/>
    protected override void ProcessRecord() => _output!.Process(InputObject);

    /// <inheritdoc/>
    protected override void EndProcessing() => Dispose();
}

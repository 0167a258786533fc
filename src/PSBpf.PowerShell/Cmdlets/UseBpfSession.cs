using System.Management.Automation;
using System.Management.Automation.Runspaces;
using PSBpf.Hosting;

namespace PSBpf.PowerShell;

/// <summary>Runs a script block in a session of its own, which is cleaned up at its end whatever happens in it.</summary>
[Cmdlet(VerbsOther.Use, "BpfSession")]
public sealed class UseBpfSession : BpfCmdlet
{
    private BpfSession? _session;
    private Runspace? _runspace;

    /// <summary>What to run. Programs, maps and links that it makes are gone when it ends.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ValidateNotNull]
    public ScriptBlock? ScriptBlock { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        _runspace = Runspace.DefaultRunspace;
        _session = new BpfSession();
        SessionScope.Enter(_runspace, _session);
        using var block = ScriptBlock.Create("param($block) & $block").GetSteppablePipeline(CommandOrigin.Internal, [ScriptBlock!]);
        block.Begin(this);
        block.Process();
        block.End();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (_session is not null)
        {
            SessionScope.Leave(_runspace!, _session);
            _session.Dispose();
            _session = null;
        }

        base.Dispose(disposing);
    }
}

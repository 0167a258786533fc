using System.Management.Automation;
using PSBpf.Hosting;
using PSBpf.Kernel;

namespace PSBpf.PowerShell;

/// <summary>
/// Hands out what programs print with bpf_trace_printk, as they print it, beginning with the first line that nobody has read. Every
/// watch gets every line.
/// </summary>
[Cmdlet(VerbsCommon.Watch, "BpfTrace")]
[OutputType(typeof(BpfEvent), typeof(Job), typeof(BpfEventCounts))]
public sealed class WatchBpfTrace : WatchCmdlet
{
    /// <summary>Whose programs; the Linux kernel's lines cannot be watched without taking them from everybody else.</summary>
    [Parameter]
    public BpfKernelKind Kernel { get; set; }

    /// <summary>Take no line, but say what became of those that were printed: produced = delivered + dropped + backlog.</summary>
    [Parameter]
    public SwitchParameter Statistic { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var session = Session;
        if (Kernel == BpfKernelKind.Linux) Try(() => session.OpenTrace(Kernel).Dispose(), BpfSession.PrintSource);
        else if (Statistic) WriteObject(session.TraceCounts);
        else Watch(() => session.OpenTrace(Kernel), BpfSession.PrintSource, BpfSession.PrintSource, () => session.TraceCounts);
    }
}

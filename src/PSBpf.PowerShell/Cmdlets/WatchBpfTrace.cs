using System.Management.Automation;
using PSBpf.Hosting;
using PSBpf.Kernel;

namespace PSBpf.PowerShell;

/// <summary>
/// Hands out what programs print with bpf_trace_printk, as they print it, beginning with the first line that nobody has read. Every
/// watch gets every line.
/// </summary>
[Cmdlet(VerbsCommon.Watch, "BpfTrace")]
[OutputType(typeof(BpfEvent), typeof(Job))]
public sealed class WatchBpfTrace : WatchCmdlet
{
    /// <summary>Whose programs; the Linux kernel's lines cannot be watched without taking them from everybody else.</summary>
    [Parameter]
    public BpfKernelKind Kernel { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Watch(() => Session.OpenTrace(Kernel), BpfSession.PrintSource, BpfSession.PrintSource);
}

using System.Management.Automation;
using PSBpf.Hosting;
using PSBpf.Kernel;

namespace PSBpf.PowerShell;

/// <summary>Lists what is pinned in a BPF file system, whoever pinned it.</summary>
[Cmdlet(VerbsCommon.Get, "BpfPin")]
[OutputType(typeof(BpfPin))]
public sealed class GetBpfPin : BpfCmdlet
{
    /// <summary>The folder, with those below it, or one name.</summary>
    [Parameter(Position = 0)]
    [ArgumentCompleter(typeof(PinCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    /// <summary>Which kernel's.</summary>
    [Parameter]
    public BpfKernelKind? Kernel { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() =>
        Try(() => WriteObject(Session.GetPins(Kernel ?? Session.Options.Kernel, Path), enumerateCollection: true), Path);
}

using System.Runtime.Versioning;
using System.Text;
using PSBpf.Btf;
using PSBpf.Diagnostics;
using PSBpf.Objects;
using PSBpf.Targets;
using PSBpf.Uapi;

namespace PSBpf.Linux.Loading;

/// <summary>
/// The kernel function, tracepoint, hook or iterator that a tracing or LSM program is verified against: attach_btf_id.
/// </summary>
[SupportedOSPlatform("linux")]
internal static class AttachTarget
{
    // The running kernel's types do not change while it runs, modules aside.
    private static readonly Lazy<KernelTypes?> Kernel = new(KernelTypes.Read);

    /// <summary>The id for a program; 0 when its type needs none.</summary>
    /// <exception cref="BpfException">BPF3006, there is no such target; BPF3004, programs of this type cannot be loaded yet.</exception>
    public static uint Resolve(ProgramSpec spec)
    {
        if (spec.Type == ProgramType.Ext)
        {
            throw DiagnosticRules.LinuxUnsupported.Error(
                $"Program '{spec.Name}' replaces a function of another program (freplace), which cannot be loaded into the Linux kernel yet.",
                Location(spec));
        }

        if (AttachPoint.NameOf(spec.Type, spec.ExpectedAttachType) is not var (kind, prefix)) return 0;
        var name = prefix + (spec.Type == ProgramType.StructOps ? spec.AttachTarget.Split('/')[0] : spec.AttachTarget);
        if (Kernel.Value is not { } types)
        {
            throw DiagnosticRules.LinuxUnsupported.Error(
                $"Program '{spec.Name}' needs the kernel's type information, but /sys/kernel/btf/vmlinux cannot be read.", Location(spec));
        }

        var id = types.Find(kind, Encoding.UTF8.GetBytes(name));
        return id != 0 ? id : throw DiagnosticRules.LinuxAttachTarget.Error(
            $"The running kernel has no {(kind == BtfKind.Function ? "function" : "type")} '{name}', which program '{spec.Name}' (section '{spec.Section}') attaches to.",
            Location(spec));
    }

    /// <summary>expected_attach_type: for struct_ops the member that the program stands in for.</summary>
    public static uint AttachTypeOf(ProgramSpec spec) =>
        spec.Type == ProgramType.StructOps && TargetKernel.Machine.Types is { } types && AttachPoint.Find(types, spec.Type, spec.ExpectedAttachType, spec.AttachTarget) is { } point
            ? (uint)point.MemberIndex : (uint)spec.ExpectedAttachType;

    private static DiagnosticLocation Location(ProgramSpec spec) =>
        new() { File = spec.Path, Section = spec.Section, Program = spec.Name };
}

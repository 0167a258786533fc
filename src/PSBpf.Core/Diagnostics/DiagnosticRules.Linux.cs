using static PSBpf.Diagnostics.DiagnosticCategory;

namespace PSBpf.Diagnostics;

public static partial class DiagnosticRules
{
    /// <summary>Not a Linux machine.</summary>
    public static readonly DiagnosticRule LinuxAbsent = new("BPF3001", "linux-absent", NotSupported,
        "Leave -Kernel out to use the managed engine, which runs everywhere.");

    /// <summary>bpf(2) needs privileges that this process does not have.</summary>
    public static readonly DiagnosticRule LinuxPrivilege = new("BPF3002", "linux-privilege", PermissionDenied,
        "Run as root or with CAP_BPF, CAP_PERFMON and CAP_NET_ADMIN; or leave -Kernel out to use the managed engine.");

    /// <summary>A bpf(2) command that the kernel failed; the message carries the command and the errno.</summary>
    public static readonly DiagnosticRule LinuxSystemCall = new("BPF3003", "linux-system-call", SystemFailure,
        "Look up the errno for that command in bpf(2); the kernel may be older than the program needs.");

    /// <summary>Something this backend does not do with the machine's kernel.</summary>
    public static readonly DiagnosticRule LinuxUnsupported = new("BPF3004", "linux-unsupported", NotSupported,
        "Use the managed engine for it: leave -Kernel out.");

    /// <summary>A program of the Linux kernel that is given a map from elsewhere, or one that has been removed.</summary>
    public static readonly DiagnosticRule LinuxForeignMap = new("BPF3005", "linux-foreign-map", InvalidArgument,
        "Give the program maps that live in the Linux kernel: create or import them with -Kernel Linux.");

    /// <summary>An attach target that the kernel's type information does not hold.</summary>
    public static readonly DiagnosticRule LinuxAttachTarget = new("BPF3006", "linux-attach-target", NotFound,
        "Name a function, tracepoint, hook or iterator of this kernel; 'bpftool btf dump file /sys/kernel/btf/vmlinux' lists them.");

    /// <summary>Type, function or line information that the kernel does not take; programs are loaded without.</summary>
    public static readonly DiagnosticRule LinuxTypes = new("BPF3007", "linux-types", NotSupported,
        "Compile for what this kernel knows (an older clang writes fewer kinds of types), or go on: the kernel's log and listings then have no names of functions and lines.");

    /// <summary>A program that the machine's kernel refused.</summary>
    public static readonly DiagnosticRule KernelRefused = new("BPF3010", "kernel-refused", Refused,
        "Read the verification's Message and Log; Test-BpfProgram without -Kernel explains most refusals in terms of the C source.");
}

using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using PSBpf.Diagnostics;
using PSBpf.Linux.SystemCalls;
using PSBpf.Uapi;

namespace PSBpf.Linux.Access;

/// <summary>Finds out, by trying, whether this thread may use bpf(2).</summary>
internal static class KernelProbe
{
    /// <summary>Null when it may; otherwise why not.</summary>
    public static BpfDiagnostic? Run()
    {
        if (!OperatingSystem.IsLinux())
            return DiagnosticRules.LinuxAbsent.At($"This machine runs {RuntimeInformation.OSDescription}, so there is no Linux kernel to load programs into.");
        if (Bpf.CallNumber is null)
            return DiagnosticRules.LinuxUnsupported.At($"bpf(2) on {RuntimeInformation.ProcessArchitecture} processors is not supported, only on x64 and arm64.");

        var error = TryMap();
        if (error == Errno.None)
        {
            // Networking programs need CAP_NET_ADMIN, tracing programs CAP_PERFMON; one of both makes the kernel useful.
            error = TryProgram(ProgramType.Xdp);
            if (error == Errno.EPERM) error = TryProgram(ProgramType.Kprobe);
        }

        return error switch
        {
            Errno.None => null,
            Errno.EPERM or Errno.EACCES => DiagnosticRules.LinuxPrivilege.At(
                $"The kernel does not let this process use bpf(2): {Privileges.Read().Explain()}."),
            Errno.ENOSYS => DiagnosticRules.LinuxUnsupported.At(
                "This kernel has no bpf(2): it was built without CONFIG_BPF_SYSCALL, or a sandbox hides it."),
            _ => DiagnosticRules.LinuxSystemCall.At($"A first try of bpf(2) failed with {ErrnoText.Describe(error)}."),
        };
    }

    [SupportedOSPlatform("linux")]
    private static Errno TryMap()
    {
        var attributes = new MapCreateAttributes
        {
            Type = (uint)MapType.Hash,
            KeySize = 4,
            ValueSize = 4,
            MaxEntries = 1,
            Name = ObjectName.From("psbpf_probe"),
        };
        var error = Bpf.Open(BpfCommand.MapCreate, ref attributes, out var handle);
        if (error == Errno.EPERM && MemoryLockLimit.TryRaise())
            error = Bpf.Open(BpfCommand.MapCreate, ref attributes, out handle);
        handle?.Dispose();
        return error;
    }

    [SupportedOSPlatform("linux")]
    private static unsafe Errno TryProgram(ProgramType type)
    {
        // r0 = 0; exit
        ReadOnlySpan<byte> instructions = [0xb7, 0, 0, 0, 0, 0, 0, 0, 0x95, 0, 0, 0, 0, 0, 0, 0];
        fixed (byte* code = instructions)
        fixed (byte* license = "GPL\0"u8)
        {
            var attributes = new ProgramLoadAttributes
            {
                Type = (uint)type,
                Instructions = (ulong)code,
                InstructionCount = (uint)instructions.Length / 8,
                License = (ulong)license,
                Name = ObjectName.From("psbpf_probe"),
            };
            var error = Bpf.Open(BpfCommand.ProgramLoad, ref attributes, out var handle);
            handle?.Dispose();
            return error;
        }
    }
}

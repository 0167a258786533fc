using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using PSBpf.Diagnostics;
using PSBpf.Isa;
using PSBpf.Kernel;
using PSBpf.Objects;
using PSBpf.Uapi;

namespace PSBpf.Linux.Tests.Access;

public sealed unsafe partial class ProbeTests
{
    private const int Bpf = 39, Perfmon = 38, NetAdmin = 12;

    [Fact]
    public void Elsewhere_the_probe_says_so()
    {
        Assert.SkipWhen(OperatingSystem.IsLinux(), "This is Linux.");
        Assert.Null(LinuxKernel.TryOpen(out var reason));
        Assert.Equal("BPF3001", reason?.Id);
        Assert.Equal("BPF3001", Assert.Throws<BpfException>(LinuxKernel.Open).Id);
    }

    [Fact]
    public void Without_capabilities_the_probe_names_what_is_missing()
    {
        var reason = WithCapabilities([], LinuxKernel.Probe);
        Assert.Equal("BPF3002", reason?.Id);
        Assert.Contains("CAP_BPF, CAP_PERFMON and CAP_NET_ADMIN", reason?.Message, StringComparison.Ordinal);
        Assert.NotEmpty(reason!.Action);
    }

    [Fact]
    public void Capabilities_for_networking_or_for_tracing_are_enough()
    {
        Assert.Null(WithCapabilities([Bpf, NetAdmin], LinuxKernel.Probe));
        Assert.Null(WithCapabilities([Bpf, Perfmon], LinuxKernel.Probe));
        Assert.Equal("BPF3002", WithCapabilities([Bpf], LinuxKernel.Probe)?.Id);
    }

    [Fact]
    [SupportedOSPlatform("linux")]
    public void Losing_privileges_later_shows_in_the_error()
    {
        var errors = WithCapabilities([Bpf, Perfmon], () =>
        {
            using var kernel = LinuxKernel.Open();
            var spec = new ProgramSpec { Name = "p", Type = ProgramType.Xdp, Instructions = Assembler.Assemble("r0 = 0\nexit").Instructions };
            return Assert.Throws<BpfException>(() => kernel.LoadProgram(spec, [], ProgramLoadOptions.Default, CancellationToken.None));
        });
        Assert.Equal("BPF3002", errors.Id);
        Assert.Contains("CAP_NET_ADMIN", errors.Message, StringComparison.Ordinal);
        Assert.Contains("EPERM", errors.Message, StringComparison.Ordinal);
    }

    /// <summary>Runs on a thread of its own with only these effective capabilities, which belong to threads.</summary>
    private static T WithCapabilities<T>(int[] keep, Func<T> action)
    {
        var usable = LinuxKernel.Probe();
        Assert.SkipWhen(usable is not null, usable?.ToString() ?? "");
        var result = default(T);
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                SetCapabilities(keep);
                result = action();
            }
            catch (Exception exception)
            {
                failure = exception;
            }
        });
        thread.Start();
        thread.Join();
        if (failure is not null) throw new InvalidOperationException("The action failed.", failure);
        return result!;
    }

    private static void SetCapabilities(int[] keep)
    {
        // capset(2) with _LINUX_CAPABILITY_VERSION_3: a header of version and thread, two words each of effective, permitted, inheritable.
        ulong mask = 0;
        foreach (var capability in keep) mask |= 1ul << capability;
        var header = stackalloc uint[] { 0x20080522, 0 };
        var data = stackalloc uint[] { (uint)mask, (uint)mask, 0, (uint)(mask >> 32), (uint)(mask >> 32), 0 };
        var number = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 91 : 126;
        if (SystemCall(number, header, data) != 0) throw new InvalidOperationException($"capset failed: {Marshal.GetLastPInvokeError()}");
    }

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint SystemCall(nint number, void* first, void* second);
}

using PSBpf.Benchmarks.Building;
using PSBpf.Kernel;
using PSBpf.Linux;
using PSBpf.Uapi;

namespace PSBpf.Benchmarks.Contenders;

/// <summary>The machine's kernel and its JIT compiler, timed by BPF_PROG_TEST_RUN's own counter.</summary>
internal sealed class LinuxKernelContender : IContender
{
    // The counter gives whole nanoseconds; a call for XDP takes some 20 ms around what it counts, so few and longer ones.
    private static readonly SamplePlan Express = new(6e6, 3), Others = new(2e6, 8);

    private readonly IBpfKernel? _kernel;

    public LinuxKernelContender()
    {
        if (OperatingSystem.IsLinux())
        {
            _kernel = LinuxKernel.TryOpen(out var reason);
            Unavailable = reason?.ToString();
            if (_kernel is not null && File.Exists("/proc/sys/net/core/bpf_jit_enable") && File.ReadAllText("/proc/sys/net/core/bpf_jit_enable").Trim() == "0")
                Unavailable = "net.core.bpf_jit_enable is 0: the kernel would interpret";
        }
        else Unavailable = "this is not Linux";
    }

    public string Name => "kernel";

    public string? Unavailable { get; }

    /// <summary>The kernel itself; null when unavailable.</summary>
    public IBpfKernel? Kernel => Unavailable is null ? _kernel : null;

    public IPreparedProgram Prepare(BuiltWorkload workload) =>
        KernelProgram.Load(_kernel!, workload, interpret: false, workload.Workload.Type == ProgramType.Xdp ? Express : Others);

    public void Dispose() => _kernel?.Dispose();
}

using System.Runtime.Versioning;
using PSBpf.Diagnostics;
using PSBpf.Kernel;
using PSBpf.Linux.Access;
using PSBpf.Linux.Loading;
using PSBpf.Linux.Maps;
using PSBpf.Linux.Pinning;
using PSBpf.Objects;

namespace PSBpf.Linux;

/// <summary>The machine's own Linux kernel behind <see cref="IBpfKernel"/>, through bpf(2).</summary>
public sealed partial class LinuxKernel : IBpfKernel
{
    private readonly BtfCache _types;
    private volatile bool _disposed;

    [SupportedOSPlatform("linux")]
    private LinuxKernel()
    {
        _types = new BtfCache();
        PossibleCpus = CpuList.CountPossible();
        Pins = new BpfFileSystem(PossibleCpus);
    }

    /// <inheritdoc/>
    public BpfKernelKind Kind => BpfKernelKind.Linux;

    /// <inheritdoc/>
    public int PossibleCpus { get; }

    /// <inheritdoc/>
    public IPinStore Pins { get; }

    /// <summary>
    /// Finds out, by trying, whether bpf(2) can be used here and now: null when it can, otherwise the reason
    /// (BPF3001 not Linux, BPF3002 a privilege is missing, BPF3003 or BPF3004 the kernel cannot). Runs on every system.
    /// </summary>
    public static BpfDiagnostic? Probe() => KernelProbe.Run();

    /// <summary>Opens the kernel if bpf(2) can be used.</summary>
    /// <param name="reason">Why it cannot be, as <see cref="Probe"/> has it; null on success.</param>
    /// <returns>The kernel, or null.</returns>
    public static LinuxKernel? TryOpen(out BpfDiagnostic? reason)
    {
        reason = Probe();
        return reason is null && OperatingSystem.IsLinux() ? new LinuxKernel() : null;
    }

    /// <summary>Opens the kernel.</summary>
    /// <exception cref="BpfException">bpf(2) cannot be used here; see <see cref="Probe"/>.</exception>
    public static LinuxKernel Open() => TryOpen(out var reason) ?? throw new BpfException(reason!);

    /// <inheritdoc/>
    [SupportedOSPlatform("linux")]
    public IKernelMap CreateMap(MapSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ObjectDisposedException.ThrowIf(_disposed, this);
        return MapCreation.Create(spec, _types, PossibleCpus);
    }

    /// <inheritdoc/>
    /// <exception cref="BpfException">
    /// The kernel did not judge the program: a privilege, memory or a kernel type is missing, or a map belongs to another kernel.
    /// </exception>
    [SupportedOSPlatform("linux")]
    public ProgramLoadResult LoadProgram(
        ProgramSpec spec, IReadOnlyList<IKernelMap> maps, ProgramLoadOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(maps);
        ArgumentNullException.ThrowIfNull(options);
        ObjectDisposedException.ThrowIf(_disposed, this);
        var result = ProgramLoader.Load(spec, maps, options, _types, cancellation);
        if (options.LogWriter is not { } writer) return result;
        writer.Write(result.Verification.Log);
        return result with { Verification = result.Verification with { Log = "" } };
    }

    /// <summary>Gives back what this object holds; maps and programs that it made live on until they are disposed.</summary>
    public void Dispose()
    {
        _disposed = true;
        if (OperatingSystem.IsLinux()) _types.Dispose();
    }
}

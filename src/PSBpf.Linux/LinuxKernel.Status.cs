using System.Runtime.Versioning;
using PSBpf.Diagnostics;
using PSBpf.Kernel;
using PSBpf.Linux.Access;
using PSBpf.Linux.Listing;
using PSBpf.Linux.SystemCalls;
using PSBpf.Uapi;

namespace PSBpf.Linux;

/// <summary>What is loaded on the machine, and what it did.</summary>
public sealed partial class LinuxKernel
{
    // BPF_STATS_RUN_TIME.
    private const uint RunTime = 0;

    private readonly ProgramListing _programs = new();

    /// <inheritdoc/>
    [SupportedOSPlatform("linux")]
    public IReadOnlyList<ProgramStatus> GetPrograms()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _programs.Read();
    }

    /// <inheritdoc/>
    [SupportedOSPlatform("linux")]
    public IReadOnlyList<MapStatus> GetMaps()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return MapListing.Read();
    }

    /// <inheritdoc/>
    [SupportedOSPlatform("linux")]
    public IReadOnlyList<LinkStatus> GetLinks()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return LinkListing.Read();
    }

    /// <inheritdoc/>
    [SupportedOSPlatform("linux")]
    public IKernelMap OpenMap(int id)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return MapListing.Open(id, PossibleCpus);
    }

    /// <inheritdoc/>
    /// <remarks>
    /// The kernel takes the time of every run of every program of the machine meanwhile: some 20 to 30 nanoseconds each. It counts only
    /// while anybody has statistics enabled, so that counts begin then. Where kernel.bpf_stats_enabled is 1 it counts anyway.
    /// </remarks>
    [SupportedOSPlatform("linux")]
    public IDisposable EnableStatistics()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var type = RunTime;
        var error = Bpf.Open(BpfCommand.EnableStatistics, ref type, out var handle);
        if (handle is not null) return handle;
        throw error == Errno.EINVAL
            ? DiagnosticRules.LinuxUnsupported.Error($"This kernel does not know {BpfCommand.EnableStatistics.UapiName()}; Linux 5.8 is the first that does.", action: "Set kernel.bpf_stats_enabled to 1 with sysctl.")
            : Failure.OfListing(BpfCommand.EnableStatistics, error, "statistics of the machine's programs");
    }
}

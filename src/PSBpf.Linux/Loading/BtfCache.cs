using System.Runtime.CompilerServices;
using System.Runtime.Versioning;
using PSBpf.Btf;
using PSBpf.Linux.SystemCalls;
using PSBpf.Uapi;

namespace PSBpf.Linux.Loading;

/// <summary>
/// Type information that has been offered to the kernel, once per set: an object's maps and programs share it. A
/// descriptor is closed when its set is no longer referenced, and at the latest with the cache.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class BtfCache : IDisposable
{
    private readonly ConditionalWeakTable<BtfTypeSet, KernelBtf> _loaded = [];
    private readonly Lock _gate = new();

    /// <summary>The kernel's answer to a set; null for null.</summary>
    public KernelBtf? Get(BtfTypeSet? types)
    {
        if (types is null) return null;
        lock (_gate)
        {
            if (!_loaded.TryGetValue(types, out var known))
            {
                known = KernelBtf.Load(types.Data.Span);
                _loaded.Add(types, known);
            }

            return known;
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            foreach (var (_, btf) in _loaded) btf.Handle?.Dispose();
            _loaded.Clear();
        }
    }
}

/// <summary>The kernel's answer to one BPF_BTF_LOAD.</summary>
/// <param name="Handle">The descriptor; null when it was refused.</param>
/// <param name="Error">Why it was refused.</param>
/// <param name="Log">What the kernel had to say about it.</param>
[SupportedOSPlatform("linux")]
internal sealed record KernelBtf(BpfHandle? Handle, Errno Error, string Log)
{
    private const int LogBytes = 64 * 1024;

    /// <summary>BPF_BTF_LOAD; on failure once more, for the log.</summary>
    public static unsafe KernelBtf Load(ReadOnlySpan<byte> data)
    {
        fixed (byte* bytes = data)
        {
            var attributes = new BtfLoadAttributes { Data = (ulong)bytes, Size = (uint)data.Length };
            var error = Bpf.Open(BpfCommand.BtfLoad, ref attributes, out var handle);
            if (handle is not null) return new KernelBtf(handle, error, "");

            using var log = new LogBuffer(LogBytes);
            attributes.LogBuffer = log.Address;
            attributes.LogSize = log.Size;
            attributes.LogLevel = 1;
            if (Bpf.Open(BpfCommand.BtfLoad, ref attributes, out handle) == Errno.None) return new KernelBtf(handle, Errno.None, "");
            return new KernelBtf(null, error, log.Text());
        }
    }
}

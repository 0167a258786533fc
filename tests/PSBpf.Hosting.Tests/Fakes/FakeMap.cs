using PSBpf.Kernel;
using PSBpf.Objects;
using PSBpf.Uapi;

namespace PSBpf.Hosting.Tests.Fakes;

/// <summary>Entries in the order of their keys' bytes, behind bpf(2)'s answers.</summary>
internal sealed class FakeMap : IKernelMap
{
    private static readonly Comparer<byte[]> ByBytes = Comparer<byte[]>.Create((left, right) => left.AsSpan().SequenceCompareTo(right));
    private readonly FakeKernel _kernel;
    private readonly SortedDictionary<byte[], byte[]> _entries = new(ByBytes);

    public FakeMap(FakeKernel kernel, int id, MapSpec spec)
    {
        _kernel = kernel;
        Id = id;
        Spec = spec;
        var perCpu = spec.Type is MapType.PerCpuArray or MapType.PerCpuHash;
        UserValueSize = perCpu ? ((int)spec.ValueSize + 7) / 8 * 8 * kernel.PossibleCpus : (int)spec.ValueSize;
        Ring = spec.Type == MapType.RingBuf ? new FakeRing() : null;
        if (spec.Type is not (MapType.Array or MapType.PerCpuArray)) return;
        for (var index = 0u; index < spec.MaxEntries; index++)
        {
            var value = new byte[UserValueSize];
            spec.InitialValue?.CopyTo(value, 0);
            _entries[BitConverter.GetBytes(index)] = value;
        }
    }

    public int Id { get; }

    public MapSpec Spec { get; }

    public int UserValueSize { get; }

    public long MemoryBytes => _entries.Count * (long)UserValueSize;

    public FakeRing? Ring { get; }

    /// <summary>What is in it, by the key's bytes in hexadecimal.</summary>
    public IReadOnlyDictionary<string, byte[]> Entries
    {
        get { lock (_entries) return _entries.ToDictionary(entry => Convert.ToHexString(entry.Key), entry => entry.Value); }
    }

    public Errno Lookup(ReadOnlySpan<byte> key, Span<byte> value)
    {
        lock (_entries)
        {
            if (!_entries.TryGetValue(key.ToArray(), out var found)) return Errno.ENOENT;
            found.CopyTo(value);
            return Errno.None;
        }
    }

    public Errno LookupAndDelete(ReadOnlySpan<byte> key, Span<byte> value)
    {
        lock (_entries)
        {
            var error = Lookup(key, value);
            return error == Errno.None ? Delete(key) : error;
        }
    }

    public Errno Update(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, MapUpdateFlags flags)
    {
        lock (_entries)
        {
            var exists = _entries.ContainsKey(key.ToArray());
            if (exists && flags.HasFlag(MapUpdateFlags.NoExist)) return Errno.EEXIST;
            if (!exists && flags.HasFlag(MapUpdateFlags.Exist)) return Errno.ENOENT;
            if (!exists && _entries.Count >= Spec.MaxEntries) return Errno.E2BIG;
            _entries[key.ToArray()] = value.ToArray();
            return Errno.None;
        }
    }

    public Errno Delete(ReadOnlySpan<byte> key)
    {
        if (Spec.Type is MapType.Array or MapType.PerCpuArray) return Errno.EINVAL;
        lock (_entries) return _entries.Remove(key.ToArray()) ? Errno.None : Errno.ENOENT;
    }

    public Errno NextKey(ReadOnlySpan<byte> key, Span<byte> next)
    {
        lock (_entries)
        {
            var after = key.ToArray();
            // As the kernel does: a key that is gone starts the walk over.
            var rest = after.Length == 0 || !_entries.ContainsKey(after) ? _entries.Keys : _entries.Keys.Where(candidate => ByBytes.Compare(candidate, after) > 0);
            if (rest.FirstOrDefault() is not { } found) return Errno.ENOENT;
            found.CopyTo(next);
            return Errno.None;
        }
    }

    public IPerfBufferReader OpenPerfBuffer(PerfBufferOptions options) => throw new InvalidOperationException("no perf buffer");

    public IRingBufferReader OpenRingBuffer() => Ring ?? throw new InvalidOperationException("no ring buffer");

    public IUserRingBufferWriter OpenUserRingBuffer() => throw new InvalidOperationException("no user ring buffer");

    public void Dispose() => _kernel.Forget(Id);
}

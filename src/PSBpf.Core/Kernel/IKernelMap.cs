using PSBpf.Objects;
using PSBpf.Uapi;

namespace PSBpf.Kernel;

/// <summary>
/// A live map, seen as bpf(2) shows it to user space. Operations answer with the errno that bpf(2) would set.
/// Thread-safe. Disposing drops this reference; storage lives on while programs use it.
/// </summary>
public interface IKernelMap : IDisposable
{
    /// <summary>Id, unique in its kernel.</summary>
    int Id { get; }

    /// <summary>The blueprint, with sizes as the kernel rounded them.</summary>
    MapSpec Spec { get; }

    /// <summary>
    /// Bytes of a value as user space reads and writes it: the value size, or for per-CPU maps
    /// the value size rounded up to 8 times <see cref="IBpfKernel.PossibleCpus"/>.
    /// </summary>
    int UserValueSize { get; }

    /// <summary>Bytes that the map takes, as far as known.</summary>
    long MemoryBytes { get; }

    /// <summary>
    /// BPF_MAP_LOOKUP_ELEM: copies the value into <paramref name="value"/> (<see cref="UserValueSize"/> bytes). A Bloom filter is
    /// asked about the value that is passed.
    /// </summary>
    Errno Lookup(ReadOnlySpan<byte> key, Span<byte> value);

    /// <summary>The same with flags: <see cref="MapUpdateFlags.Lock"/> reads under the value's bpf_spin_lock, so that what programs change under it is whole.</summary>
    Errno Lookup(ReadOnlySpan<byte> key, Span<byte> value, MapUpdateFlags flags) => flags == MapUpdateFlags.Any ? Lookup(key, value) : Errno.EINVAL;

    /// <summary>BPF_MAP_UPDATE_ELEM.</summary>
    Errno Update(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, MapUpdateFlags flags);

    /// <summary>
    /// Writes a part of a value. Where the memory of values can be reached (global variables, in both kernels), nothing else of the value is
    /// touched, so that what programs write to other parts meanwhile is not lost. Elsewhere the value is read, changed and written back.
    /// </summary>
    /// <param name="key">The key.</param>
    /// <param name="offset">The first byte in the value; with <paramref name="bytes"/> it lies inside of it.</param>
    /// <param name="bytes">What to write.</param>
    Errno WritePart(ReadOnlySpan<byte> key, int offset, ReadOnlySpan<byte> bytes)
    {
        byte[] value = new byte[UserValueSize];
        Errno error = Lookup(key, value);
        if (error != Errno.None) return error;
        bytes.CopyTo(value.AsSpan(offset));
        return Update(key, value, MapUpdateFlags.Exist);
    }

    /// <summary>BPF_MAP_DELETE_ELEM.</summary>
    Errno Delete(ReadOnlySpan<byte> key);

    /// <summary>BPF_MAP_LOOKUP_AND_DELETE_ELEM: copies the value and deletes the entry in one step; of queues and stacks the next value.</summary>
    Errno LookupAndDelete(ReadOnlySpan<byte> key, Span<byte> value);

    /// <summary>The same with flags: <see cref="MapUpdateFlags.Lock"/> copies under the value's bpf_spin_lock.</summary>
    Errno LookupAndDelete(ReadOnlySpan<byte> key, Span<byte> value, MapUpdateFlags flags) => flags == MapUpdateFlags.Any ? LookupAndDelete(key, value) : Errno.EINVAL;

    /// <summary>
    /// BPF_MAP_LOOKUP_BATCH and BPF_MAP_LOOKUP_AND_DELETE_BATCH: copies keys and values of many entries. Hashes give whole buckets; a walk in batches meets every entry that is there
    /// all the time once, whatever others do meanwhile.
    /// </summary>
    /// <param name="position">Where the walk is, which moves on.</param>
    /// <param name="keys">Room for the keys.</param>
    /// <param name="values">Room for as many values of <see cref="UserValueSize"/> bytes.</param>
    /// <param name="count">How many there is room for; then how many there are.</param>
    /// <param name="deletes">Whether the entries are deleted.</param>
    /// <param name="flags"><see cref="MapUpdateFlags.Lock"/>, or none.</param>
    /// <returns>None while there is more; ENOENT at the end, with the last entries; ENOSPC when a bucket does not fit.</returns>
    Errno LookupBatch(MapBatchPosition position, Span<byte> keys, Span<byte> values, ref int count, bool deletes = false, MapUpdateFlags flags = MapUpdateFlags.Any) => Errno.ENOTSUPP;

    /// <summary>BPF_MAP_UPDATE_BATCH.</summary>
    /// <param name="keys">The keys, one behind the other.</param>
    /// <param name="values">As many values.</param>
    /// <param name="count">How many; then how many were written before the error, if there is one.</param>
    /// <param name="flags"><see cref="MapUpdateFlags.Lock"/>, or none.</param>
    Errno UpdateBatch(ReadOnlySpan<byte> keys, ReadOnlySpan<byte> values, ref int count, MapUpdateFlags flags = MapUpdateFlags.Any) => Errno.ENOTSUPP;

    /// <summary>BPF_MAP_DELETE_BATCH.</summary>
    /// <param name="keys">The keys, one behind the other.</param>
    /// <param name="count">How many; then how many were deleted before the error, if there is one.</param>
    /// <param name="flags"><see cref="MapUpdateFlags.Lock"/>, or none.</param>
    Errno DeleteBatch(ReadOnlySpan<byte> keys, ref int count, MapUpdateFlags flags = MapUpdateFlags.Any) => Errno.ENOTSUPP;

    /// <summary>BPF_MAP_GET_NEXT_KEY: the key after <paramref name="key"/>, the first when it is empty; ENOENT at the end.</summary>
    Errno NextKey(ReadOnlySpan<byte> key, Span<byte> next);

    /// <summary>Reads an arena's memory, as through mmap(2): pages that are not there come into being.</summary>
    /// <param name="offset">The first byte, from the arena's start.</param>
    /// <param name="bytes">Gets the bytes.</param>
    /// <returns>EFAULT outside of it, ENOTSUPP for maps of other types.</returns>
    Errno ReadMemory(long offset, Span<byte> bytes) => Errno.ENOTSUPP;

    /// <summary>Writes to an arena's memory.</summary>
    /// <param name="offset">The first byte, from the arena's start.</param>
    /// <param name="bytes">The bytes.</param>
    /// <returns>EFAULT outside of it, ENOTSUPP for maps of other types.</returns>
    Errno WriteMemory(long offset, ReadOnlySpan<byte> bytes) => Errno.ENOTSUPP;

    /// <summary>The reader of a ring buffer; throws for other map types. One reader at a time consumes.</summary>
    IRingBufferReader OpenRingBuffer();

    /// <summary>The writer of a user ring buffer; throws for other map types.</summary>
    IUserRingBufferWriter OpenUserRingBuffer();

    /// <summary>
    /// Makes a buffer for each CPU of a perf event array and puts it into the CPU's slot, in the place of what was there; throws for
    /// other map types. Without one programs get ENOENT.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    IPerfBufferReader OpenPerfBuffer(PerfBufferOptions options);
}

using PSBpf.Objects;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Maps;

/// <summary>
/// BPF_MAP_TYPE_BLOOM_FILTER: says of a value that it may have been pushed, or that it never was. Bits are only ever set, so that
/// nobody needs a lock. The size of the table is the kernel's: about max_entries · hashes · 7/5 bits, rounded up to a power of two.
/// </summary>
internal sealed unsafe class BloomFilterMap : RuntimeMap
{
    // nr_hash_funcs of the kernel when map_extra gives none, and log2(e) as it approximates it.
    private const uint DefaultHashes = 5, Numerator = 7, Denominator = 5;

    private readonly uint* _bits;
    private readonly uint _mask, _hashes;
    private readonly HashSecret _secret;

    public BloomFilterMap(Engine engine, MapSpec spec)
        : base(engine, spec)
    {
        _hashes = spec.Extra == 0 ? DefaultHashes : (uint)spec.Extra;
        ulong wanted = (ulong)spec.MaxEntries * _hashes * Numerator / Denominator;
        ulong bits = wanted > 1u << 31 ? 1UL << 32 : Math.Max(System.Numerics.BitOperations.RoundUpToPowerOf2(wanted), 64);
        _mask = (uint)(bits - 1);
        _secret = new HashSecret(spec.Flags.HasFlag(MapFlags.ZeroSeed) ? 0 : engine.Environment.NextRandom());
        _bits = (uint*)Allocate((long)(bits / 8)).Address;
    }

    /// <inheritdoc/>
    public override ulong Lookup(byte* key, int cpu) => 0;

    /// <inheritdoc/>
    public override Errno Update(byte* key, byte* value, ulong flags, int cpu) => Errno.EINVAL;

    /// <inheritdoc/>
    public override Errno Delete(byte* key) => Errno.EOPNOTSUPP;

    /// <summary>Asks about the value that is passed.</summary>
    public override Errno CopyValue(byte* key, byte* value) => Peek(value);

    /// <inheritdoc/>
    public override Errno UpdateAll(byte* key, byte* value, ulong flags) => Push(value, flags);

    /// <inheritdoc/>
    public override Errno NextKey(byte* key, byte* next) => Errno.EOPNOTSUPP;

    /// <inheritdoc/>
    public override Errno Push(byte* value, ulong flags)
    {
        if (flags != (ulong)MapUpdateFlags.Any) return Errno.EINVAL;
        for (uint number = 0; number < _hashes; number++)
        {
            uint bit = Hash(value, number);
            ref uint word = ref _bits[bit / 32];
            if ((Volatile.Read(ref word) >> (int)(bit % 32) & 1) == 0) Interlocked.Or(ref word, 1u << (int)(bit % 32));
        }

        return Errno.None;
    }

    /// <inheritdoc/>
    public override Errno Peek(byte* value)
    {
        for (uint number = 0; number < _hashes; number++)
        {
            uint bit = Hash(value, number);
            if ((Volatile.Read(ref _bits[bit / 32]) >> (int)(bit % 32) & 1) == 0) return Errno.ENOENT;
        }

        return Errno.None;
    }

    private uint Hash(byte* value, uint number)
    {
        uint hash = KeyBytes.Hash(value, ValueSize, in _secret);
        return HashSecret.Fold(((ulong)number << 32 | hash) ^ _secret.Seed, _secret.Multiplier) & _mask;
    }
}

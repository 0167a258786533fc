using System.Numerics;
using System.Runtime.CompilerServices;
using PSBpf.Objects;
using PSBpf.Runtime.Memory;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Maps;

/// <summary>
/// BPF_MAP_TYPE_STACK_TRACE: call stacks by the hash of their addresses. A stack that is there already is found without a lock; one that is
/// not is written inside of its bucket's gate.
/// </summary>
internal sealed unsafe class StackTraceMap : RuntimeMap
{
    /// <summary>Flags of bpf_get_stackid: frames to skip, and what to do with what is there.</summary>
    public const ulong SkipMask = 0xff, UserStack = 1 << 8, FastCompare = 1 << 9, ReuseId = 1 << 10;

    private const int HeaderSize = 16, AddressSize = 8;

    private readonly byte* _buckets;
    private readonly uint _count, _stride;

    public StackTraceMap(Engine engine, MapSpec spec)
        : base(engine, spec)
    {
        _count = BitOperations.RoundUpToPowerOf2(spec.MaxEntries);
        _stride = HeaderSize + spec.ValueSize;
        _buckets = Allocate((long)_stride * _count).Address;
    }

    /// <summary>Most frames of a stack.</summary>
    public int MostFrames => ValueSize / AddressSize;

    /// <summary>Puts a stack in, or finds it.</summary>
    /// <returns>Its id, or a negative errno.</returns>
    [MethodImpl(HotCode.Optimized)]
    public long Add(ReadOnlySpan<ulong> stack, ulong flags)
    {
        uint hash = Hash(stack);
        uint id = hash & (_count - 1);
        var bucket = BucketAt(id);
        uint sequence = Volatile.Read(ref bucket->Sequence);
        int found = Compare(bucket, hash, stack, flags);
        Volatile.ReadBarrier();
        if (found > 0 && (sequence & 1) == 0 && Volatile.Read(ref bucket->Sequence) == sequence) return id;

        SpinGate.Enter(ref bucket->Gate);
        found = Compare(bucket, hash, stack, flags);
        long answer = id;
        if (found < 0 && (flags & ReuseId) == 0) answer = -(long)Errno.EEXIST;
        else if (found <= 0) Write(bucket, hash, stack);
        SpinGate.Exit(ref bucket->Gate);
        return answer;
    }

    /// <inheritdoc/>
    public override ulong Lookup(byte* key, int cpu) => 0;

    /// <inheritdoc/>
    public override Errno Update(byte* key, byte* value, ulong flags, int cpu) => Errno.EINVAL;

    /// <inheritdoc/>
    public override Errno UpdateAll(byte* key, byte* value, ulong flags) => Errno.EINVAL;

    /// <inheritdoc/>
    public override Errno CopyValue(byte* key, byte* value) => Read(key, value, takes: false);

    /// <inheritdoc/>
    public override Errno TakeValue(byte* key, byte* value) => Read(key, value, takes: true);

    /// <inheritdoc/>
    public override Errno Delete(byte* key)
    {
        uint id = *(uint*)key;
        if (id >= _count) return Errno.E2BIG;
        var bucket = BucketAt(id);
        SpinGate.Enter(ref bucket->Gate);
        bool present = bucket->Frames > 0;
        if (present) Empty(bucket);
        SpinGate.Exit(ref bucket->Gate);
        return present ? Errno.None : Errno.ENOENT;
    }

    /// <inheritdoc/>
    public override Errno NextKey(byte* key, byte* next)
    {
        uint id = key != null && *(uint*)key < _count && BucketAt(*(uint*)key)->Frames > 0 ? *(uint*)key + 1 : 0;
        while (id < _count && Volatile.Read(ref BucketAt(id)->Frames) == 0) id++;
        if (id == _count) return Errno.ENOENT;
        *(uint*)next = id;
        return Errno.None;
    }

    private Errno Read(byte* key, byte* value, bool takes)
    {
        uint id = *(uint*)key;
        if (id >= _count) return Errno.ENOENT;
        var bucket = BucketAt(id);
        SpinGate.Enter(ref bucket->Gate);
        int bytes = (int)bucket->Frames * AddressSize;
        new ReadOnlySpan<byte>(AddressesOf(bucket), bytes).CopyTo(new Span<byte>(value, bytes));
        if (takes && bytes > 0) Empty(bucket);
        SpinGate.Exit(ref bucket->Gate);
        if (bytes == 0) return Errno.ENOENT;
        new Span<byte>(value + bytes, ValueSize - bytes).Clear();
        return Errno.None;
    }

    // Positive when the bucket holds the stack, negative when it holds another, 0 when it is empty.
    private static int Compare(Bucket* bucket, uint hash, ReadOnlySpan<ulong> stack, ulong flags)
    {
        if (bucket->Frames == 0) return 0;
        bool same = bucket->Hash == hash
            && ((flags & FastCompare) != 0 || (bucket->Frames == (uint)stack.Length && stack.SequenceEqual(new ReadOnlySpan<ulong>(AddressesOf(bucket), stack.Length))));
        return same ? 1 : -1;
    }

    private static void Write(Bucket* bucket, uint hash, ReadOnlySpan<ulong> stack)
    {
        Volatile.Write(ref bucket->Sequence, bucket->Sequence + 1);
        Volatile.WriteBarrier();
        bucket->Hash = hash;
        stack.CopyTo(new Span<ulong>(AddressesOf(bucket), stack.Length));
        Volatile.Write(ref bucket->Frames, (uint)stack.Length);
        Volatile.Write(ref bucket->Sequence, bucket->Sequence + 1);
    }

    private static void Empty(Bucket* bucket)
    {
        Volatile.Write(ref bucket->Sequence, bucket->Sequence + 1);
        Volatile.WriteBarrier();
        bucket->Frames = 0;
        Volatile.Write(ref bucket->Sequence, bucket->Sequence + 1);
    }

    private static uint Hash(ReadOnlySpan<ulong> stack)
    {
        // The same stack has the same id in every run.
        var secret = new HashSecret(0);
        fixed (ulong* addresses = stack) return KeyBytes.Hash((byte*)addresses, stack.Length * AddressSize, in secret);
    }

    private Bucket* BucketAt(uint id) => (Bucket*)(_buckets + (ulong)id * _stride);

    private static ulong* AddressesOf(Bucket* bucket) => (ulong*)((byte*)bucket + HeaderSize);

    private struct Bucket
    {
        public int Gate;
        public uint Sequence;
        public uint Hash;
        public uint Frames;
    }
}

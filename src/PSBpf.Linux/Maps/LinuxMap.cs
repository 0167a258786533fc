using System.Runtime.Versioning;
using PSBpf.Diagnostics;
using PSBpf.Kernel;
using PSBpf.Linux.Access;
using PSBpf.Linux.SystemCalls;
using PSBpf.Objects;
using PSBpf.Uapi;

namespace PSBpf.Linux.Maps;

/// <summary>A map in the kernel. The kernel does the locking; disposing waits for calls in progress.</summary>
[SupportedOSPlatform("linux")]
internal sealed class LinuxMap : IKernelMap
{
    private readonly RingBufferTurn _ringTurn = new();

    internal LinuxMap(BpfHandle handle, int id, MapSpec spec, int possibleCpus)
    {
        Handle = handle;
        Id = id;
        Spec = spec;
        UserValueSize = ValueSizeFor(spec, possibleCpus);
    }

    public int Id { get; }

    public MapSpec Spec { get; }

    public int UserValueSize { get; }

    internal BpfHandle Handle { get; }

    /// <summary>What the kernel accounts for the map, from its fdinfo; 0 once disposed or where /proc does not say.</summary>
    public long MemoryBytes
    {
        get
        {
            if (!Handle.TryUse(out var lease)) return 0;
            using (lease) return DescriptorInfo.ReadMemory(lease.Descriptor);
        }
    }

    public Errno Lookup(ReadOnlySpan<byte> key, Span<byte> value) => Lookup(key, value, MapUpdateFlags.Any);

    public Errno Lookup(ReadOnlySpan<byte> key, Span<byte> value, MapUpdateFlags flags)
    {
        CheckKey(key);
        CheckValue(value.Length);
        return MapElement.Call(Handle, BpfCommand.MapLookupElement, key, value, (ulong)flags);
    }

    public Errno Update(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, MapUpdateFlags flags)
    {
        CheckKey(key);
        CheckValue(value.Length);
        return HeldObject.CommandFor(Spec.Type) is { } command
            ? HeldObject.Update(this, command, key, value, flags)
            : MapElement.Call(Handle, BpfCommand.MapUpdateElement, key, value, (ulong)flags);
    }

    public unsafe Errno WritePart(ReadOnlySpan<byte> key, int offset, ReadOnlySpan<byte> bytes)
    {
        CheckKey(key);
        if (offset < 0 || offset + (long)bytes.Length > UserValueSize) throw new ArgumentException($"Values of map '{Spec.Name}' have {UserValueSize} bytes.", nameof(offset));
        if (Spec.Type == MapType.Array && Spec.Flags.HasFlag(MapFlags.Mmapable) && !key.ContainsAnyExcept((byte)0))
        {
            using var lease = Handle.Use();
            var length = (nuint)(UserValueSize + Environment.SystemPageSize - 1) / (nuint)Environment.SystemPageSize * (nuint)Environment.SystemPageSize;
            var mapped = MappedMemory.TryMap(lease.Descriptor, 0, length, writable: true, out var memory);
            using (memory)
            {
                // One that is frozen, or is read by others only, says EPERM here.
                if (memory is null) return mapped;
                ValueStore.Write(new Span<byte>(memory.Address + offset, bytes.Length), bytes);
                return Errno.None;
            }
        }

        byte[] value = new byte[UserValueSize];
        if (Lookup(key, value) is var error and not Errno.None) return error;
        bytes.CopyTo(value.AsSpan(offset));
        return Update(key, value, MapUpdateFlags.Exist);
    }

    public Errno Delete(ReadOnlySpan<byte> key)
    {
        CheckKey(key);
        return MapElement.Call(Handle, BpfCommand.MapDeleteElement, key, default, 0);
    }

    public Errno LookupAndDelete(ReadOnlySpan<byte> key, Span<byte> value)
    {
        CheckKey(key);
        CheckValue(value.Length);
        return MapElement.Call(Handle, BpfCommand.MapLookupAndDeleteElement, key, value, 0);
    }

    public Errno LookupAndDelete(ReadOnlySpan<byte> key, Span<byte> value, MapUpdateFlags flags)
    {
        CheckKey(key);
        CheckValue(value.Length);
        return MapElement.Call(Handle, BpfCommand.MapLookupAndDeleteElement, key, value, (ulong)flags);
    }

    public Errno LookupBatch(MapBatchPosition position, Span<byte> keys, Span<byte> values, ref int count, bool deletes = false, MapUpdateFlags flags = MapUpdateFlags.Any)
    {
        ArgumentNullException.ThrowIfNull(position);
        CheckBatch(keys.Length, values.Length, count);
        if (position.Bytes.Length < Spec.KeySize) throw new ArgumentException($"The position has {position.Bytes.Length} bytes, keys of map '{Spec.Name}' {Spec.KeySize}.", nameof(position));
        return MapBatchCall.Call(Handle, deletes ? BpfCommand.MapLookupAndDeleteBatch : BpfCommand.MapLookupBatch, position, keys, values, ref count, flags);
    }

    public Errno UpdateBatch(ReadOnlySpan<byte> keys, ReadOnlySpan<byte> values, ref int count, MapUpdateFlags flags = MapUpdateFlags.Any)
    {
        CheckBatch(keys.Length, values.Length, count);
        return MapBatchCall.Call(Handle, BpfCommand.MapUpdateBatch, null, keys, values, ref count, flags);
    }

    public Errno DeleteBatch(ReadOnlySpan<byte> keys, ref int count, MapUpdateFlags flags = MapUpdateFlags.Any)
    {
        CheckBatch(keys.Length, long.MaxValue, count);
        return MapBatchCall.Call(Handle, BpfCommand.MapDeleteBatch, null, keys, default, ref count, flags);
    }

    public Errno NextKey(ReadOnlySpan<byte> key, Span<byte> next)
    {
        if (!key.IsEmpty) CheckKey(key);
        if (next.Length != Spec.KeySize)
            throw new ArgumentException($"Keys of map '{Spec.Name}' have {Spec.KeySize} bytes, not {next.Length}.", nameof(next));
        return MapElement.Call(Handle, BpfCommand.MapGetNextKey, key, next, 0);
    }

    public IRingBufferReader OpenRingBuffer()
    {
        if (Spec.Type != MapType.RingBuf)
            throw DiagnosticRules.WrongKind.Error($"Map '{Spec.Name}' is of type {Spec.Type}; only ring buffers have a reader.");
        return RingBufferReader.Open(this, _ringTurn);
    }

    public IUserRingBufferWriter OpenUserRingBuffer()
    {
        if (Spec.Type != MapType.UserRingBuf)
            throw DiagnosticRules.WrongKind.Error($"Map '{Spec.Name}' is of type {Spec.Type}; only user ring buffers have a writer.");
        return UserRingBufferWriter.Open(this);
    }

    public IPerfBufferReader OpenPerfBuffer(PerfBufferOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        if (Spec.Type != MapType.PerfEventArray)
            throw DiagnosticRules.WrongKind.Error($"Map '{Spec.Name}' is of type {Spec.Type}; only perf event arrays have perf buffers.");
        return PerfBufferReader.Open(this, options);
    }

    /// <summary>BPF_MAP_FREEZE: from now on only programs may write.</summary>
    internal Errno Freeze()
    {
        using var lease = Handle.Use();
        var attributes = new MapElementAttributes { MapDescriptor = lease.Descriptor };
        return Bpf.Call(BpfCommand.MapFreeze, ref attributes, out _);
    }

    public void Dispose() => Handle.Dispose();

    private static int ValueSizeFor(MapSpec spec, int possibleCpus) => spec.Type switch
    {
        MapType.PerCpuHash or MapType.PerCpuArray or MapType.LruPerCpuHash or MapType.PerCpuCgroupStorage =>
            checked((int)((spec.ValueSize + 7) & ~7u) * possibleCpus),
        _ => checked((int)spec.ValueSize),
    };

    // The kernel trusts the lengths that the map was made with, so a short span would let it read or write past the end.
    private void CheckKey(ReadOnlySpan<byte> key)
    {
        if (key.Length != Spec.KeySize)
            throw new ArgumentException($"Keys of map '{Spec.Name}' have {Spec.KeySize} bytes, not {key.Length}.", nameof(key));
    }

    private void CheckBatch(int keys, long values, int count)
    {
        if (count < 0 || (long)count * Spec.KeySize > keys || (long)count * UserValueSize > values)
            throw new ArgumentException($"There is no room for {count} entries of map '{Spec.Name}' in {keys} and {values} bytes.", nameof(count));
    }

    private void CheckValue(int length)
    {
        if (length != UserValueSize)
            throw new ArgumentException($"Values of map '{Spec.Name}' have {UserValueSize} bytes, not {length}.");
    }
}

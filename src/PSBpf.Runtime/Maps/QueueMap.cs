using PSBpf.Objects;
using PSBpf.Runtime.Memory;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Maps;

/// <summary>
/// BPF_MAP_TYPE_QUEUE and BPF_MAP_TYPE_STACK: values without keys, in a ring. A full one refuses a value, or with
/// BPF_EXIST gives up its oldest.
/// </summary>
internal sealed unsafe class QueueMap : RuntimeMap
{
    private readonly byte* _values;
    private readonly uint _stride, _capacity;
    private readonly bool _newestFirst;
    private int _gate;
    private uint _oldest, _count;

    public QueueMap(Engine engine, MapSpec spec, bool newestFirst)
        : base(engine, spec)
    {
        _stride = Round8(spec.ValueSize);
        _capacity = spec.MaxEntries;
        _newestFirst = newestFirst;
        _values = Allocate((long)_stride * _capacity).Address;
    }

    /// <summary>How many values it holds.</summary>
    public long Count => Volatile.Read(ref _count);

    /// <inheritdoc/>
    public override ulong Lookup(byte* key, int cpu) => 0;

    /// <inheritdoc/>
    public override Errno Update(byte* key, byte* value, ulong flags, int cpu) => Errno.EINVAL;

    /// <inheritdoc/>
    public override Errno Delete(byte* key) => Errno.EINVAL;

    /// <inheritdoc/>
    public override Errno CopyValue(byte* key, byte* value) => Peek(value);

    /// <inheritdoc/>
    public override Errno UpdateAll(byte* key, byte* value, ulong flags) => Push(value, flags);

    /// <inheritdoc/>
    public override Errno TakeValue(byte* key, byte* value) => Pop(value);

    /// <inheritdoc/>
    public override Errno NextKey(byte* key, byte* next) => Errno.EINVAL;

    /// <inheritdoc/>
    public override Errno Push(byte* value, ulong flags)
    {
        if (flags is not ((ulong)MapUpdateFlags.Any or (ulong)MapUpdateFlags.Exist)) return Errno.EINVAL;
        var error = Errno.None;
        SpinGate.Enter(ref _gate);
        if (_count == _capacity && flags == (ulong)MapUpdateFlags.Any)
        {
            error = Errno.E2BIG;
        }
        else
        {
            if (_count == _capacity) DropOldest();
            SmallCopy.Copy(value, At(_count), ValueSize);
            _count++;
        }

        SpinGate.Exit(ref _gate);
        return error;
    }

    /// <inheritdoc/>
    public override Errno Pop(byte* value) => Read(value, takes: true);

    /// <inheritdoc/>
    public override Errno Peek(byte* value) => Read(value, takes: false);

    private Errno Read(byte* value, bool takes)
    {
        SpinGate.Enter(ref _gate);
        bool any = _count > 0;
        if (any)
        {
            SmallCopy.Copy(At(_newestFirst ? _count - 1 : 0), value, ValueSize);
            if (takes && _newestFirst) _count--;
            else if (takes) DropOldest();
        }

        SpinGate.Exit(ref _gate);
        if (any) return Errno.None;
        new Span<byte>(value, ValueSize).Clear();
        return Errno.ENOENT;
    }

    private void DropOldest()
    {
        if (++_oldest == _capacity) _oldest = 0;
        _count--;
    }

    // The value that came in after so many others that are there.
    private byte* At(uint position)
    {
        ulong index = (ulong)_oldest + position;
        if (index >= _capacity) index -= _capacity;
        return _values + index * _stride;
    }
}

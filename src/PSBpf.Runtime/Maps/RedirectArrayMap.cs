using PSBpf.Objects;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Maps;

/// <summary>
/// What maps of redirection targets by index share: eight bytes for each, which change in one step, 0 for none, and the program that a target may have.
/// Programs cannot change them.
/// </summary>
internal abstract unsafe class RedirectArrayMap : RuntimeMap, IRedirectMap
{
    /// <summary>Bytes of each value in memory.</summary>
    protected const int Stride = sizeof(ulong);

    private readonly HeldPrograms _programs;

    protected RedirectArrayMap(Engine engine, MapSpec spec, AttachType attach)
        : base(engine, spec)
    {
        Count = spec.MaxEntries;
        Values = (ulong*)Allocate((long)Stride * Count).Address;
        _programs = new HeldPrograms(engine, attach);
    }

    /// <inheritdoc/>
    public abstract ulong RedirectFlags { get; }

    /// <summary>The values, as user space sees them.</summary>
    protected ulong* Values { get; }

    /// <summary>How many there are.</summary>
    protected uint Count { get; }

    /// <inheritdoc/>
    public ManagedProgram? ProgramOf(uint key) => key < Count && Volatile.Read(ref Values[key]) >> 32 != 0 ? _programs.Find(key) : null;

    /// <inheritdoc/>
    public abstract bool TryGetTarget(uint key, out uint target);

    /// <inheritdoc/>
    public override Errno Update(byte* key, byte* value, ulong flags, int cpu) => Errno.EINVAL;

    /// <inheritdoc/>
    public override Errno Delete(byte* key)
    {
        uint index = *(uint*)key;
        if (index >= Count) return Errno.EINVAL;
        lock (_programs)
        {
            Volatile.Write(ref Values[index], 0);
            _programs.Set(index, 0);
        }

        return Errno.None;
    }

    /// <inheritdoc/>
    public override Errno NextKey(byte* key, byte* next) => ArrayRules.NextKey(key, next, Count);

    /// <inheritdoc/>
    public override void Reclaim()
    {
        _programs?.Clear(); // null when there was no memory for the map
        base.Reclaim();
    }

    /// <summary>Copies a value that is there.</summary>
    protected Errno Copy(ulong stored, byte* value)
    {
        new ReadOnlySpan<byte>(&stored, ValueSize).CopyTo(new Span<byte>(value, ValueSize));
        return Errno.None;
    }

    /// <summary>Makes one value another one, if its program may stand there.</summary>
    protected Errno Replace(uint index, int program, ulong stored)
    {
        lock (_programs)
        {
            var error = _programs.Set(index, program);
            if (error == Errno.None) Volatile.Write(ref Values[index], stored);
            return error;
        }
    }
}

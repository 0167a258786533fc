using PSBpf.Objects;
using PSBpf.Runtime.Interpreter;
using PSBpf.Runtime.Memory;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Maps;

/// <summary>
/// BPF_MAP_TYPE_PROG_ARRAY: programs by index, for tail calls. A value is the id of a program of the same kernel.
/// The first program that uses the array, or is stored in it, decides which others may be.
/// </summary>
/// <remarks>
/// Running programs read slots without a lock. What was in a slot stays until every run that could have read it has ended.
/// A program may use the array that holds it: the array is emptied when users let it go, so that nothing keeps itself alive.
/// </remarks>
internal sealed unsafe class ProgArrayMap : RuntimeMap
{
    private const int BytesPerSlot = 16;

    private readonly Lock _changing = new();
    private readonly ExecutableProgram?[] _targets;
    private readonly ManagedProgram?[] _held;
    private ProgramKind? _owner;
    private bool _abandoned;

    public ProgArrayMap(Engine engine, MapSpec spec)
        : base(engine, spec)
    {
        Charge((long)BytesPerSlot * spec.MaxEntries);
        _targets = new ExecutableProgram?[spec.MaxEntries];
        _held = new ManagedProgram?[spec.MaxEntries];
    }

    /// <summary>The program at an index; null when there is none. Only inside of a run.</summary>
    public ExecutableProgram? Target(uint index)
    {
        var targets = _targets;
        return index < (uint)targets.Length ? Volatile.Read(ref targets[index]) : null;
    }

    /// <summary>Whether programs of a kind may use the array; the first one decides.</summary>
    public bool Claim(ProgramKind kind)
    {
        lock (_changing)
        {
            _owner ??= kind;
            return _owner == kind;
        }
    }

    /// <inheritdoc/>
    public override ulong Lookup(byte* key, int cpu) => 0;

    /// <inheritdoc/>
    public override Errno Update(byte* key, byte* value, ulong flags, int cpu) => Errno.EINVAL;

    /// <inheritdoc/>
    public override Errno CopyValue(byte* key, byte* value)
    {
        uint index = *(uint*)key;
        if (index >= (uint)_held.Length || Volatile.Read(ref _held[index]) is not { } program) return Errno.ENOENT;
        *(int*)value = program.Id;
        return Errno.None;
    }

    /// <inheritdoc/>
    public override Errno UpdateAll(byte* key, byte* value, ulong flags)
    {
        if (Engine.Programs.Hold(*(int*)value) is not { } program) return Errno.ENOENT;
        var error = Errno.None;
        ManagedProgram? old = null;
        lock (_changing)
        {
            uint index = *(uint*)key;
            if (_abandoned) error = Errno.EBADF;
            else if (flags != (ulong)MapUpdateFlags.Any) error = Errno.EINVAL;
            else if (index >= (uint)_held.Length) error = Errno.E2BIG;
            else if (!Claim(program.Kind)) error = Errno.EINVAL;
            else old = Exchange((int)index, program);
        }

        if (error == Errno.None) Retire(old);
        else program.Release();
        return error;
    }

    /// <inheritdoc/>
    public override Errno Delete(byte* key)
    {
        uint index = *(uint*)key;
        if (index >= (uint)_held.Length) return Errno.E2BIG;
        ManagedProgram? old;
        lock (_changing) old = Exchange((int)index, null);
        Retire(old);
        return old is null ? Errno.ENOENT : Errno.None;
    }

    /// <inheritdoc/>
    public override Errno NextKey(byte* key, byte* next) => ArrayRules.NextKey(key, next, Spec.MaxEntries);

    /// <inheritdoc/>
    public override void Abandon()
    {
        var old = new List<ManagedProgram?>();
        lock (_changing)
        {
            _abandoned = true;
            for (int index = 0; index < _held.Length; index++)
                if (_held[index] is not null) old.Add(Exchange(index, null));
        }

        foreach (var program in old) Retire(program);
    }

    private ManagedProgram? Exchange(int index, ManagedProgram? program)
    {
        var old = _held[index];
        Volatile.Write(ref _held[index], program);
        Volatile.Write(ref _targets[index], program?.Executable);
        return old;
    }

    private void Retire(ManagedProgram? program)
    {
        if (program is not null) Engine.Reclaimer.Retire(new Replaced(program));
    }

    /// <summary>A program that was in a slot: runs that read the slot may still be about to start it.</summary>
    private sealed class Replaced(ManagedProgram program) : IReclaimable
    {
        public void Reclaim() => program.Release();
    }
}

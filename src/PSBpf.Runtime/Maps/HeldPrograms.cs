using PSBpf.Runtime.Memory;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Maps;

/// <summary>The XDP programs that the entries of a map name by id, which keeps them alive. The map's owner locks it.</summary>
internal sealed class HeldPrograms(Engine engine, AttachType attach)
{
    private readonly Dictionary<uint, ManagedProgram> _programs = [];

    /// <summary>Whether a program may be named; no id names none.</summary>
    public Errno Check(int id)
    {
        if (id <= 0) return Errno.None;
        if (engine.Programs.Hold(id) is not { } program) return Errno.EBADF;
        bool fits = Fits(program);
        program.Release();
        return fits ? Errno.None : Errno.EINVAL;
    }

    /// <summary>Names the program of an entry, in the place of the one before; 0 for none.</summary>
    public Errno Set(uint key, int id)
    {
        ManagedProgram? program = null;
        if (id > 0 && (program = engine.Programs.Hold(id)) is null) return Errno.EBADF;
        if (program is not null && !Fits(program))
        {
            program.Release();
            return Errno.EINVAL;
        }

        if (_programs.Remove(key, out var old)) engine.Reclaimer.Retire(new Replaced(old));
        if (program is not null) _programs[key] = program;
        return Errno.None;
    }

    /// <summary>The program of an entry, for a run, which it outlives; null for none.</summary>
    public ManagedProgram? Find(uint key)
    {
        lock (this) return _programs.GetValueOrDefault(key);
    }

    /// <summary>Lets all of them go, when no run sees the map any more.</summary>
    public void Clear()
    {
        foreach (var program in _programs.Values) program.Release();
        _programs.Clear();
    }

    private bool Fits(ManagedProgram program) => program.Spec.Type == ProgramType.Xdp && program.Spec.ExpectedAttachType == attach;

    private sealed class Replaced(ManagedProgram program) : IReclaimable
    {
        public void Reclaim() => program.Release();
    }
}

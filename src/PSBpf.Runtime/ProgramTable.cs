using System.Collections.Concurrent;

namespace PSBpf.Runtime;

/// <summary>The programs of an engine by id, as long as something refers to them.</summary>
internal sealed class ProgramTable
{
    private readonly ConcurrentDictionary<int, ManagedProgram> _programs = new();
    private int _lastId;

    /// <summary>All of them, by id.</summary>
    public IEnumerable<ManagedProgram> All => _programs.Values.OrderBy(program => program.Id);

    /// <summary>An id that no program has had.</summary>
    public int NextId() => Interlocked.Increment(ref _lastId);

    /// <summary>Adds a program.</summary>
    public void Add(ManagedProgram program) => _programs[program.Id] = program;

    /// <summary>Removes one that nothing refers to any more.</summary>
    public void Remove(ManagedProgram program) => _programs.TryRemove(program.Id, out _);

    /// <summary>The program with an id, with a reference for the caller; null when there is none.</summary>
    public ManagedProgram? Hold(int id) => _programs.TryGetValue(id, out var program) && program.TryAddReference() ? program : null;
}

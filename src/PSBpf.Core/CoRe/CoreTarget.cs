using System.Collections.Concurrent;
using PSBpf.Btf;

namespace PSBpf.CoRe;

/// <summary>The types of a kernel that objects are adapted to: its own, and those that its modules add. Thread-safe.</summary>
public sealed class CoreTarget
{
    private readonly Lazy<IReadOnlyList<BtfTypeSet>> _modules;
    private readonly ConcurrentDictionary<(string Name, BtfKind Kind), CoreCandidate[]> _candidates = new();

    /// <summary>Makes a target.</summary>
    /// <param name="name">What to call it in messages, e.g. <c>Linux 6.18.44</c>.</param>
    /// <param name="types">The kernel's types.</param>
    /// <param name="modules">Split BTF of its modules, looked at only where the kernel itself has no type of a name; null for none.</param>
    public CoreTarget(string name, BtfTypeSet types, Func<IReadOnlyList<BtfTypeSet>>? modules = null)
    {
        Name = name;
        Types = types;
        _modules = new(modules ?? (() => []));
    }

    /// <summary>What to call it in messages.</summary>
    public string Name { get; }

    /// <summary>The kernel's types.</summary>
    public BtfTypeSet Types { get; }

    /// <summary>What modules add.</summary>
    public IReadOnlyList<BtfTypeSet> Modules => _modules.Value;

    /// <summary>The types that a type of the object may mean: those of its name, flavours aside, and kind.</summary>
    internal CoreCandidate[] FindCandidates(BtfType local) =>
        _candidates.GetOrAdd((CoreNames.Essential(local.Name).ToString(), local.Kind == BtfKind.Enum64 ? BtfKind.Enum : local.Kind), key =>
        {
            List<CoreCandidate> found = [];
            Add(Types, key.Name, key.Kind, found);
            // Modules repeat types of the kernel that differ in nothing; what the kernel has counts.
            if (found.Count == 0)
                foreach (BtfTypeSet module in Modules) Add(module, key.Name, key.Kind, found);
            return [.. found];
        });

    private static void Add(BtfTypeSet types, string name, BtfKind kind, List<CoreCandidate> found)
    {
        foreach (int id in types.FindEssential(name))
            if (CoreCompatibility.IsSameKind(types.KindOf(id), kind)) found.Add(new CoreCandidate(types, id));
    }
}

/// <summary>A type of the target that one of the object's may mean.</summary>
internal readonly record struct CoreCandidate(BtfTypeSet Types, int Id);

using System.Collections.Concurrent;

namespace PSBpf.Runtime.Hooks;

/// <summary>The hooks of a kernel by name.</summary>
internal sealed class HookTable(Engine engine) : IDisposable
{
    private readonly ConcurrentDictionary<HookName, Lazy<ManagedHook>> _hooks = new();
    private int _lastLink;
    private int _cgroupVersion;
    private int _lastInjector = -1;

    /// <summary>The engine.</summary>
    public Engine Engine { get; } = engine;

    /// <summary>Every hook that was named, by name.</summary>
    public IReadOnlyList<ManagedHook> All => [.. _hooks.OrderBy(pair => pair.Key.ToString(), StringComparer.Ordinal).Select(pair => pair.Value.Value)];

    /// <summary>The hook with a name, made when first named.</summary>
    public ManagedHook GetOrAdd(HookName name)
    {
        if (name.Type is null) name = HookName.Parse(""); // the default value names nothing: this throws
        return _hooks.GetOrAdd(name, static (key, table) => new Lazy<ManagedHook>(() => table.Make(key)), this).Value;
    }

    /// <summary>The hook with a name, if it was named before.</summary>
    public ManagedHook? Find(HookName name) => _hooks.TryGetValue(name, out var hook) ? hook.Value : null;

    private ManagedHook Make(HookName name)
    {
        var kind = HookKinds.Find(name.Type)!;
        return kind.Target == HookTarget.Cgroup ? new CgroupHook(this, name, kind) : new ManagedHook(this, name, kind);
    }

    /// <summary>The index of a managed interface, which comes into being when first named.</summary>
    public uint InterfaceIndex(string name) => Engine.Interfaces.IndexOf(name);

    /// <summary>Who changes links of cgroups: what is attached above counts below.</summary>
    public Lock CgroupGate { get; } = new();

    /// <summary>Changes with each change of a link of a cgroup.</summary>
    public int CgroupVersion { get => Volatile.Read(ref _cgroupVersion); set => Volatile.Write(ref _cgroupVersion, value); }

    /// <summary>An id for a new link.</summary>
    public int NextLinkId() => Interlocked.Increment(ref _lastLink);

    /// <summary>A number for a new injector, from 0.</summary>
    public int NextInjector() => Interlocked.Increment(ref _lastInjector);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var hook in All)
            foreach (var link in hook.Links) link.Dispose();
    }
}

using System.Collections.Concurrent;
using System.Collections.Frozen;
using PSBpf.Runtime.Hooks.Xdp;

namespace PSBpf.Runtime.Hooks;

/// <summary>The hooks of a kernel by name, and the kinds that there are.</summary>
internal sealed class HookTable(Engine engine) : IDisposable
{
    // One row per kind of hook.
    private static readonly FrozenDictionary<string, Func<HookTable, HookName, ManagedHook>> Makers =
        new Dictionary<string, Func<HookTable, HookName, ManagedHook>>
        {
            ["xdp"] = static (table, name) => new XdpHook(table, name),
        }.ToFrozenDictionary();

    private readonly ConcurrentDictionary<HookName, Lazy<ManagedHook>> _hooks = new();
    private int _lastLink;
    private int _lastInjector = -1;

    /// <summary>The kinds of hooks.</summary>
    public static IReadOnlyList<string> Kinds => Makers.Keys;

    /// <summary>The engine.</summary>
    public Engine Engine { get; } = engine;

    /// <summary>Every hook that was named, by name.</summary>
    public IReadOnlyList<ManagedHook> All => [.. _hooks.OrderBy(pair => pair.Key.ToString(), StringComparer.Ordinal).Select(pair => pair.Value.Value)];

    /// <summary>The hook with a name, made when first named.</summary>
    public ManagedHook GetOrAdd(HookName name)
    {
        if (name.Type is null) name = HookName.Parse(""); // the default value names nothing: this throws
        return _hooks.GetOrAdd(name, static (key, table) => new Lazy<ManagedHook>(() => Makers[key.Type](table, key)), this).Value;
    }

    /// <summary>The index of a managed interface, which comes into being when first named.</summary>
    public uint InterfaceIndex(string name) => Engine.Interfaces.IndexOf(name);

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

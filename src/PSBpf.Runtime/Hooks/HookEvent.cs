using PSBpf.Runtime.Environment;

namespace PSBpf.Runtime.Hooks;

/// <summary>What happens at a hook: a packet that arrives there, or a context that the hook hands to its programs.</summary>
public readonly ref struct HookEvent
{
    /// <summary>The packet's bytes, from the Ethernet header on; for socket options the option's value. Empty where the hook has none.</summary>
    public ReadOnlySpan<byte> Packet { get; init; }

    /// <summary>The context in its UAPI layout; empty for the hook's own, with zeros where it knows nothing.</summary>
    public ReadOnlySpan<byte> Context { get; init; }

    /// <summary>What probe reads find beside the world's memory; null for nothing.</summary>
    public IReadOnlyList<MemoryImage>? Memory { get; init; }

    /// <summary>The world that programs see this once; null for the kernel's.</summary>
    public ExecutionEnvironment? Environment { get; init; }
}

namespace PSBpf.Runtime.Hooks;

/// <summary>What one program of a hook did with one event.</summary>
public sealed record HookResult
{
    /// <summary>The link that it ran by.</summary>
    public required ManagedLink Link { get; init; }

    /// <summary>The program.</summary>
    public required ManagedProgram Program { get; init; }

    /// <summary>R0, as the UAPI has it: 32 bits.</summary>
    public required int ReturnValue { get; init; }

    /// <summary>The verdict's name, e.g. <c>XDP_DROP</c>, or the number.</summary>
    public required string Verdict { get; init; }

    /// <summary>What became of the packet where it was redirected to, at each target; empty when it was not.</summary>
    public IReadOnlyList<ForwardResult> Forwarded { get; init; } = [];

    /// <summary>Where the packet goes when the verdict is to redirect it; null otherwise.</summary>
    public HookRedirect? Redirect { get; init; }

    /// <summary>Packet bytes after it.</summary>
    public byte[] Data { get; init; } = [];

    /// <summary>The context after it, in its UAPI layout.</summary>
    public byte[] Context { get; init; } = [];

    /// <summary>What it printed.</summary>
    public IReadOnlyList<string> Output { get; init; } = [];

    /// <summary>How long it ran.</summary>
    public double DurationNanoseconds { get; init; }
}

/// <summary>Where a program redirected its packet to.</summary>
/// <param name="Map">The name of the map whose entry it is; null for an interface by its index.</param>
/// <param name="Target">The interface's index, the CPU or the socket.</param>
/// <param name="Device">The interface's name; null where it is none.</param>
/// <param name="Flags">The helper's flags, e.g. BPF_F_INGRESS.</param>
public sealed record HookRedirect(string? Map, uint Target, string? Device, ulong Flags)
{
    /// <summary>Its name: the interface, or the map and what the entry stands for.</summary>
    public override string ToString() => Device ?? (Map is null ? $"interface {Target}" : $"{Map} {Target}");
}

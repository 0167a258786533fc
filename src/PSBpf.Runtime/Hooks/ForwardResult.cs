namespace PSBpf.Runtime.Hooks;

/// <summary>What became of a packet that an XDP program redirected: at an interface or a CPU, and in the program that the map's entry names.</summary>
public sealed record ForwardResult
{
    /// <summary>The map whose entry it was; null for an interface by its index.</summary>
    public string? Map { get; init; }

    /// <summary>The interface's index, the CPU, or the cookie of an AF_XDP socket.</summary>
    public required uint Target { get; init; }

    /// <summary>The entry's program; null when it names none.</summary>
    public ManagedProgram? Program { get; init; }

    /// <summary>Its R0; XDP_PASS without a program.</summary>
    public int ReturnValue { get; init; } = 2;

    /// <summary>The verdict's name: XDP_PASS lets the packet go out, or up on its CPU.</summary>
    public string Verdict { get; init; } = "XDP_PASS";

    /// <summary>Packet bytes after it.</summary>
    public byte[] Data { get; init; } = [];

    /// <summary>What it printed.</summary>
    public IReadOnlyList<string> Output { get; init; } = [];
}

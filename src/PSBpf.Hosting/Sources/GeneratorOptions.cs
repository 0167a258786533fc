using PSBpf.Hosting.Packets;

namespace PSBpf.Hosting;

/// <summary>What a generator makes up.</summary>
public sealed record GeneratorOptions
{
    /// <summary>The packets that it sends in turn.</summary>
    public required IReadOnlyList<PacketTemplate> Packets { get; init; }

    /// <summary>
    /// Fields that count up by one with each packet, from what the packet has on, and begin at 0 again when they are full:
    /// <c>layer.field</c> or <c>offset:size</c>, with <c>/n</c> to leave the first n bits as they are.
    /// </summary>
    public IReadOnlyList<string> Counters { get; init; } = [];

    /// <summary>Fields that are random for each packet, written as counters are.</summary>
    public IReadOnlyList<string> RandomFields { get; init; } = [];

    /// <summary>The start of the random numbers: the same seed makes the same packets. Null for ones that nobody can foresee.</summary>
    public ulong? Seed { get; init; }
}

using PSBpf.Core.Tests.Objects;

namespace PSBpf.Fuzz;

/// <summary>Something that reads bytes from outside.</summary>
/// <param name="Name">Its name on the command line.</param>
/// <param name="Seeds">Good bytes to start from.</param>
/// <param name="TryRead">Reads any bytes: true when they are good, false when they are refused with an id. What it throws is a finding.</param>
internal sealed record FuzzTarget(string Name, Func<IReadOnlyList<(string Name, byte[] Bytes)>> Seeds, Func<ReadOnlyMemory<byte>, bool> TryRead)
{
    /// <summary>Every target.</summary>
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new("object", HostileBytes.Objects, HostileBytes.TryReadObject),
        new("types", HostileBytes.Types, HostileBytes.TryReadTypes),
        new("lazy-types", HostileBytes.Types, HostileBytes.TryOpenTypes),
    ];
}

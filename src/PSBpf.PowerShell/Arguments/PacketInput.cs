using PSBpf.Hosting.Packets;

namespace PSBpf.PowerShell;

/// <summary>Packets as the user says them: bytes, hexadecimal text, or layers.</summary>
/// <remarks>It is read when the record is processed, so that a bad field is that record's error with its id, not a failure to bind.</remarks>
public sealed class PacketInput
{
    private readonly Func<IReadOnlyList<byte[]>> _read;

    private PacketInput(Func<IReadOnlyList<byte[]>> read) => _read = read;

    /// <summary>A byte of a packet whose bytes come one by one; null for whole packets.</summary>
    internal byte? Part { get; private init; }

    internal static PacketInput Of(byte part) => new(static () => []) { Part = part };

    internal static PacketInput Of(byte[] bytes) => new(() => [bytes]);

    internal static PacketInput Of(string text) => new(() => [PacketText.Parse(text)]);

    internal static PacketInput Of(IReadOnlyList<PacketLayer> layers) => new(() => [PacketBuilder.Build(layers)]);

    internal static PacketInput Of(IReadOnlyList<PacketInput> several) => new(() => [.. several.SelectMany(packet => packet.Read())]);

    /// <summary>The bytes of each packet.</summary>
    internal IReadOnlyList<byte[]> Read() => _read();
}

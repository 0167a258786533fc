using PSBpf.Hosting.Packets;

namespace PSBpf.PowerShell;

/// <summary>Packets as the user says them: bytes, hexadecimal text, or layers.</summary>
/// <remarks>It is read when the record is processed, so that a bad field is that record's error with its id, not a failure to bind.</remarks>
public sealed class PacketInput
{
    private readonly Func<IReadOnlyList<PacketTemplate>> _read;

    private PacketInput(Func<IReadOnlyList<PacketTemplate>> read) => _read = read;

    /// <summary>A byte of a packet whose bytes come one by one; null for whole packets.</summary>
    internal byte? Part { get; private init; }

    internal static PacketInput Of(byte part) => new(static () => []) { Part = part };

    internal static PacketInput Of(byte[] bytes) => new(() => [PacketTemplate.Of(bytes)]);

    internal static PacketInput Of(string text) => new(() => [PacketTemplate.Of(PacketText.Parse(text))]);

    internal static PacketInput Of(IReadOnlyList<PacketLayer> layers) => new(() => [PacketBuilder.BuildTemplate(layers)]);

    internal static PacketInput Of(IReadOnlyList<PacketInput> several) => new(() => [.. several.SelectMany(packet => packet.Templates())]);

    /// <summary>The bytes of each packet.</summary>
    internal IReadOnlyList<byte[]> Read() => [.. _read().Select(template => template.Bytes)];

    /// <summary>Each packet as one that others are made of.</summary>
    internal IReadOnlyList<PacketTemplate> Templates() => _read();
}

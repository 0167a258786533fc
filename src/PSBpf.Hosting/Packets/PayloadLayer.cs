using System.Text;

namespace PSBpf.Hosting.Packets;

/// <summary>Bytes without structure: given, as text (UTF-8), or a length to fill.</summary>
internal sealed class PayloadLayer : LayerFormat
{
    public override string Name => "payload";

    public override IReadOnlyList<string> Fields { get; } = ["bytes", "text", "length", "fill"];

    public override byte[] Write(LayerValues values, LayerFormat? next, NetworkHeader? network, byte[] inner)
    {
        byte[] content = values.Text("text") is { } text ? Encoding.UTF8.GetBytes(text) : values.Bytes("bytes");
        var length = (int)values.Number("length", 16, (ulong)content.Length);
        if (length < content.Length) throw LayerValues.Error($"A payload of {content.Length} bytes does not fit the length {length}.");
        var filled = new byte[length];
        filled.AsSpan().Fill(values.Byte("fill", 0));
        content.CopyTo(filled, 0);
        return [.. filled, .. inner];
    }
}

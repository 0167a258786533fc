namespace PSBpf.Hosting.Packets;

/// <summary>A field of a template, to write numbers into.</summary>
internal readonly struct TemplateField
{
    private readonly int _offset;
    private readonly int _size;
    private readonly UInt128 _mask;

    public TemplateField(FieldPlace place)
    {
        _offset = place.Offset;
        _size = place.Size;
        _mask = place.Bits == 128 ? UInt128.MaxValue : (UInt128.One << place.Bits) - 1;
    }

    /// <summary>Whether 64 bits are enough for it.</summary>
    public bool IsNarrow => _mask <= ulong.MaxValue;

    /// <summary>The field's number in a packet.</summary>
    public UInt128 Read(ReadOnlySpan<byte> packet)
    {
        UInt128 number = 0;
        foreach (var part in packet.Slice(_offset, _size)) number = number << 8 | part;
        return number & _mask;
    }

    /// <summary>Writes the low bits of a number into the field; what stands beside it stays.</summary>
    public void Write(Span<byte> packet, UInt128 number)
    {
        var bytes = packet.Slice(_offset, _size);
        var mask = _mask;
        for (var i = bytes.Length - 1; i >= 0 && mask != 0; i--, mask >>= 8, number >>= 8)
            bytes[i] = (byte)((bytes[i] & ~(byte)mask) | ((byte)number & (byte)mask));
    }
}

namespace PSBpf.Btf;

/// <summary>All types of one .BTF section.</summary>
public sealed partial class BtfTypeSet
{
    private readonly BtfType[] _types;

    internal BtfTypeSet(BtfType[] types, byte[] data)
    {
        _types = types;
        Data = data;
    }

    /// <summary>The section's bytes, as bpf(2) takes them.</summary>
    public ReadOnlyMemory<byte> Data { get; }

    /// <summary>Every type; the index is the id, 0 is void.</summary>
    public IReadOnlyList<BtfType> Types => _types;

    /// <summary>The type with an id.</summary>
    public BtfType this[int id] => _types[id];
}

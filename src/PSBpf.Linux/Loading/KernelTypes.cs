using System.Buffers.Binary;
using System.Runtime.Versioning;
using PSBpf.Btf;

namespace PSBpf.Linux.Loading;

/// <summary>
/// Finds types of the running kernel by name in /sys/kernel/btf/vmlinux. Only ids are wanted, so the 200 000 types are
/// skimmed and not built.
/// </summary>
internal sealed class KernelTypes
{
    private const int HeaderBytes = 24;
    private const int TypeBytes = 12;
    private const ushort Magic = 0xeb9f;

    private readonly byte[] _data;

    public KernelTypes(byte[] data) => _data = data;

    /// <summary>The running kernel's; null when it exposes none (CONFIG_DEBUG_INFO_BTF) or it may not be read.</summary>
    [SupportedOSPlatform("linux")]
    public static KernelTypes? Read()
    {
        try
        {
            return new KernelTypes(File.ReadAllBytes("/sys/kernel/btf/vmlinux"));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Id of the first type of a kind with a name; 0 when there is none.</summary>
    public uint Find(BtfKind kind, ReadOnlySpan<byte> name)
    {
        ReadOnlySpan<byte> data = _data;
        if (data.Length < HeaderBytes || BinaryPrimitives.ReadUInt16LittleEndian(data) != Magic) return 0;
        var header = BinaryPrimitives.ReadInt32LittleEndian(data[4..]);
        if (!TrySection(data, header, 8, out var types) || !TrySection(data, header, 16, out var strings)) return 0;

        for (uint id = 1; types.Length >= TypeBytes; id++)
        {
            var info = BinaryPrimitives.ReadUInt32LittleEndian(types[4..]);
            var found = (BtfKind)(info >> 24 & 0x1f);
            if (found == kind && HasName(strings, BinaryPrimitives.ReadInt32LittleEndian(types), name)) return id;

            var length = TypeBytes + ExtraBytes(found, (int)(info & 0xffff));
            if (length > types.Length) return 0;
            types = types[length..];
        }

        return 0;
    }

    private static bool TrySection(ReadOnlySpan<byte> data, int header, int field, out ReadOnlySpan<byte> section)
    {
        section = default;
        var start = (long)header + BinaryPrimitives.ReadUInt32LittleEndian(data[field..]);
        var length = BinaryPrimitives.ReadUInt32LittleEndian(data[(field + 4)..]);
        if (header < HeaderBytes || start + length > data.Length) return false;
        section = data.Slice((int)start, (int)length);
        return true;
    }

    private static bool HasName(ReadOnlySpan<byte> strings, int offset, ReadOnlySpan<byte> name) =>
        offset >= 0 && offset < strings.Length - name.Length
        && strings[offset + name.Length] == 0 && strings.Slice(offset, name.Length).SequenceEqual(name);

    /// <summary>Bytes that follow struct btf_type (Documentation/bpf/btf.rst describes each kind).</summary>
    private static int ExtraBytes(BtfKind kind, int members) => kind switch
    {
        BtfKind.Int or BtfKind.Variable or BtfKind.DeclarationTag => 4,
        BtfKind.Array => 12,
        BtfKind.Enum or BtfKind.FunctionPrototype => members * 8,
        BtfKind.Struct or BtfKind.Union or BtfKind.DataSection or BtfKind.Enum64 => members * 12,
        _ => 0,
    };
}

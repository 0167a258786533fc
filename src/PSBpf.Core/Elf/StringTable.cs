using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace PSBpf.Elf;

/// <summary>
/// NUL-terminated strings found by byte offset: ELF's SHT_STRTAB and BTF's string section. Decoded once per offset,
/// and no more text altogether than a multiple of the table, since offsets may point anywhere into one long string.
/// </summary>
internal sealed class StringTable(ReadOnlyMemory<byte> data)
{
    private readonly Dictionary<uint, string> _decoded = [];
    private long _budget = 16L * data.Length + 4096;

    public int Length => data.Length;

    /// <summary>The string at an offset; false when it is outside, has no end, or the table is abused.</summary>
    public bool TryGet(uint offset, [NotNullWhen(true)] out string? text)
    {
        if (_decoded.TryGetValue(offset, out text)) return true;
        if (offset >= (uint)data.Length) return false;

        ReadOnlySpan<byte> rest = data.Span[(int)offset..];
        int length = rest.IndexOf((byte)0);
        if (length < 0 || (_budget -= length) < 0) return false;

        text = Encoding.UTF8.GetString(rest[..length]);
        _decoded.Add(offset, text);
        return true;
    }
}

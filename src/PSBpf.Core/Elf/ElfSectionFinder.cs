using System.Buffers.Binary;
using static PSBpf.Elf.ElfConstants;

namespace PSBpf.Elf;

/// <summary>Finds one section in an ELF64 file of any machine, such as a kernel or a module: nothing else of it is read or checked.</summary>
internal static class ElfSectionFinder
{
    /// <summary>The bytes of the first section with a name; null when there is none.</summary>
    public static ReadOnlyMemory<byte>? Find(ReadOnlyMemory<byte> data, string name)
    {
        ReadOnlySpan<byte> file = data.Span;
        if (file.Length < HeaderSize || file[4] != Class64 || file[5] != LittleEndian) return null;
        ulong table = BinaryPrimitives.ReadUInt64LittleEndian(file[40..]);
        int count = BinaryPrimitives.ReadUInt16LittleEndian(file[60..]), names = BinaryPrimitives.ReadUInt16LittleEndian(file[62..]);
        if (Section(names) is not { } texts) return null;
        var strings = new StringTable(texts.Data);
        for (int index = 0; index < count; index++)
            if (Section(index) is { } section && strings.TryGet(section.Name, out string? text) && text == name) return section.Data;
        return null;

        (uint Name, ReadOnlyMemory<byte> Data)? Section(int index)
        {
            ulong at = table + (ulong)index * SectionHeaderSize, length = (ulong)data.Length;
            if (index >= count || table > length || at > length - SectionHeaderSize) return null;
            ReadOnlySpan<byte> header = data.Span.Slice((int)at, SectionHeaderSize);
            ulong offset = BinaryPrimitives.ReadUInt64LittleEndian(header[24..]), size = BinaryPrimitives.ReadUInt64LittleEndian(header[32..]);
            if (offset > length || size > length - offset) return null;
            return (BinaryPrimitives.ReadUInt32LittleEndian(header), data.Slice((int)offset, (int)size));
        }
    }
}

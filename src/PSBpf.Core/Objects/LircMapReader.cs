using System.Buffers.Binary;
using PSBpf.Diagnostics;
using PSBpf.Elf;
using PSBpf.Uapi;

namespace PSBpf.Objects;

/// <summary>
/// Reads the maps of infrared decoders as v4l-utils' loader (ir-keytable) does, which libbpf never read: each symbol in section
/// <c>lirc_mode2/maps</c> is five 32-bit numbers: type, key size, value size, max_entries, flags.
/// </summary>
internal static class LircMapReader
{
    public const string Section = "lirc_mode2/maps";

    private const int Fields = 5;

    /// <summary>The section's maps and where they are defined, ascending.</summary>
    public static IEnumerable<(long Offset, MapSpec Map)> Read(ElfFile elf, ElfSection section)
    {
        foreach (ElfSymbol symbol in elf.Symbols.Where(symbol => symbol.SectionIndex == section.Index && symbol is { Type: ElfSymbolType.Object, Name.Length: > 0 }).OrderBy(symbol => symbol.Value))
        {
            if (symbol.Value + Fields * sizeof(uint) > (ulong)section.Data.Length)
                throw DiagnosticRules.ObjectMapDefinition.Error($"Map '{symbol.Name}' lies outside section '{Section}'.", elf.At(Section, symbol.Value));
            uint Field(int index) => BinaryPrimitives.ReadUInt32LittleEndian(section.Data.Span[((int)symbol.Value + index * sizeof(uint))..]);
            yield return ((long)symbol.Value, new MapSpec
            {
                Name = symbol.Name, Type = (MapType)Field(0), KeySize = Field(1), ValueSize = Field(2), MaxEntries = Field(3), Flags = (MapFlags)Field(4),
            });
        }
    }
}

namespace PSBpf.Elf;

/// <summary>A section: its header, checked against the file, and its bytes.</summary>
/// <param name="Index">Its place in the section table.</param>
/// <param name="Name">Its name.</param>
/// <param name="Type">SHT_*.</param>
/// <param name="Flags">SHF_*.</param>
/// <param name="Offset">Where its bytes lie in the file.</param>
/// <param name="Size">Bytes in memory; for SHT_NOBITS none of them are in the file.</param>
/// <param name="Link">sh_link: for symbol tables the string table, for relocations the symbol table.</param>
/// <param name="Info">sh_info: for relocations the section they change.</param>
/// <param name="EntrySize">sh_entsize.</param>
/// <param name="Data">Its bytes; empty for SHT_NOBITS.</param>
internal sealed record ElfSection(
    int Index, string Name, ElfSectionType Type, ElfSectionFlags Flags, ulong Offset, ulong Size, uint Link, uint Info, ulong EntrySize, ReadOnlyMemory<byte> Data)
{
    /// <summary>Whether it holds instructions.</summary>
    public bool IsCode => Type == ElfSectionType.ProgramBits && Flags.HasFlag(ElfSectionFlags.Executable) && Size > 0;
}

namespace PSBpf.Elf;

/// <summary>A relocation without an explicit addend (SHT_REL): the addend is what stands at <paramref name="Offset"/>.</summary>
/// <param name="Offset">Byte offset in the section that it changes.</param>
/// <param name="Type">R_BPF_*.</param>
/// <param name="Symbol">Index of its symbol.</param>
internal readonly record struct ElfRelocation(ulong Offset, ElfRelocationType Type, int Symbol);

using System.Buffers.Binary;
using PSBpf.Btf;
using PSBpf.Diagnostics;
using PSBpf.Elf;
using PSBpf.Uapi;

namespace PSBpf.Objects;

/// <summary>
/// Reads the variables of .struct_ops and .struct_ops.link: tables of functions that a kernel's subsystem calls. Each becomes a map of type
/// BPF_MAP_TYPE_STRUCT_OPS that starts with the programs its members point to.
/// </summary>
internal static class StructOpsReader
{
    private const string LinkSection = ".struct_ops.link";

    private static readonly string[] Sections = [".struct_ops", LinkSection];

    /// <summary>The object's tables, in file order.</summary>
    public static IEnumerable<MapSpec> Read(ElfFile elf, BtfTypeSet? types)
    {
        foreach (string name in Sections)
        {
            if (elf.Find(name) is not { Type: ElfSectionType.ProgramBits, Size: > 0 } section) continue;
            if (types?.Find(BtfKind.DataSection, name) is not BtfDataSection variables)
                throw DiagnosticRules.BtfMissing.Error($"The object's BTF says nothing of section '{name}'.", elf.At(name));
            ILookup<ulong, ElfRelocation> relocations = elf.RelocationsOf(section).ToLookup(relocation => relocation.Offset);
            foreach (BtfSectionVariable variable in variables.Variables)
                yield return Read(elf, types, section, variable, relocations);
        }
    }

    private static MapSpec Read(ElfFile elf, BtfTypeSet types, ElfSection section, BtfSectionVariable variable, ILookup<ulong, ElfRelocation> relocations)
    {
        BtfType declaration = types[variable.TypeId];
        if (types.Resolve(declaration) is not BtfStruct { IsUnion: false } table || (long)variable.Offset + table.Size > section.Data.Length)
            throw DiagnosticRules.ObjectMapDefinition.Error($"'{types.Declare(declaration)}' in section '{section.Name}' is no struct that lies in it.", elf.At(section.Name));

        List<InitialProgram> programs = [];
        for (int index = 0; index < table.Members.Count; index++)
        {
            BtfMember member = table.Members[index];
            ulong place = (ulong)variable.Offset + (ulong)(member.BitOffset / 8);
            if (relocations[place].FirstOrDefault() is not { Type: ElfRelocationType.Absolute64 } relocation) continue;
            programs.Add(new InitialProgram(index, NameOf(elf, section, place, relocation)
                ?? throw DiagnosticRules.ObjectRelocation.Error(
                    $"Member '{member.Name}' of '{declaration.Name}' in section '{section.Name}' refers to {elf.Describe(elf.Symbols[relocation.Symbol])}, which is no program.", elf.At(section.Name, place))));
        }

        return new MapSpec
        {
            Name = declaration.Name,
            Type = MapType.StructOps,
            KeySize = sizeof(uint),
            ValueSize = (uint)table.Size,
            MaxEntries = 1,
            Flags = section.Name == LinkSection ? MapFlags.Link : 0,
            Btf = types,
            ValueType = table,
            InitialValue = section.Data.Slice(variable.Offset, table.Size).ToArray(),
            InitialPrograms = programs,
        };
    }

    // The relocation adds to what stands there: nothing for a function's own symbol, its place for a section's.
    private static string? NameOf(ElfFile elf, ElfSection section, ulong place, ElfRelocation relocation)
    {
        if (place + sizeof(ulong) > (ulong)section.Data.Length) return null;
        ElfSymbol symbol = elf.Symbols[relocation.Symbol];
        ulong target = symbol.Value + BinaryPrimitives.ReadUInt64LittleEndian(section.Data.Span[(int)place..]);
        foreach (ElfSymbol candidate in elf.Symbols)
            if (candidate is { Type: ElfSymbolType.Function, Name.Length: > 0 } && candidate.SectionIndex == symbol.SectionIndex && candidate.Value == target) return candidate.Name;
        return null;
    }
}

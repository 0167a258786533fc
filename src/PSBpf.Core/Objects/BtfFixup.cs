using System.Buffers.Binary;
using PSBpf.Btf;
using PSBpf.Diagnostics;
using PSBpf.Elf;

namespace PSBpf.Objects;

/// <summary>
/// Completes an object's BTF from its ELF symbols, as libbpf does before loading: clang leaves the size of
/// BTF_KIND_DATASEC and the offsets of global variables 0. Functions that a linker would hide become static ones, so
/// that the kernel verifies them in the context of their callers.
/// </summary>
internal static class BtfFixup
{
    private const int RecordSize = 12;
    private const int SizeField = 8;
    private const int InfoField = 4;

    public static BtfTypeSet Apply(ElfFile elf, ElfSection btfSection, BtfTypeSet types)
    {
        byte[] data = types.Data.ToArray();
        ILookup<string, ElfSymbol> symbols = elf.Symbols.Where(symbol => symbol.Name.Length > 0).ToLookup(symbol => symbol.Name);
        Dictionary<ulong, ElfRelocation> relocations = [];
        foreach (ElfRelocation relocation in elf.RelocationsOf(btfSection)) relocations[relocation.Offset] = relocation;

        foreach (BtfType type in types.Types)
        {
            switch (type)
            {
                case BtfDataSection dataSection when elf.Find(dataSection.Name) is { } section:
                    WriteSection(dataSection, section);
                    break;
                case BtfReference { ReferenceKind: BtfKind.Function, Linkage: BtfLinkage.Global } when symbols[type.Name].Any(IsHiddenFunction):
                    Span<byte> info = data.AsSpan(types.OffsetOf(type) + InfoField);
                    BinaryPrimitives.WriteUInt16LittleEndian(info, (ushort)BtfLinkage.Static);
                    break;
            }
        }

        return BtfTypeSet.Read(data, elf.At(btfSection.Name));

        void WriteSection(BtfDataSection dataSection, ElfSection section)
        {
            if (section.Size > int.MaxValue)
                throw DiagnosticRules.ObjectTooLarge.Error($"Section '{section.Name}' takes {section.Size} bytes.", elf.At(section.Name));
            int record = types.OffsetOf(dataSection), entries = record + RecordSize;
            var variables = new BtfSectionVariable[dataSection.Variables.Count];
            for (int index = 0; index < variables.Length; index++)
            {
                BtfSectionVariable variable = dataSection.Variables[index];
                long offset = FindOffset(variable, entries + index * RecordSize + 4, section);
                if (offset + variable.Size > (long)section.Size)
                    throw DiagnosticRules.BtfMalformed.Error(
                        $"Variable '{types[variable.TypeId].Name}' ({variable.Size} bytes at offset {offset}) lies outside section '{section.Name}', which has {section.Size} bytes.",
                        elf.At(btfSection.Name, (ulong)(entries + index * RecordSize)));
                variables[index] = variable with { Offset = (int)offset };
            }

            // The kernel wants them ascending.
            Array.Sort(variables, (left, right) => left.Offset.CompareTo(right.Offset));
            BinaryPrimitives.WriteInt32LittleEndian(data.AsSpan(record + SizeField), (int)section.Size);
            for (int index = 0; index < variables.Length; index++)
            {
                Span<byte> entry = data.AsSpan(entries + index * RecordSize);
                BinaryPrimitives.WriteInt32LittleEndian(entry, variables[index].TypeId);
                BinaryPrimitives.WriteInt32LittleEndian(entry[4..], variables[index].Offset);
                BinaryPrimitives.WriteInt32LittleEndian(entry[8..], variables[index].Size);
            }
        }

        // clang's relocations are exact; a tool may have dropped them after filling in the offsets, or the names remain.
        long FindOffset(BtfSectionVariable variable, int field, ElfSection section)
        {
            if (relocations.TryGetValue((ulong)field, out ElfRelocation relocation)
                && elf.Symbols[relocation.Symbol] is var target && target.SectionIndex == section.Index)
                return (long)target.Value + variable.Offset;
            foreach (ElfSymbol symbol in symbols[types[variable.TypeId].Name])
                if (symbol.SectionIndex == section.Index && symbol.Type == ElfSymbolType.Object) return (long)symbol.Value;
            return variable.Offset;
        }
    }

    private static bool IsHiddenFunction(ElfSymbol symbol) =>
        symbol is { Type: ElfSymbolType.Function, Binding: not ElfSymbolBinding.Local, IsUndefined: false, IsHidden: true };
}

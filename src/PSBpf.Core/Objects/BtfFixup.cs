using System.Buffers.Binary;
using PSBpf.Btf;
using PSBpf.Diagnostics;
using PSBpf.Elf;

namespace PSBpf.Objects;

/// <summary>
/// Completes an object's BTF from its ELF symbols, as libbpf does before loading: clang leaves the size of
/// BTF_KIND_DATASEC and the offsets of global variables 0. Functions and variables that a linker would hide become static ones, so
/// that the kernel verifies them in the context of their callers. Variables that the code generator moved to another
/// section after their BTF was written (constant arrays, to .rodata.cst16, by clang 14) are taken out of the list:
/// the kernel refuses BTF with variables outside their section. What is extern becomes something that the kernel takes:
/// .kconfig is laid out, .ksyms goes, and its functions and variables are declared as if they were there.
/// </summary>
internal sealed class BtfFixup
{
    // struct btf_header: type_off, type_len, str_off, str_len from byte 8 on. struct btf_type: name, info, size.
    private const int TypeLengthField = 12;
    private const int StringOffsetField = 16;
    private const int InfoField = 4;
    private const int SizeField = 8;
    private const int RecordSize = 12;
    private const int EntrySize = 12;
    private const int EntryOffsetField = 4;
    private const int ParameterSize = 8;
    private const string SymbolSection = ".ksyms";

    private readonly ElfFile _elf;
    private readonly ElfSection _btfSection;
    private readonly BtfTypeSet _types;
    private readonly ConfigurationMap? _configuration;
    private readonly byte[] _data;
    private readonly Dictionary<(int Section, string Name), ulong> _variables = [];
    private readonly HashSet<string> _hiddenFunctions = [];
    private readonly HashSet<string> _hiddenVariables = [];
    private readonly HashSet<int> _kernels = [];
    private readonly Dictionary<ulong, ElfRelocation> _relocations = [];

    private BtfFixup(ElfFile elf, ElfSection btfSection, BtfTypeSet types, ConfigurationMap? configuration)
    {
        _elf = elf;
        _configuration = configuration;
        _btfSection = btfSection;
        _types = types;
        _data = types.Data.ToArray();
        foreach (ElfSymbol symbol in elf.Symbols)
        {
            if (symbol.Type == ElfSymbolType.Object) _variables.TryAdd((symbol.SectionIndex, symbol.Name), symbol.Value);
            if (symbol is { Type: ElfSymbolType.Object, Binding: not ElfSymbolBinding.Local, IsUndefined: false, IsHidden: true }) _hiddenVariables.Add(symbol.Name);
            if (symbol is { Type: ElfSymbolType.Function, Binding: not ElfSymbolBinding.Local, IsUndefined: false, IsHidden: true }) _hiddenFunctions.Add(symbol.Name);
        }

        foreach (string section in new[] { ConfigurationMap.Name, SymbolSection })
            if (types.Find(BtfKind.DataSection, section) is BtfDataSection list) _kernels.UnionWith(list.Variables.Select(variable => variable.TypeId));
        foreach (ElfRelocation relocation in elf.RelocationsOf(btfSection)) _relocations[relocation.Offset] = relocation;
    }

    public static BtfTypeSet Apply(ElfFile elf, ElfSection btfSection, BtfTypeSet types, ConfigurationMap? configuration) =>
        new BtfFixup(elf, btfSection, types, configuration).Apply();

    private BtfTypeSet Apply()
    {
        List<(int Start, int Length)> removed = [];
        for (int id = 1; id < _types.Count; id++)
        {
            // Nothing else changes, and most types are never looked at.
            if (_types.KindOf(id) is not (BtfKind.DataSection or BtfKind.Function or BtfKind.Variable)) continue;
            BtfType type = _types[id];
            switch (type)
            {
                case BtfDataSection dataSection when _elf.Find(dataSection.Name) is { } section:
                    if (Complete(dataSection, section) is { Length: > 0 } rest) removed.Add(rest);
                    break;
                case BtfDataSection { Name: ConfigurationMap.Name } options when _configuration is not null:
                    if (Complete(options, _configuration) is { Length: > 0 } unused) removed.Add(unused);
                    break;
                case BtfDataSection { Name: SymbolSection, Variables.Count: > 0 } symbols:
                    removed.Add(Empty(symbols));
                    break;
                case BtfReference { Linkage: BtfLinkage.Extern } declaration when declaration.Kind == BtfKind.Function || _kernels.Contains(declaration.Id):
                    Define(declaration);
                    break;
                case BtfReference { ReferenceKind: BtfKind.Variable, Linkage: BtfLinkage.Global } when _hiddenVariables.Contains(type.Name):
                    BinaryPrimitives.WriteUInt32LittleEndian(_data.AsSpan(_types.OffsetOf(type) + RecordSize), (uint)BtfLinkage.Static);
                    break;
                case BtfReference { ReferenceKind: BtfKind.Function, Linkage: BtfLinkage.Global } when _hiddenFunctions.Contains(type.Name):
                    BinaryPrimitives.WriteUInt16LittleEndian(_data.AsSpan(_types.OffsetOf(type) + InfoField), (ushort)BtfLinkage.Static);
                    break;
            }
        }

        // All of it was checked, and what is written here cannot be wrong.
        return BtfTypeSet.Open(Without(removed), null, _elf.At(_btfSection.Name));
    }

    /// <summary>Writes a data section's size and variables.</summary>
    /// <returns>The part of its record that is left over.</returns>
    private (int Start, int Length) Complete(BtfDataSection dataSection, ElfSection section)
    {
        if (section.Size > int.MaxValue)
            throw DiagnosticRules.ObjectTooLarge.Error($"Section '{section.Name}' takes {section.Size} bytes.", _elf.At(section.Name));
        int record = _types.OffsetOf(dataSection), entries = record + RecordSize;
        List<BtfSectionVariable> variables = new(dataSection.Variables.Count);
        for (int index = 0; index < dataSection.Variables.Count; index++)
        {
            BtfSectionVariable variable = dataSection.Variables[index];
            int entry = entries + index * EntrySize;
            if (FindOffset(variable, entry + EntryOffsetField, section) is not { } offset) continue;
            if (offset + variable.Size > (long)section.Size)
                throw DiagnosticRules.BtfMalformed.Error(
                    $"Variable '{_types[variable.TypeId].Name}' ({variable.Size} bytes at offset {offset}) lies outside section '{section.Name}', which has {section.Size} bytes.",
                    _elf.At(_btfSection.Name, (ulong)entry));
            variables.Add(variable with { Offset = (int)offset });
        }

        return Write(dataSection, variables, (int)section.Size);
    }

    private (int Start, int Length) Complete(BtfDataSection options, ConfigurationMap configuration) =>
        Write(
            options,
            [.. options.Variables.Where(variable => configuration.Offsets.ContainsKey(_types[variable.TypeId].Name)).DistinctBy(variable => _types[variable.TypeId].Name)
                .Select(variable => variable with { Offset = configuration.Offsets[_types[variable.TypeId].Name], Size = _types.SizeOf(_types[variable.TypeId]) })],
            configuration.Size);

    private (int Start, int Length) Write(BtfDataSection dataSection, List<BtfSectionVariable> variables, int size)
    {
        int record = _types.OffsetOf(dataSection), entries = record + RecordSize;
        // The kernel wants them ascending.
        variables.Sort((left, right) => left.Offset.CompareTo(right.Offset));
        BinaryPrimitives.WriteUInt16LittleEndian(_data.AsSpan(record + InfoField), (ushort)variables.Count);
        BinaryPrimitives.WriteInt32LittleEndian(_data.AsSpan(record + SizeField), size);
        for (int index = 0; index < variables.Count; index++)
        {
            Span<byte> entry = _data.AsSpan(entries + index * EntrySize);
            BinaryPrimitives.WriteInt32LittleEndian(entry, variables[index].TypeId);
            BinaryPrimitives.WriteInt32LittleEndian(entry[4..], variables[index].Offset);
            BinaryPrimitives.WriteInt32LittleEndian(entry[8..], variables[index].Size);
        }

        return (entries + variables.Count * EntrySize, (dataSection.Variables.Count - variables.Count) * EntrySize);
    }

    /// <summary>A section that the kernel knows nothing of becomes a struct without name and members, so that all ids stay.</summary>
    private (int Start, int Length) Empty(BtfDataSection section)
    {
        int record = _types.OffsetOf(section);
        BinaryPrimitives.WriteUInt32LittleEndian(_data.AsSpan(record), 0);
        BinaryPrimitives.WriteUInt32LittleEndian(_data.AsSpan(record + InfoField), (uint)BtfKind.Struct << 24);
        BinaryPrimitives.WriteUInt32LittleEndian(_data.AsSpan(record + SizeField), 0);
        return (record + RecordSize, section.Variables.Count * EntrySize);
    }

    /// <summary>Declares something extern as if it were here: the kernel takes nothing that is not, nor functions whose parameters have no names.</summary>
    private void Define(BtfReference declaration)
    {
        int record = _types.OffsetOf(declaration);
        if (declaration.Kind == BtfKind.Variable)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(_data.AsSpan(record + RecordSize), (uint)BtfLinkage.Global);
            if (!_types.HasSize(declaration) && _types.Types.FirstOrDefault(type => type is BtfInt) is { } integer)
                BinaryPrimitives.WriteInt32LittleEndian(_data.AsSpan(record + SizeField), integer.Id);
            return;
        }

        BinaryPrimitives.WriteUInt16LittleEndian(_data.AsSpan(record + InfoField), (ushort)BtfLinkage.Global);
        if (_types[declaration.TargetId] is not BtfFunctionPrototype prototype) return;
        int parameters = _types.OffsetOf(prototype) + RecordSize;
        for (int index = 0; index < prototype.Parameters.Count; index++)
        {
            if (prototype.Parameters[index] is { Name.Length: 0, TypeId: > 0 })
                _data.AsSpan(record, sizeof(uint)).CopyTo(_data.AsSpan(parameters + index * ParameterSize));
        }
    }

    /// <summary>
    /// Where a variable lies in its section; null when it lies in another. clang's relocations say so exactly; a tool
    /// may have dropped them after filling in the offsets, or the symbols remain.
    /// </summary>
    private long? FindOffset(BtfSectionVariable variable, int field, ElfSection section)
    {
        if (_relocations.TryGetValue((ulong)field, out ElfRelocation relocation))
        {
            ElfSymbol target = _elf.Symbols[relocation.Symbol];
            return target.SectionIndex == section.Index ? (long)target.Value + variable.Offset : null;
        }

        return _variables.TryGetValue((section.Index, _types[variable.TypeId].Name), out ulong value) ? (long)value : variable.Offset;
    }

    private byte[] Without(List<(int Start, int Length)> removed)
    {
        if (removed.Count == 0) return _data;
        int total = removed.Sum(part => part.Length);
        byte[] shorter = new byte[_data.Length - total];
        int from = 0, to = 0;
        foreach ((int start, int length) in removed)
        {
            _data.AsSpan(from..start).CopyTo(shorter.AsSpan(to));
            to += start - from;
            from = start + length;
        }

        _data.AsSpan(from).CopyTo(shorter.AsSpan(to));
        Subtract(shorter.AsSpan(TypeLengthField), total);
        uint typeOffset = BinaryPrimitives.ReadUInt32LittleEndian(shorter.AsSpan(8)), stringOffset = BinaryPrimitives.ReadUInt32LittleEndian(shorter.AsSpan(StringOffsetField));
        if (stringOffset > typeOffset) Subtract(shorter.AsSpan(StringOffsetField), total);
        return shorter;
    }

    private static void Subtract(Span<byte> field, int amount) =>
        BinaryPrimitives.WriteInt32LittleEndian(field, BinaryPrimitives.ReadInt32LittleEndian(field) - amount);
}

using System.Buffers.Binary;
using PSBpf.Btf;
using PSBpf.Diagnostics;
using PSBpf.Elf;
using PSBpf.Uapi;

namespace PSBpf.Objects;

/// <summary>
/// Reads what a definition in .maps puts into a program array or a map of maps: the elements of its <c>values</c>, 64-bit pointers
/// that relocations tie to functions and to other maps.
/// </summary>
internal sealed class InitialValueReader
{
    private const int PointerSize = 8;

    private readonly ElfFile _elf;
    private readonly ElfSection _section;
    private readonly List<ElfRelocation> _relocations;

    public InitialValueReader(ElfFile elf, ElfSection section)
    {
        _elf = elf;
        _section = section;
        _relocations = [.. elf.RelocationsOf(section).Where(relocation => relocation.Type != ElfRelocationType.None)];
    }

    /// <summary>The map with what it starts with, by index; its relocations are taken.</summary>
    public MapSpec Take(MapSpec map, BtfSectionVariable variable, BtfStruct definition)
    {
        var own = _relocations.FindAll(relocation => relocation.Offset >= (ulong)variable.Offset && relocation.Offset + PointerSize <= (ulong)((long)variable.Offset + variable.Size));
        if (own.Count == 0) return map;
        bool holdsMaps = map.Type is MapType.ArrayOfMaps or MapType.HashOfMaps;
        if ((map.Type != MapType.ProgArray && !holdsMaps) || definition.Members.FirstOrDefault(member => member.Name == "values") is not { } values) throw NotFilled(map, own[0]);

        var names = new SortedDictionary<int, string>();
        long start = (long)variable.Offset + (values.BitOffset / 8);
        foreach (var relocation in own)
        {
            long distance = (long)relocation.Offset - start;
            if (distance < 0 || distance % PointerSize != 0
                || !names.TryAdd((int)(distance / PointerSize), holdsMaps ? MapNameOf(map, relocation) : ProgramNameOf(map, relocation)))
                throw Error(map, relocation, $"has a relocation at offset {relocation.Offset} of '{_section.Name}', which is no element of its values, or has one already");
        }

        _relocations.RemoveAll(own.Contains);
        return holdsMaps
            ? map with { InitialMaps = [.. names.Select(slot => new InitialMap(slot.Key, slot.Value))] }
            : map with { InitialPrograms = [.. names.Select(slot => new InitialProgram(slot.Key, slot.Value))] };
    }

    /// <summary>Refuses what lies in no map.</summary>
    public void Finish()
    {
        if (_relocations.Count == 0) return;
        throw DiagnosticRules.ObjectRelocation.Error(
            $"Section '{_section.Name}' refers to {_elf.Describe(_elf.Symbols[_relocations[0].Symbol])} at offset {_relocations[0].Offset}, which lies in no map's definition.",
            _elf.At(_section.Name, _relocations[0].Offset));
    }

    private string ProgramNameOf(MapSpec map, ElfRelocation relocation)
    {
        var symbol = _elf.Symbols[relocation.Symbol];
        if (relocation.Type != ElfRelocationType.Absolute64 || relocation.Offset + PointerSize > (ulong)_section.Data.Length || _elf.SectionOf(symbol) is not { IsCode: true } code)
            throw Error(map, relocation, $"has {_elf.Describe(symbol)} among its values, which is no program of this object");

        // The relocation adds to what stands there: nothing for a function's own symbol, its place for a section's.
        ulong place = symbol.Value + BinaryPrimitives.ReadUInt64LittleEndian(_section.Data.Span[(int)relocation.Offset..]);
        foreach (var candidate in _elf.Symbols)
        {
            if (candidate is { Type: ElfSymbolType.Function, Binding: not ElfSymbolBinding.Local } && candidate.SectionIndex == code.Index && candidate.Value == place)
                return candidate.Name;
        }

        throw Error(map, relocation, $"has offset {place} of section '{code.Name}' among its values, where no program starts");
    }

    private string MapNameOf(MapSpec map, ElfRelocation relocation)
    {
        var symbol = _elf.Symbols[relocation.Symbol];
        if (relocation.Type != ElfRelocationType.Absolute64 || relocation.Offset + PointerSize > (ulong)_section.Data.Length
            || symbol.SectionIndex != _section.Index || symbol is not { Type: ElfSymbolType.Object, Name.Length: > 0 })
            throw Error(map, relocation, $"has {_elf.Describe(symbol)} among its values, which is no map of this object");
        return symbol.Name;
    }

    private BpfException NotFilled(MapSpec map, ElfRelocation relocation) => DiagnosticRules.ObjectUnsupported.Error(
        $"The initial values of map '{map.Name}' refer to {_elf.Describe(_elf.Symbols[relocation.Symbol])}; only program arrays and maps of maps start with something.",
        _elf.At(_section.Name, relocation.Offset), "Leave the initializer of 'values' out and fill the map after loading.");

    private BpfException Error(MapSpec map, ElfRelocation relocation, string what) =>
        DiagnosticRules.ObjectRelocation.Error($"Map '{map.Name}' {what}.", _elf.At(_section.Name, relocation.Offset));
}

using PSBpf.Btf;
using PSBpf.Diagnostics;
using PSBpf.Elf;
using PSBpf.Uapi;

namespace PSBpf.Objects;

/// <summary>An object's maps, found by the place that relocations name: those in .maps, and one for each section of global data.</summary>
internal sealed class MapTable
{
    private const string MapSection = ".maps";
    private const string LegacyMapSection = "maps";

    /// <summary>The kernel takes values of array maps up to INT_MAX bytes; nobody means more than this.</summary>
    private const int MaxDataSize = 1 << 30;

    private readonly ElfFile _elf;
    private readonly BtfTypeSet? _btf;
    private readonly List<MapSpec> _all = [];
    private readonly Dictionary<(int Section, long Offset), MapSpec> _defined = [];
    private readonly Dictionary<int, MapSpec> _data = [];

    public MapTable(ElfFile elf, BtfTypeSet? btf, List<BpfDiagnostic> warnings)
    {
        _elf = elf;
        _btf = btf;
        RefuseLegacyMaps();
        ReadDefinitions();
        foreach (ElfSection section in elf.Sections)
            if (DataKind(section) is { } kind) AddData(section, kind, warnings);
    }

    private enum GlobalData
    {
        ReadOnly,
        Initialized,
        Zeroed,
    }

    /// <summary>Every map: those of .maps by offset, then global data by section.</summary>
    public IReadOnlyList<MapSpec> All => _all;

    /// <summary>Whether a section holds map definitions.</summary>
    public static bool IsDefinitions(ElfSection section) => section.Name == MapSection;

    /// <summary>The map that is defined at an offset of .maps.</summary>
    public MapSpec? DefinedAt(ElfSection section, long offset) => _defined.GetValueOrDefault((section.Index, offset));

    /// <summary>The map that holds a section's global data.</summary>
    public MapSpec? DataOf(ElfSection section) => _data.GetValueOrDefault(section.Index);

    private void RefuseLegacyMaps()
    {
        foreach (ElfSection section in _elf.Sections)
        {
            if (section.Size == 0 || !(section.Name == LegacyMapSection || section.Name.StartsWith(LegacyMapSection + "/", StringComparison.Ordinal))) continue;
            string name = _elf.Symbols
                .Where(symbol => symbol.SectionIndex == section.Index && symbol.Type != ElfSymbolType.Section && symbol.Name.Length > 0)
                .OrderBy(symbol => symbol.Value).Select(symbol => $"map '{symbol.Name}'").FirstOrDefault("a map");
            throw DiagnosticRules.ObjectLegacyMaps.Error(
                $"{name} is declared in the legacy 'maps' section, which libbpf 1.0 dropped.", _elf.At(section.Name));
        }
    }

    private void ReadDefinitions()
    {
        if (_elf.Find(MapSection) is not { Size: > 0 } section) return;
        if (_btf is null)
            throw DiagnosticRules.BtfMissing.Error("The object defines maps in '.maps', but carries no BTF to say what they are.", _elf.At(MapSection));
        if (_btf.Find(BtfKind.DataSection, MapSection) is not BtfDataSection definitions)
            throw DiagnosticRules.ObjectMapDefinition.Error("The object's BTF says nothing of section '.maps'.", _elf.At(MapSection));
        HashSet<string> names = [];
        var reader = new MapDefinitionReader(_btf, _elf.At(MapSection));
        var programs = new InitialProgramReader(_elf, section);
        foreach (BtfSectionVariable variable in definitions.Variables)
        {
            var type = (BtfReference)_btf[variable.TypeId];
            MapSpec map = reader.Read(type);
            map = map with { InitialPrograms = programs.Take(map, variable, (BtfStruct)_btf.Resolve(type)) };
            if (!names.Add(map.Name) || !_defined.TryAdd((section.Index, variable.Offset), map))
                throw DiagnosticRules.ObjectMapDefinition.Error($"Map '{map.Name}' is defined twice, or on top of another.", _elf.At(MapSection, (ulong)variable.Offset));
            _all.Add(map);
        }

        programs.Finish();
    }

    private static GlobalData? DataKind(ElfSection section)
    {
        bool Is(string name) => section.Name == name || section.Name.StartsWith(name + ".", StringComparison.Ordinal);
        return section switch
        {
            { Size: 0 } => null,
            { Type: ElfSectionType.ProgramBits } when Is(".rodata") => GlobalData.ReadOnly,
            { Type: ElfSectionType.ProgramBits } when Is(".data") => GlobalData.Initialized,
            { Type: ElfSectionType.NoBits } when Is(".bss") => GlobalData.Zeroed,
            _ => null,
        };
    }

    private void AddData(ElfSection section, GlobalData kind, List<BpfDiagnostic> warnings)
    {
        if (section.Size > MaxDataSize)
            throw DiagnosticRules.ObjectTooLarge.Error($"Section '{section.Name}' takes {section.Size} bytes.", _elf.At(section.Name), "Use smaller global variables, or a map.");

        var type = _btf?.Find(BtfKind.DataSection, section.Name) as BtfDataSection;
        // As in libbpf: user space may map a section that has a variable other files can see.
        bool mapable = type is not null && type.Variables.Any(variable => _btf![variable.TypeId] is BtfReference { Linkage: not BtfLinkage.Static });
        var map = new MapSpec
        {
            Name = section.Name,
            Type = MapType.Array,
            KeySize = sizeof(uint),
            ValueSize = (uint)section.Size,
            MaxEntries = 1,
            Flags = (mapable ? MapFlags.Mmapable : 0) | (kind == GlobalData.ReadOnly ? MapFlags.ReadOnlyProgram : 0),
            Btf = type is null ? null : _btf,
            ValueType = type,
            InitialValue = kind == GlobalData.Zeroed ? null : section.Data.ToArray(),
            IsGlobalData = true,
            IsFrozen = kind == GlobalData.ReadOnly,
        };
        _all.Add(map);
        _data.Add(section.Index, map);

        // libbpf skips these relocations too: where a map's value will lie is known to nobody.
        foreach (ElfRelocation relocation in _elf.RelocationsOf(section))
        {
            warnings.Add(DiagnosticRules.ObjectRelocation.At(
                $"Section '{section.Name}' holds the address of {_elf.Describe(_elf.Symbols[relocation.Symbol])} at offset {relocation.Offset}, which BPF programs cannot use; it reads as a number.",
                _elf.At(section.Name, relocation.Offset), "Keep an index or the data itself in the variable instead of a pointer."));
            break;
        }
    }
}

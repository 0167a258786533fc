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

    /// <summary>Where clang puts variables of address space 1.</summary>
    private static readonly string[] ArenaSections = [".addr_space.1", ".arena.1"];

    private readonly ElfFile _elf;
    private readonly BtfTypeSet? _btf;
    private readonly List<MapSpec> _all = [];
    private readonly Dictionary<(int Section, long Offset), MapSpec> _defined = [];
    private readonly Dictionary<int, MapSpec> _data = [];
    private IReadOnlyDictionary<string, int>? _options;

    public MapTable(ElfFile elf, BtfTypeSet? btf, ConfigurationMap? configuration, List<BpfDiagnostic> warnings)
    {
        _elf = elf;
        _btf = btf;
        RefuseLegacyMaps();
        ReadDefinitions();
        ReadInfraredMaps();
        foreach (ElfSection section in elf.Sections)
            if (DataKind(section) is { } kind) AddData(section, kind, warnings);
        if (configuration is not null) AddConfiguration(configuration);
        _all.AddRange(StructOpsReader.Read(elf, btf));
        AddArenaData();
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
    public static bool IsDefinitions(ElfSection section) => section.Name is MapSection or LircMapReader.Section;

    /// <summary>The map that is defined at an offset of .maps.</summary>
    public MapSpec? DefinedAt(ElfSection section, long offset) => _defined.GetValueOrDefault((section.Index, offset));

    /// <summary>Where one of the kernel's options lies in the value of <see cref="Configuration"/>; null when it is none of them.</summary>
    public int? OptionOffset(string name) => _options is not null && _options.TryGetValue(name, out int offset) ? offset : null;

    /// <summary>The map that holds a section's global data.</summary>
    public MapSpec? DataOf(ElfSection section) => _data.GetValueOrDefault(section.Index);

    /// <summary>The map that holds the kernel's options; null when the object wants none.</summary>
    public MapSpec? Configuration { get; private set; }

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
        var values = new InitialValueReader(_elf, section);
        foreach (BtfSectionVariable variable in definitions.Variables)
        {
            var type = (BtfReference)_btf[variable.TypeId];
            MapSpec map = values.Take(reader.Read(type), variable, (BtfStruct)_btf.Resolve(type));
            if (!names.Add(map.Name) || !_defined.TryAdd((section.Index, variable.Offset), map))
                throw DiagnosticRules.ObjectMapDefinition.Error($"Map '{map.Name}' is defined twice, or on top of another.", _elf.At(MapSection, (ulong)variable.Offset));
            _all.Add(map);
        }

        values.Finish();
        foreach (MapSpec map in _all)
            foreach (InitialMap slot in map.InitialMaps)
                if (!names.Contains(slot.Map))
                    throw DiagnosticRules.ObjectMapDefinition.Error($"Map '{map.Name}' starts with '{slot.Map}', which is no map of the object.", _elf.At(MapSection));
    }

    private void AddConfiguration(ConfigurationMap configuration)
    {
        Configuration = new MapSpec
        {
            Name = ConfigurationMap.Name,
            Type = MapType.Array,
            KeySize = sizeof(uint),
            ValueSize = (uint)configuration.Size,
            MaxEntries = 1,
            Flags = MapFlags.Mmapable | MapFlags.ReadOnlyProgram,
            Btf = _btf,
            ValueType = _btf?.Find(BtfKind.DataSection, ConfigurationMap.Name),
            InitialValue = configuration.Value,
            IsGlobalData = true,
            IsFrozen = true,
        };
        _all.Add(Configuration);
        _options = configuration.Offsets;
    }

    private void ReadInfraredMaps()
    {
        if (_elf.Find(LircMapReader.Section) is not { } section) return;
        foreach ((long offset, MapSpec map) in LircMapReader.Read(_elf, section))
        {
            if (_all.Any(other => other.Name == map.Name) || !_defined.TryAdd((section.Index, offset), map))
                throw DiagnosticRules.ObjectMapDefinition.Error($"Map '{map.Name}' is defined twice, or on top of another.", _elf.At(section.Name, (ulong)offset));
            _all.Add(map);
        }
    }

    /// <summary>Variables in an arena start where the arena does.</summary>
    private void AddArenaData()
    {
        foreach (ElfSection section in _elf.Sections.Where(section => section.Size > 0 && ArenaSections.Contains(section.Name)))
        {
            int index = _all.FindIndex(map => map.Type == MapType.Arena);
            if (index < 0)
                throw DiagnosticRules.ObjectMapDefinition.Error(
                    $"The object has variables in section '{section.Name}', but no map of type BPF_MAP_TYPE_ARENA to hold them.", _elf.At(section.Name), "Define an arena in SEC(\".maps\").");
            if (section.Size > MaxDataSize)
                throw DiagnosticRules.ObjectTooLarge.Error($"Section '{section.Name}' takes {section.Size} bytes.", _elf.At(section.Name));
            MapSpec arena = _all[index] with { InitialValue = section.Data.ToArray() };
            foreach (var place in _defined.Where(pair => ReferenceEquals(pair.Value, _all[index])).Select(pair => pair.Key).ToArray()) _defined[place] = arena;
            _all[index] = arena;
            _data.Add(section.Index, arena);
            return;
        }
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

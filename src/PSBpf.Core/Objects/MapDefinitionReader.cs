using PSBpf.Btf;
using PSBpf.Diagnostics;
using PSBpf.Uapi;

namespace PSBpf.Objects;

/// <summary>
/// Reads a map definition out of the type of its variable, as libbpf's bpf_helpers.h writes it:
/// <c>__uint(name, value)</c> is <c>int (*name)[value]</c>, <c>__type(name, type)</c> is <c>typeof(type) *name</c>,
/// <c>__array(name, type)</c> is <c>typeof(type) *name[]</c>.
/// </summary>
internal sealed class MapDefinitionReader(BtfTypeSet types, DiagnosticLocation location)
{
    private static readonly string[] Fields =
        ["type", "max_entries", "key", "key_size", "value", "value_size", "map_flags", "map_extra", "numa_node", "pinning", "values"];

    public MapSpec Read(BtfReference variable)
    {
        string name = variable.Name;
        if (variable.Linkage == BtfLinkage.Extern)
            throw Malformed(name, "is declared 'extern'; define it in this object");
        return types.Resolve(variable) is BtfStruct { IsUnion: false } definition
            ? Read(name, definition, isInner: false)
            : throw Malformed(name, $"is a '{types.Declare(types[variable.TargetId])}', not a struct");
    }

    private MapSpec Read(string name, BtfStruct definition, bool isInner)
    {
        var map = new MapSpec { Name = name, Type = MapType.Unspecified, Btf = types };
        HashSet<string> seen = [];
        foreach (BtfMember member in definition.Members)
        {
            if (!seen.Add(member.Name)) throw Malformed(name, $"has the field '{member.Name}' twice");
            map = member.Name switch
            {
                "type" => map with { Type = (MapType)Number(name, member) },
                "max_entries" => map with { MaxEntries = Number(name, member) },
                "map_flags" => map with { Flags = (MapFlags)Number(name, member) },
                "map_extra" => map with { Extra = Number(name, member) },
                "numa_node" => map with { NumaNode = Number(name, member) },
                "key_size" => map with { KeySize = Size(name, member, map.KeySize, Number(name, member)) },
                "value_size" => map with { ValueSize = Size(name, member, map.ValueSize, Number(name, member)) },
                "pinning" => map with { Pinning = ReadPinning(name, member, isInner) },
                "key" when TypeOf(name, member) is var type => map with { KeyType = type, KeySize = Size(name, member, map.KeySize, (uint)types.SizeOf(type)) },
                "value" when TypeOf(name, member) is var type => map with { ValueType = type, ValueSize = Size(name, member, map.ValueSize, (uint)types.SizeOf(type)) },
                "values" => ReadValues(map, member, isInner),
                _ => throw Malformed(name, $"has a field '{member.Name}'; the fields are {string.Join(", ", Fields)}"),
            };
        }

        return map.Type != MapType.Unspecified ? map : throw Malformed(name, "does not say its type: __uint(type, BPF_MAP_TYPE_…)");
    }

    private MapSpec ReadValues(MapSpec map, BtfMember member, bool isInner)
    {
        if (isInner) throw Malformed(map.Name, "is nested in a map of maps that is itself nested");
        if (types.Resolve(types[member.TypeId]) is not BtfArray array || Pointee(array.ElementId) is not { } target)
            throw Malformed(map.Name, "has a field 'values' that is not __array(values, …)");
        // For maps of maps and for program arrays the slots are 32-bit numbers in user space.
        map = map with { ValueSize = Size(map.Name, member, map.ValueSize, sizeof(uint)) };
        return types.Resolve(target) switch
        {
            BtfStruct { IsUnion: false } inner when map.Type is MapType.ArrayOfMaps or MapType.HashOfMaps =>
                map with { Inner = Read(map.Name + ".inner", inner, isInner: true) },
            BtfFunctionPrototype when map.Type == MapType.ProgArray => map,
            _ => throw Malformed(map.Name, $"has '{types.Declare(target)}' as its values, which a map of type {map.Type} cannot have"),
        };
    }

    private uint ReadPinning(string name, BtfMember member, bool isInner)
    {
        uint pinning = Number(name, member);
        return pinning > 1 ? throw Malformed(name, $"has pinning {pinning}; LIBBPF_PIN_NONE is 0, LIBBPF_PIN_BY_NAME 1")
            : isInner && pinning > 0 ? throw Malformed(name, "is an inner map and cannot be pinned")
            : pinning;
    }

    private uint Number(string name, BtfMember member) =>
        Pointee(member.TypeId) is { } pointee && types.Resolve(pointee) is BtfArray array
            ? array.Length
            : throw Malformed(name, $"has a field '{member.Name}' that is not __uint({member.Name}, …)");

    private BtfType TypeOf(string name, BtfMember member)
    {
        if (Pointee(member.TypeId) is not { } type) throw Malformed(name, $"has a field '{member.Name}' that is not __type({member.Name}, …)");
        return types.HasSize(type) ? type : throw Malformed(name, $"has a {member.Name} of type '{types.Declare(type)}', which has no size");
    }

    private BtfType? Pointee(int id) =>
        types.Resolve(types[id]) is BtfReference { ReferenceKind: BtfKind.Pointer } pointer ? types[pointer.TargetId] : null;

    private uint Size(string name, BtfMember member, uint before, uint size) =>
        before == 0 || before == size ? size : throw Malformed(name, $"has a field '{member.Name}' of {size} bytes where another says {before}");

    private BpfException Malformed(string name, string message) =>
        DiagnosticRules.ObjectMapDefinition.Error($"Map '{name}' {message}.", location);
}

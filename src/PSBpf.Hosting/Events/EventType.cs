using PSBpf.Btf;
using PSBpf.Diagnostics;
using PSBpf.Uapi;

namespace PSBpf.Hosting;

/// <summary>
/// The type of a ring buffer's samples, which the map itself does not say. In this order:
/// what the caller names; the map's declared value type; the one struct that the object's global variables point to
/// (the idiom <c>struct event *unused __attribute__((unused));</c>, which is how BTF keeps the type of something that is
/// only reserved); when several are pointed to, the one named as the map is, with or without a plural s. Else none.
/// </summary>
/// <param name="Type">The struct; null when unknown, and samples are bytes.</param>
/// <param name="Name">Its C name; empty when unknown.</param>
internal sealed record EventType(BtfType? Type, string Name)
{
    public static readonly EventType Unknown = new(null, "");

    public static EventType Find(BpfMap map)
    {
        if (map.ObjectTypes is not { } types) return Unknown;
        // The values of a perf event array are descriptors, whatever its events are.
        if (map.Type is MapType.RingBuf or MapType.UserRingBuf && map.Spec.ValueType is { } declared && map.Spec.Btf is { } own) return new(declared, own.Declare(declared));
        var candidates = PointedTo(types).DistinctBy(type => type.Name).ToArray();
        if (candidates.Length > 1) candidates = [.. candidates.Where(type => NamedAs(type.Name, map.Name))];
        return candidates.Length == 1 ? new(candidates[0], types.Declare(candidates[0])) : Unknown;
    }

    /// <summary>The type that a caller names, with or without its keyword: <c>drop_event</c>, <c>struct drop_event</c>.</summary>
    public static EventType Named(BpfMap map, string name)
    {
        var types = map.ObjectTypes ?? throw DiagnosticRules.BtfMissing.Error($"Map '{map.Name}' comes from an object without BTF, so type '{name}' is unknown.");
        var plain = name.StartsWith("struct ", StringComparison.Ordinal) ? name["struct ".Length..].Trim() : name;
        var type = types.Types.FirstOrDefault(type => type.Name == plain && type is BtfStruct or BtfEnumType or BtfInt or BtfReference { Kind: BtfKind.Typedef })
            ?? throw DiagnosticRules.NameNotFound.Error(
                $"The object of map '{map.Name}' has no type '{name}'.",
                action: $"Name one of its structs: {string.Join(", ", types.Types.OfType<BtfStruct>().Where(s => s.Name.Length > 0).Select(s => s.Name).Distinct())}.");
        return new(type, types.Declare(type));
    }

    private static IEnumerable<BtfStruct> PointedTo(BtfTypeSet types)
    {
        foreach (var variable in types.Types.OfType<BtfDataSection>().Where(section => section.Name != ".maps").SelectMany(section => section.Variables))
        {
            if (types[variable.TypeId] is BtfReference { Kind: BtfKind.Variable } reference
                && types.Resolve(reference) is BtfReference { Kind: BtfKind.Pointer } pointer
                && types.Resolve(types[pointer.TargetId]) is BtfStruct { Name.Length: > 0 } structure)
                yield return structure;
        }
    }

    private static bool NamedAs(string type, string map) => type == map || type + "s" == map;
}

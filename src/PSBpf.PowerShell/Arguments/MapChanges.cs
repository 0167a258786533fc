using System.Collections;
using System.Management.Automation;
using PSBpf.Diagnostics;
using PSBpf.Hosting;
using PSBpf.Objects;
using PSBpf.Uapi;

namespace PSBpf.PowerShell;

/// <summary>What a hashtable under -Map means: what to make different about a map.</summary>
internal static class MapChanges
{
    private static readonly Dictionary<string, Func<MapChange, object?, MapChange>> Fields = new(StringComparer.OrdinalIgnoreCase)
    {
        [nameof(MapChange.Type)] = (change, value) => change with { Type = Convert<MapType>(value) },
        [nameof(MapChange.KeySize)] = (change, value) => change with { KeySize = Convert<uint>(value) },
        [nameof(MapChange.ValueSize)] = (change, value) => change with { ValueSize = Convert<uint>(value) },
        [nameof(MapChange.MaxEntries)] = (change, value) => change with { MaxEntries = Convert<uint>(value) },
        [nameof(MapChange.Flags)] = (change, value) => change with { Flags = Convert<MapFlags>(value) },
        [nameof(MapChange.Extra)] = (change, value) => change with { Extra = Convert<ulong>(value) },
        [nameof(MapChange.NumaNode)] = (change, value) => change with { NumaNode = Convert<uint>(value) },
        // As the property of a map is called.
        [nameof(BpfMap.Pin)] = (change, value) => change with { PinPath = Convert<string>(value) },
    };

    /// <summary>Reads one entry of -Map; false when it is no hashtable and names a map instead.</summary>
    /// <exception cref="BpfException">BPF4006: a field does not exist, or its value is none for it.</exception>
    public static bool TryRead(DictionaryEntry entry, out MapChange change)
    {
        change = new MapChange();
        if ((entry.Value is PSObject wrapped ? wrapped.BaseObject : entry.Value) is not IDictionary table) return false;
        foreach (DictionaryEntry field in table)
        {
            var name = field.Key.ToString() ?? "";
            if (!Fields.TryGetValue(name, out var apply))
                throw DiagnosticRules.WrongKind.Error($"A map has no '{name}' to change; it has {string.Join(", ", Fields.Keys)}.", action: "Write -Map @{ counts = @{ MaxEntries = 4096 } }.");
            try
            {
                change = apply(change, field.Value);
            }
            catch (PSInvalidCastException)
            {
                throw DiagnosticRules.WrongKind.Error($"'{field.Value}' is no {name} of map '{entry.Key}'.", action: "Write -Map @{ counts = @{ MaxEntries = 4096 } }.");
            }
        }

        return true;
    }

    private static T Convert<T>(object? value) => (T)LanguagePrimitives.ConvertTo(value, typeof(T), System.Globalization.CultureInfo.InvariantCulture);
}

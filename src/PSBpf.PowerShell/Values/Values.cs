using System.Collections;
using System.Management.Automation;
using PSBpf.Btf;

namespace PSBpf.PowerShell;

/// <summary>Between BTF-typed values and what PowerShell reads and writes.</summary>
internal static class Values
{
    /// <summary>
    /// Structures become objects with note properties, enumerations their names (or the number where there is none),
    /// arrays arrays of these; the rest is as it is. What comes out is plain in JSON.
    /// </summary>
    public static object? ToPowerShell(object? value) => value switch
    {
        BtfRecord record => Record(record),
        OrderedDictionary<string, object?> members => Record(members),
        BtfEnumValue { Name: { } name } => name,
        BtfEnumValue number => number.Value,
        object?[] items => Array.ConvertAll(items, ToPowerShell),
        _ => value,
    };

    /// <summary>Takes PowerShell's wrappers off: hashtables and custom objects become dictionaries, arrays arrays.</summary>
    public static object? FromPowerShell(object? value)
    {
        switch (value)
        {
            case PSObject { BaseObject: PSCustomObject } custom:
                var members = new Dictionary<string, object?>();
                foreach (var property in custom.Properties) members[property.Name] = FromPowerShell(property.Value);
                return members;
            case PSObject wrapped:
                return FromPowerShell(wrapped.BaseObject);
            case IDictionary table:
                var entries = new Dictionary<string, object?>();
                foreach (DictionaryEntry entry in table) entries[FromPowerShell(entry.Key)?.ToString() ?? ""] = FromPowerShell(entry.Value);
                return entries;
            case object?[] items:
                return Array.ConvertAll(items, FromPowerShell);
            case ArrayList list:
                return Array.ConvertAll(list.ToArray(), FromPowerShell);
            default:
                return value;
        }
    }

    // PSObject refuses names that differ only in case, C does not: a later one gets the first free number behind it.
    private static PSObject Record(IEnumerable<KeyValuePair<string, object?>> members)
    {
        var record = new PSObject();
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in members)
        {
            var free = name;
            for (var number = 2; !names.Add(free); number++) free = $"{name}_{number}";
            record.Properties.Add(new PSNoteProperty(free, ToPowerShell(value)));
        }

        return record;
    }
}

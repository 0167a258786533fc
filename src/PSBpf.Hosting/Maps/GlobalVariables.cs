using System.Collections;
using System.Collections.Specialized;
using PSBpf.Btf;
using PSBpf.Diagnostics;

namespace PSBpf.Hosting;

/// <summary>An object's global variables, which live in the single value of the maps for its data sections.</summary>
internal static class GlobalVariables
{
    /// <summary>The variables of the given maps, by name in order of declaration; enumerations by name.</summary>
    public static IDictionary Read(IEnumerable<BpfMap> maps)
    {
        var variables = new OrderedDictionary();
        foreach (var map in maps)
        {
            if (SectionOf(map) is not { } section) continue;
            foreach (var (name, value) in section) variables[name] = Plain(value);
        }

        return variables;
    }

    // Without type information there are bytes and no variables; a map that has just been removed has none either.
    private static BtfRecord? SectionOf(BpfMap map)
    {
        if (!map.Spec.IsGlobalData || map.IsRemoved) return null;
        try
        {
            return map.Get(0)?.Value as BtfRecord;
        }
        catch (BpfException) when (map.IsRemoved)
        {
            return null;
        }
    }

    private static object? Plain(object? value) => value switch
    {
        BtfEnumValue { Name: { } name } => name,
        BtfEnumValue number => number.Value,
        object?[] items => Array.ConvertAll(items, Plain),
        BtfRecord record => PlainRecord(record),
        _ => value,
    };

    private static OrderedDictionary PlainRecord(BtfRecord record)
    {
        var members = new OrderedDictionary();
        foreach (var (name, value) in record) members[name] = Plain(value);
        return members;
    }
}

using System.Collections;
using System.Collections.Specialized;
using PSBpf.Btf;
using PSBpf.Diagnostics;

namespace PSBpf.Hosting;

/// <summary>
/// A program's global variables, which live in the single value of the maps for its data sections: by name in order of
/// declaration, enumerations by name. Holds the values of the moment it was asked for; setting one writes it into the map. What
/// comes out of it is a copy: a member of a structure is changed by setting the variable to the changed structure.
/// </summary>
internal sealed class GlobalVariables : IDictionary
{
    private readonly string _program;
    private readonly OrderedDictionary _values = [];
    private readonly Dictionary<string, List<BpfMap>> _homes = [];

    public GlobalVariables(string program, IEnumerable<BpfMap> maps)
    {
        _program = program;
        foreach (var map in maps)
        {
            if (SectionOf(map) is not { } section) continue;
            foreach (var (name, value) in section)
            {
                _values[name] = Plain(value);
                if (!_homes.TryGetValue(name, out var homes)) _homes.Add(name, homes = []);
                homes.Add(map);
            }
        }
    }

    public int Count => _values.Count;

    public bool IsFixedSize => true;

    public bool IsReadOnly => false;

    public bool IsSynchronized => false;

    public object SyncRoot => _values;

    public ICollection Keys => _values.Keys;

    public ICollection Values => _values.Values;

    /// <summary>Null for a name that is no variable's. Setting it writes the variable where the programs see it.</summary>
    /// <exception cref="BpfException">
    /// BPF0307 when there is no such variable, BPF0202 when the value does not fit its type, BPF2003 when it is a constant.
    /// </exception>
    public object? this[object key]
    {
        get => _values[key];
        set
        {
            var name = key.ToString() ?? "";
            var home = Home(name);
            home.Set(0, new Dictionary<string, object?> { [name] = HostValues.Unwrap(value) });
            if (SectionOf(home) is { } section) _values[name] = Plain(section[name]);
        }
    }

    public bool Contains(object key) => _values.Contains(key);

    public IDictionaryEnumerator GetEnumerator() => _values.GetEnumerator();

    public void CopyTo(Array array, int index) => _values.CopyTo(array, index);

    public void Add(object key, object? value) => throw Fixed();

    public void Clear() => throw Fixed();

    public void Remove(object key) => throw Fixed();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private BpfMap Home(string name)
    {
        if (!_homes.TryGetValue(name, out var homes))
            throw DiagnosticRules.ObjectVariable.Error(_values.Count == 0
                ? $"Program '{_program}' uses no variable '{name}', and no other that BTF describes."
                : $"Program '{_program}' uses no variable '{name}'; it uses {string.Join(", ", _values.Keys.Cast<string>())}.");
        if (homes.Count > 1)
            throw DiagnosticRules.ObjectVariable.Error(
                $"There are {homes.Count} variables '{name}': in {string.Join(", ", homes.Select(map => map.Name))}.",
                action: "Set it in its map: Set-BpfMapEntry .data -Key 0 -Value @{ " + name + " = 1 }.");
        return homes[0];
    }

    private static NotSupportedException Fixed() => new("The variables of a program are those that its object declares: set one, none is added or removed.");

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

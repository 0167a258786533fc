using System.Collections.Concurrent;

namespace PSBpf.Runtime.Environment;

/// <summary>The managed interfaces of an engine: they come into being when they are first named, the loopback device is there from the start.</summary>
internal sealed class InterfaceTable
{
    private readonly ConcurrentDictionary<string, uint> _indexes = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<uint, string> _names = new();
    private readonly Lock _adding = new();
    private uint _last;

    public InterfaceTable() => IndexOf("lo");

    /// <summary>All of them, by index.</summary>
    public IEnumerable<(uint Index, string Name)> All => _names.OrderBy(pair => pair.Key).Select(pair => (pair.Key, pair.Value));

    /// <summary>Whether there is one with an index.</summary>
    public bool Contains(uint index) => _names.ContainsKey(index);

    /// <summary>The name of one; null when there is none.</summary>
    public string? NameOf(uint index) => _names.GetValueOrDefault(index);

    /// <summary>The index of one, which is made unless it is there.</summary>
    public uint IndexOf(string name)
    {
        if (_indexes.TryGetValue(name, out uint known)) return known;
        lock (_adding)
        {
            if (_indexes.TryGetValue(name, out known)) return known;
            while (_names.ContainsKey(++_last))
            {
            }

            Add(name, _last);
            return _last;
        }
    }

    /// <summary>Makes one with an index of its own.</summary>
    /// <returns>False when the name or the index belongs to another.</returns>
    public bool TryAdd(string name, uint index)
    {
        lock (_adding)
        {
            if (_indexes.TryGetValue(name, out uint known)) return known == index;
            if (index == 0 || _names.ContainsKey(index)) return false;
            Add(name, index);
            return true;
        }
    }

    private void Add(string name, uint index)
    {
        _names[index] = name;
        _indexes[name] = index;
    }
}

using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace PSBpf.Btf;

/// <summary>
/// A struct, a union or a data section as read from memory: members by name in order of declaration, those of anonymous
/// members among them. It is an <see cref="IDictionary"/> too, so that PowerShell finds members with a dot.
/// </summary>
[SuppressMessage("Naming", "CA1710", Justification = "It is a C struct first; that it can be enumerated is a convenience.")]
public sealed class BtfRecord : IReadOnlyDictionary<string, object?>, IDictionary
{
    private readonly List<string> _names = [];
    private readonly Dictionary<string, object?> _values = [];

    internal BtfRecord(string typeName) => TypeName = typeName;

    /// <summary>The type as C writes it, e.g. <c>struct flow_key</c>.</summary>
    public string TypeName { get; }

    /// <summary>Number of members.</summary>
    public int Count => _names.Count;

    /// <summary>Names in order of declaration.</summary>
    public IReadOnlyList<string> Names => _names;

    /// <inheritdoc/>
    IEnumerable<string> IReadOnlyDictionary<string, object?>.Keys => _names;

    /// <inheritdoc/>
    IEnumerable<object?> IReadOnlyDictionary<string, object?>.Values => _names.Select(name => _values[name]);

    ICollection IDictionary.Keys => _names;

    ICollection IDictionary.Values => _names.ConvertAll(name => _values[name]);

    bool IDictionary.IsFixedSize => true;

    bool IDictionary.IsReadOnly => true;

    bool ICollection.IsSynchronized => false;

    object ICollection.SyncRoot => this;

    /// <summary>The value of a member; its name in any case when no other differs by case only.</summary>
    public object? this[string key] => TryGetValue(key, out object? value) ? value : throw new KeyNotFoundException($"'{TypeName}' has no member '{key}'.");

    object? IDictionary.this[object key]
    {
        get => key is string name && TryGetValue(name, out object? value) ? value : null;
        set => throw ReadOnly();
    }

    /// <inheritdoc/>
    public bool ContainsKey(string key) => TryGetValue(key, out _);

    /// <inheritdoc/>
    public bool TryGetValue(string key, [MaybeNullWhen(false)] out object? value)
    {
        if (_values.TryGetValue(key, out value)) return true;
        string[] similar = [.. _names.Where(name => string.Equals(name, key, StringComparison.OrdinalIgnoreCase)).Take(2)];
        return similar.Length == 1 && _values.TryGetValue(similar[0], out value);
    }

    /// <summary>Members in order of declaration.</summary>
    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator() =>
        _names.Select(name => KeyValuePair.Create(name, _values[name])).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    IDictionaryEnumerator IDictionary.GetEnumerator() => new MemberEnumerator(this);

    bool IDictionary.Contains(object key) => key is string name && ContainsKey(name);

    void IDictionary.Add(object key, object? value) => throw ReadOnly();

    void IDictionary.Clear() => throw ReadOnly();

    void IDictionary.Remove(object key) => throw ReadOnly();

    void ICollection.CopyTo(Array array, int index)
    {
        foreach (string name in _names) array.SetValue(new DictionaryEntry(name, _values[name]), index++);
    }

    /// <summary><c>@{packets=1; bytes=60}</c>, as PowerShell shows objects inside others.</summary>
    public override string ToString() => Show(this);

    /// <summary>Sets a member, once: a second of the same name can only come from damaged type information.</summary>
    internal void Add(string name, object? value)
    {
        if (_values.TryAdd(name, value)) _names.Add(name);
    }

    private static string Show(object? value) => value switch
    {
        null => "",
        BtfRecord record => ShowMembers(record),
        byte[] bytes => Convert.ToHexString(bytes),
        object?[] items => string.Join(' ', items.Select(Show)),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };

    private static string ShowMembers(BtfRecord record)
    {
        var text = new StringBuilder("@{");
        foreach ((string name, object? value) in record)
        {
            if (text.Length > 2) text.Append("; ");
            text.Append(name).Append('=').Append(Show(value));
        }

        return text.Append('}').ToString();
    }

    private static NotSupportedException ReadOnly() => new("A record read from memory cannot be changed; write a new value to the map instead.");

    private sealed class MemberEnumerator(BtfRecord record) : IDictionaryEnumerator
    {
        private int _index = -1;

        public DictionaryEntry Entry => new(record._names[_index], record._values[record._names[_index]]);

        public object Key => Entry.Key;

        public object? Value => Entry.Value;

        public object Current => Entry;

        public bool MoveNext() => ++_index < record._names.Count;

        public void Reset() => _index = -1;
    }
}

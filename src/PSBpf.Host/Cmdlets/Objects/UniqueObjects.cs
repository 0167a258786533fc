using System.Management.Automation;

namespace PSBpf.Host.Cmdlets;

/// <summary>The different objects of a pipeline: objects with properties differ when these do, other values by themselves.</summary>
/// <param name="caseSensitive">Whether upper and lower case differ.</param>
internal sealed class UniqueObjects(bool caseSensitive)
{
    private readonly ValueComparer _comparer = new(caseSensitive);
    private readonly Dictionary<int, List<object?>> _seen = [];

    /// <summary>Adds an object.</summary>
    /// <param name="value">The object.</param>
    /// <returns>Whether it differs from all before.</returns>
    public bool Add(object? value)
    {
        int hash = Hash(value);
        if (!_seen.TryGetValue(hash, out List<object?>? candidates))
            _seen[hash] = candidates = [];
        if (candidates.Exists(other => Same(other, value)))
            return false;
        candidates.Add(value);
        return true;
    }

    private static PSObject? Composed(object? value) => value as PSObject is { BaseObject: PSCustomObject } composed ? composed : null;

    private int Hash(object? value) => Composed(value) is { } composed
        ? composed.Properties.Aggregate(17, (hash, property) => HashCode.Combine(hash, _comparer.GetHashCode(property.Value)))
        : _comparer.GetHashCode(value);

    private bool Same(object? first, object? second)
    {
        if (Composed(first) is not { } left || Composed(second) is not { } right)
            return _comparer.Compare(first, second) == 0;
        PSPropertyInfo[] properties = [.. left.Properties];
        return properties.Length == right.Properties.Count()
            && properties.All(property => right.Properties[property.Name] is { } other
                && _comparer.Compare(property.Value, other.Value) == 0);
    }
}

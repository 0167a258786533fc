using System.Collections;
using System.Collections.ObjectModel;
using System.Globalization;
using System.Management.Automation;

namespace PSBpf.Host.Cmdlets;

/// <summary>Group-Object: puts objects with the same values together.</summary>
[Cmdlet(VerbsData.Group, "Object", DefaultParameterSetName = Default)]
internal sealed class GroupObject : PSCmdlet
{
    private const string Default = "Default";
    private const string HashTable = "HashTable";

    private readonly List<(object?[] Values, PSObject Object)> _rows = [];
    private IReadOnlyList<PropertyArgument> _properties = [];

    /// <summary>Gets or sets an object.</summary>
    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    /// <summary>Gets or sets what to group by; the objects themselves when nothing is given.</summary>
    [Parameter(Position = 0)]
    public object[]? Property { get; set; }

    /// <summary>Gets or sets a value indicating whether groups are given without their objects.</summary>
    [Parameter]
    public SwitchParameter NoElement { get; set; }

    /// <summary>Gets or sets a value indicating whether the groups are given as a hashtable by value.</summary>
    [Parameter(ParameterSetName = HashTable)]
    [Alias("AHT")]
    public SwitchParameter AsHashTable { get; set; }

    /// <summary>Gets or sets a value indicating whether the hashtable's keys are text.</summary>
    [Parameter(ParameterSetName = HashTable)]
    public SwitchParameter AsString { get; set; }

    /// <summary>Gets or sets a value indicating whether upper and lower case differ.</summary>
    [Parameter]
    public SwitchParameter CaseSensitive { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        _properties = PropertyArgument.Read(this, Property, PropertyArgument.Plain);
        if (AsHashTable && _properties.Count > 1)
            ThrowTerminatingError(Error("A hashtable can be keyed by one property only.", "ArgumentException", Property));
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (InputObject is null)
            return;
        object?[] values = _properties.Count == 0
            ? [Plain(InputObject)]
            : [.. _properties.Select(property => property.Expression.GetValues(InputObject) is [{ } result, ..] ? Plain(result.Result) : null)];
        _rows.Add((values, InputObject));
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        var comparer = new KeyComparer(new ValueComparer(CaseSensitive));
        var groups = new Dictionary<object?[], Collection<PSObject>>(comparer);
        foreach ((object?[] values, PSObject value) in _rows)
        {
            if (!groups.TryGetValue(values, out Collection<PSObject>? group))
                groups[values] = group = [];
            group.Add(value);
        }

        // Values of one type come in their order; where types differ there is none, and groups come as they were met.
        IEnumerable<KeyValuePair<object?[], Collection<PSObject>>> ordered =
            OneTypeEach() ? groups.OrderBy(static group => group.Key, comparer) : groups;
        if (AsHashTable)
            WriteObject(AsTable(ordered));
        else if (ParameterSetName != HashTable)
            WriteObject(ordered.Select(GroupInfo), enumerateCollection: true);
        else
            ThrowTerminatingError(Error("-AsString has a meaning only with -AsHashTable.", "ArgumentException", AsString));
    }

    private static object? Plain(object? value) =>
        value is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : value;

    private static string NameOf(object?[] values) => string.Join(", ", values.Where(static value => value is not null).Select(static value =>
        value is ICollection items
            ? "{" + string.Join(", ", items.Cast<object?>().Select(Text)) + "}"
            : Text(value)));

    private static string Text(object? value) => value is IFormattable formattable
        ? formattable.ToString(null, CultureInfo.InvariantCulture)
        : value?.ToString() ?? string.Empty;

    private static ErrorRecord Error(string message, string id, object? target) =>
        new(new PSArgumentException(message), id, ErrorCategory.InvalidArgument, target);

    private bool OneTypeEach() => Enumerable.Range(0, Math.Max(1, _properties.Count))
        .All(index => _rows.Select(row => row.Values[index]?.GetType()).Distinct().Count() <= 1);

    private PSObject GroupInfo(KeyValuePair<object?[], Collection<PSObject>> group)
    {
        // The type names choose the format views that the engine has for the real cmdlet's types.
        var info = new PSObject();
        info.TypeNames.Insert(0, "Microsoft.PowerShell.Commands.GroupInfo");
        if (NoElement)
            info.TypeNames.Insert(0, "Microsoft.PowerShell.Commands.GroupInfoNoElement");
        info.Properties.Add(new PSNoteProperty("Values", new ArrayList(group.Key)));
        info.Properties.Add(new PSNoteProperty("Count", group.Value.Count));
        info.Properties.Add(new PSNoteProperty("Group", NoElement ? new Collection<PSObject>() : group.Value));
        info.Properties.Add(new PSNoteProperty("Name", NameOf(group.Key)));
        return info;
    }

    private Hashtable AsTable(IEnumerable<KeyValuePair<object?[], Collection<PSObject>>> groups)
    {
        Hashtable table = CaseSensitive ? new Hashtable() : new Hashtable(StringComparer.CurrentCultureIgnoreCase);
        foreach ((object?[] values, Collection<PSObject> group) in groups)
        {
            object? key = AsString ? NameOf(values) : values[0];
            if (key is null)
            {
                WriteError(Error("Objects without the property cannot be put into a hashtable.", "InvalidOperation", group));
                continue;
            }

            table[key] = group;
        }

        return table;
    }


    private sealed class KeyComparer(ValueComparer values) : IEqualityComparer<object?[]>, IComparer<object?[]>
    {
        public bool Equals(object?[]? x, object?[]? y) => Compare(x, y) == 0;

        public int GetHashCode(object?[] obj) =>
            obj.Aggregate(17, (hash, value) => HashCode.Combine(hash, value is ICollection ? 0 : values.GetHashCode(value)));

        public int Compare(object?[]? x, object?[]? y)
        {
            for (int index = 0; index < x!.Length; index++)
            {
                int order = CompareValues(x[index], y![index]);
                if (order != 0)
                    return order;
            }

            return 0;
        }

        private int CompareValues(object? first, object? second)
        {
            if (first is not IList left || second is not IList right)
                return values.Compare(first, second);
            for (int index = 0; index < Math.Min(left.Count, right.Count); index++)
            {
                int order = values.Compare(left[index], right[index]);
                if (order != 0)
                    return order;
            }

            return left.Count.CompareTo(right.Count);
        }
    }
}

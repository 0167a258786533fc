using System.Management.Automation;

namespace PSBpf.Host.Cmdlets;

/// <summary>Sort-Object: orders objects. Objects that compare equal keep their order.</summary>
[Cmdlet("Sort", "Object", DefaultParameterSetName = Default)]
internal sealed class SortObject : PSCmdlet
{
    private const string Default = "Default";
    private const string TopSet = "Top";
    private const string BottomSet = "Bottom";

    private readonly List<PSObject> _objects = [];

    /// <summary>Gets or sets an object.</summary>
    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    /// <summary>Gets or sets what to sort by; the objects themselves when nothing is given.</summary>
    [Parameter(Position = 0)]
    public object[]? Property { get; set; }

    /// <summary>Gets or sets a value indicating whether the greatest comes first.</summary>
    [Parameter]
    public SwitchParameter Descending { get; set; }

    /// <summary>Gets or sets a value indicating whether objects that compare equal are given once.</summary>
    [Parameter]
    public SwitchParameter Unique { get; set; }

    /// <summary>Gets or sets a value indicating whether upper and lower case differ.</summary>
    [Parameter]
    public SwitchParameter CaseSensitive { get; set; }

    /// <summary>Gets or sets a value indicating whether equal objects keep their order, which they always do here.</summary>
    [Parameter(ParameterSetName = Default)]
    public SwitchParameter Stable { get; set; }

    /// <summary>Gets or sets how many objects to give from the beginning of the order.</summary>
    [Parameter(Mandatory = true, ParameterSetName = TopSet)]
    [ValidateRange(1, int.MaxValue)]
    public int Top { get; set; }

    /// <summary>Gets or sets how many objects to give from the end of the order.</summary>
    [Parameter(Mandatory = true, ParameterSetName = BottomSet)]
    [ValidateRange(1, int.MaxValue)]
    public int Bottom { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (InputObject is not null)
            _objects.Add(InputObject);
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        IReadOnlyList<PropertyArgument> keys = PropertyArgument.Read(this, Property, PropertyArgument.Ordered);
        var comparer = new RowComparer(new ValueComparer(CaseSensitive), [.. Directions(keys)]);
        IEnumerable<(object?[] Keys, PSObject Value)> sorted = _objects
            .Select(value => (Keys: KeysOf(value, keys), Value: value))
            .OrderBy(static row => row.Keys, comparer);
        if (Unique)
            sorted = WithoutRepetition(sorted, comparer);
        if (ParameterSetName == TopSet)
            sorted = sorted.Take(Top);
        else if (ParameterSetName == BottomSet)
            sorted = sorted.TakeLast(Bottom);
        foreach ((_, PSObject value) in sorted)
            WriteObject(value);
    }

    private static object?[] KeysOf(PSObject value, IReadOnlyList<PropertyArgument> keys) =>
        keys.Count == 0 ? [value] : [.. keys.Select(key => key.Expression.GetValues(value) is [{ } result, ..] ? result.Result : null)];

    private static IEnumerable<(object?[] Keys, PSObject Value)> WithoutRepetition(
        IEnumerable<(object?[] Keys, PSObject Value)> sorted, RowComparer comparer)
    {
        object?[]? before = null;
        foreach ((object?[] keys, PSObject value) in sorted)
        {
            if (before is null || comparer.Compare(before, keys) != 0)
                yield return (keys, value);
            before = keys;
        }
    }

    private IEnumerable<bool> Directions(IReadOnlyList<PropertyArgument> keys) =>
        keys.Count == 0 ? [Descending] : keys.Select(key => key.Descending ?? Descending);

    private sealed class RowComparer(ValueComparer values, bool[] descending) : IComparer<object?[]>
    {
        public int Compare(object?[]? x, object?[]? y)
        {
            for (int key = 0; key < descending.Length; key++)
            {
                int order = values.Compare(x![key], y![key]);
                if (order != 0)
                    return descending[key] ? -order : order;
            }

            return 0;
        }
    }
}

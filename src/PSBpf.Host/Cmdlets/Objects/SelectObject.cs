using System.Management.Automation;

namespace PSBpf.Host.Cmdlets;

/// <summary>Select-Object: takes some of the objects, and of those some of the properties.</summary>
[Cmdlet(VerbsCommon.Select, "Object", DefaultParameterSetName = Default)]
internal sealed class SelectObject : PSCmdlet
{
    private const string Default = "DefaultParameter";
    private const string SkipLastSet = "SkipLastParameter";
    private const string IndexSet = "IndexParameter";
    private const string SkipIndexSet = "SkipIndexParameter";

    private readonly Queue<PSObject> _held = new();
    private PropertySelection _selection = null!;
    private UniqueObjects? _unique;
    private HashSet<int> _indices = [];
    private int _position;
    private int _firstWritten;

    /// <summary>Gets or sets an object.</summary>
    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    /// <summary>Gets or sets the properties of the new objects.</summary>
    [Parameter(Position = 0, ParameterSetName = Default)]
    [Parameter(Position = 0, ParameterSetName = SkipLastSet)]
    public object[]? Property { get; set; }

    /// <summary>Gets or sets the properties that the new objects do not have.</summary>
    [Parameter(ParameterSetName = Default)]
    [Parameter(ParameterSetName = SkipLastSet)]
    public string[]? ExcludeProperty { get; set; }

    /// <summary>Gets or sets the property whose value stands for the object.</summary>
    [Parameter(ParameterSetName = Default)]
    [Parameter(ParameterSetName = SkipLastSet)]
    public string? ExpandProperty { get; set; }

    /// <summary>Gets or sets a value indicating whether equal objects are given once.</summary>
    [Parameter]
    public SwitchParameter Unique { get; set; }

    /// <summary>Gets or sets a value indicating whether -Unique takes upper and lower case for the same.</summary>
    [Parameter]
    public SwitchParameter CaseInsensitive { get; set; }

    /// <summary>Gets or sets how many objects to take from the end.</summary>
    [Parameter(ParameterSetName = Default)]
    [ValidateRange(0, int.MaxValue)]
    public int? Last { get; set; }

    /// <summary>Gets or sets how many objects to take from the beginning.</summary>
    [Parameter(ParameterSetName = Default)]
    [ValidateRange(0, int.MaxValue)]
    public int? First { get; set; }

    /// <summary>Gets or sets how many objects to leave out before the first that is taken.</summary>
    [Parameter(ParameterSetName = Default)]
    [ValidateRange(0, int.MaxValue)]
    public int Skip { get; set; }

    /// <summary>Gets or sets how many objects to leave out at the end.</summary>
    [Parameter(ParameterSetName = SkipLastSet)]
    [ValidateRange(0, int.MaxValue)]
    public int SkipLast { get; set; }

    /// <summary>Gets or sets a value indicating whether the commands before run on after the last object that is taken.</summary>
    [Parameter(ParameterSetName = Default)]
    [Parameter(ParameterSetName = IndexSet)]
    public SwitchParameter Wait { get; set; }

    /// <summary>Gets or sets the positions of the objects to take.</summary>
    [Parameter(ParameterSetName = IndexSet)]
    [ValidateRange(0, int.MaxValue)]
    public int[]? Index { get; set; }

    /// <summary>Gets or sets the positions of the objects to leave out.</summary>
    [Parameter(ParameterSetName = SkipIndexSet)]
    [ValidateRange(0, int.MaxValue)]
    public int[]? SkipIndex { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        _selection = new PropertySelection(this, Property, ExcludeProperty, ExpandProperty);
        if (Unique || CaseInsensitive)
            _unique = new UniqueObjects(!CaseInsensitive);
        _indices = [.. Index ?? SkipIndex ?? []];
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (InputObject is null)
            return;
        int position = _position++;
        switch (ParameterSetName)
        {
            case IndexSet:
                if (_indices.Contains(position))
                    Take(InputObject);
                if (!Wait && _indices.Count > 0 && position >= _indices.Max())
                    StopUpstream();
                break;
            case SkipIndexSet:
                if (!_indices.Contains(position))
                    Take(InputObject);
                break;
            case SkipLastSet:
                _held.Enqueue(InputObject);
                if (_held.Count > SkipLast)
                    Take(_held.Dequeue());
                break;
            default:
                ProcessDefault(InputObject, position);
                break;
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (Last is null)
            return;

        // With -Last, -Skip counts from the end unless -First claims it.
        int keep = First is null ? _held.Count - Skip : _held.Count;
        while (keep-- > 0)
            Take(_held.Dequeue());
    }

    private void ProcessDefault(PSObject value, int position)
    {
        bool skips = Skip > 0 && (First is not null || Last is null);
        if (skips && position < Skip)
            return;
        if (First is { } first)
        {
            if (_firstWritten < first)
            {
                _firstWritten++;
                Take(value);
            }
            else
            {
                Hold(value);
            }

            if (_firstWritten >= first && Last is null && !Wait)
                StopUpstream();
        }
        else if (Last is not null)
        {
            Hold(value);
        }
        else
        {
            Take(value);
        }
    }

    private void Hold(PSObject value)
    {
        if (Last is not { } last)
            return;
        _held.Enqueue(value);
        if (_held.Count > last + (First is null ? Skip : 0))
            _held.Dequeue();
    }

    private void Take(PSObject value)
    {
        foreach (object? result in _selection.Apply(value))
        {
            if (_unique is null || _unique.Add(result))
                WriteObject(result);
        }
    }

    private void StopUpstream() => throw EngineInternals.StopUpstream(this);
}

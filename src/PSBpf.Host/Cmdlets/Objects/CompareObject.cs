using System.Management.Automation;

namespace PSBpf.Host.Cmdlets;

/// <summary>Compare-Object: tells what two sets of objects have in common and what only one of them has.</summary>
[Cmdlet("Compare", "Object")]
internal sealed class CompareObject : PSCmdlet
{
    private const string Both = "==";
    private const string OnlyReference = "<=";
    private const string OnlyDifference = "=>";

    private readonly List<PSObject> _difference = [];
    private IReadOnlyList<PropertyArgument> _properties = [];
    private ValueComparer _comparer = new(caseSensitive: false);

    /// <summary>Gets or sets the objects to compare with.</summary>
    [Parameter(Position = 0, Mandatory = true)]
    [AllowEmptyCollection]
    public PSObject[] ReferenceObject { get; set; } = [];

    /// <summary>Gets or sets the objects to compare.</summary>
    [Parameter(Position = 1, Mandatory = true, ValueFromPipeline = true)]
    [AllowEmptyCollection]
    public PSObject[] DifferenceObject { get; set; } = [];

    /// <summary>Gets or sets the properties that are compared; the objects themselves when nothing is given.</summary>
    [Parameter]
    public object[]? Property { get; set; }

    /// <summary>Gets or sets a value indicating whether what differs is left out.</summary>
    [Parameter]
    public SwitchParameter ExcludeDifferent { get; set; }

    /// <summary>Gets or sets a value indicating whether what both have is given too.</summary>
    [Parameter]
    public SwitchParameter IncludeEqual { get; set; }

    /// <summary>Gets or sets a value indicating whether the objects themselves are given, with the indicator put onto them.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <summary>Gets or sets a value indicating whether upper and lower case differ.</summary>
    [Parameter]
    public SwitchParameter CaseSensitive { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        _properties = PropertyArgument.Read(this, Property, PropertyArgument.Calculated);
        _comparer = new ValueComparer(CaseSensitive);
    }

    /// <inheritdoc/>
    protected override void ProcessRecord() => _difference.AddRange(DifferenceObject);

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        // -ExcludeDifferent alone would leave nothing, so it means -IncludeEqual as well, as in pwsh.
        bool includeEqual = IncludeEqual || ExcludeDifferent;
        List<(PSObject Object, object?[] Keys)> reference = [.. ReferenceObject.Select(Row)];
        List<PSObject> added = [];
        foreach (PSObject value in _difference)
        {
            (PSObject Object, object?[] Keys) row = Row(value);
            int match = reference.FindIndex(other => other.Keys.Zip(row.Keys).All(pair => _comparer.Compare(pair.First, pair.Second) == 0));
            if (match < 0)
            {
                added.Add(value);
                continue;
            }

            PSObject common = reference[match].Object;
            reference.RemoveAt(match);
            if (includeEqual)
                Write(common, Both);
        }

        if (ExcludeDifferent)
            return;
        foreach (PSObject value in added)
            Write(value, OnlyDifference);
        foreach ((PSObject value, _) in reference)
            Write(value, OnlyReference);
    }

    private (PSObject Object, object?[] Keys) Row(PSObject value) =>
        (value, _properties.Count == 0 ? [value] : [.. _properties.Select(property => ValueOf(value, property))]);

    private static object? ValueOf(PSObject value, PropertyArgument property) =>
        property.Expression.GetValues(value) is [{ } result, ..] ? result.Result : null;

    private void Write(PSObject value, string side)
    {
        PSObject result = value;
        if (!PassThru)
        {
            result = new PSObject();
            if (_properties.Count == 0)
                result.Properties.Add(new PSNoteProperty("InputObject", value));
            foreach (PropertyArgument property in _properties)
                result.Properties.Add(new PSNoteProperty(property.Name ?? property.Expression.ToString(), ValueOf(value, property)));
        }

        result.Properties.Remove("SideIndicator");
        result.Properties.Add(new PSNoteProperty("SideIndicator", side));
        WriteObject(result);
    }
}

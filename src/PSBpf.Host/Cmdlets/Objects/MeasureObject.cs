using System.Globalization;
using System.Management.Automation;
using Microsoft.PowerShell.Commands;

namespace PSBpf.Host.Cmdlets;

/// <summary>Measure-Object: counts objects and sums up their values, or counts lines, words and characters of text.</summary>
[Cmdlet("Measure", "Object", DefaultParameterSetName = Generic)]
internal sealed class MeasureObject : PSCmdlet
{
    private const string Generic = "GenericMeasure";
    private const string Text = "TextMeasure";

    // Keyed by property name, in the order in which they appear; the empty name stands for the objects themselves.
    private readonly OrderedDictionary<string, NumberStatistic> _numbers = new(StringComparer.OrdinalIgnoreCase);
    private readonly OrderedDictionary<string, TextStatistic> _texts = new(StringComparer.OrdinalIgnoreCase);
    private IReadOnlyList<PSPropertyExpression> _properties = [];
    private int _objects;

    /// <summary>Gets or sets an object.</summary>
    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    /// <summary>Gets or sets the properties to measure; the objects themselves when nothing is given.</summary>
    [Parameter(Position = 0)]
    [ValidateNotNullOrEmpty]
    public object[]? Property { get; set; }

    /// <summary>Gets or sets a value indicating whether to give the standard deviation of a sample.</summary>
    [Parameter(ParameterSetName = Generic)]
    public SwitchParameter StandardDeviation { get; set; }

    /// <summary>Gets or sets a value indicating whether to give the sum.</summary>
    [Parameter(ParameterSetName = Generic)]
    public SwitchParameter Sum { get; set; }

    /// <summary>Gets or sets a value indicating whether to give all of these.</summary>
    [Parameter(ParameterSetName = Generic)]
    public SwitchParameter AllStats { get; set; }

    /// <summary>Gets or sets a value indicating whether to give the mean.</summary>
    [Parameter(ParameterSetName = Generic)]
    public SwitchParameter Average { get; set; }

    /// <summary>Gets or sets a value indicating whether to give the greatest value.</summary>
    [Parameter(ParameterSetName = Generic)]
    public SwitchParameter Maximum { get; set; }

    /// <summary>Gets or sets a value indicating whether to give the smallest value.</summary>
    [Parameter(ParameterSetName = Generic)]
    public SwitchParameter Minimum { get; set; }

    /// <summary>Gets or sets a value indicating whether to count lines.</summary>
    [Parameter(ParameterSetName = Text)]
    public SwitchParameter Line { get; set; }

    /// <summary>Gets or sets a value indicating whether to count words.</summary>
    [Parameter(ParameterSetName = Text)]
    public SwitchParameter Word { get; set; }

    /// <summary>Gets or sets a value indicating whether to count characters.</summary>
    [Parameter(ParameterSetName = Text)]
    public SwitchParameter Character { get; set; }

    /// <summary>Gets or sets a value indicating whether white space does not count as characters.</summary>
    [Parameter(ParameterSetName = Text)]
    public SwitchParameter IgnoreWhiteSpace { get; set; }

    private bool Numeric => Sum || Average || StandardDeviation || AllStats;

    /// <inheritdoc/>
    protected override void BeginProcessing() =>
        _properties = [.. PropertyArgument.Read(this, Property, PropertyArgument.Plain).Select(static argument => argument.Expression)];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (InputObject is null)
            return;
        _objects++;
        if (_properties.Count == 0)
        {
            Measure(string.Empty, InputObject.BaseObject);
            return;
        }

        foreach (PSPropertyExpression property in _properties)
        {
            string label = property.ToString();
            List<PSPropertyExpression> resolved = property.Script is null ? property.ResolveNames(InputObject) : [property];
            foreach (PSPropertyExpression single in resolved)
            {
                if (single.GetValues(InputObject) is [{ Exception: null } result, ..])
                    Measure(property.HasWildCardCharacters ? single.ToString() : label, result.Result);
            }
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        bool text = ParameterSetName == Text;
        foreach (PSPropertyExpression property in _properties.Where(property => !property.HasWildCardCharacters))
        {
            if (text ? _texts.ContainsKey(property.ToString()) : _numbers.ContainsKey(property.ToString()))
                continue;
            WriteError(new ErrorRecord(
                new PSArgumentException($"The property \"{property}\" cannot be found in the input for any objects."),
                text ? "TextMeasurePropertyNotFound" : "GenericMeasurePropertyNotFound",
                ErrorCategory.InvalidArgument,
                targetObject: null));
        }

        // Nothing measured is still an answer: a count of 0.
        if (_objects == 0 && _properties.Count == 0)
            WriteObject(text ? TextInfo(null, new TextStatistic()) : NumberInfo(null, new NumberStatistic()));
        foreach ((string name, TextStatistic statistic) in _texts)
            WriteObject(TextInfo(name, statistic));
        foreach ((string name, NumberStatistic statistic) in _numbers)
            WriteObject(NumberInfo(name, statistic));
    }

    private void Measure(string name, object? value)
    {
        value = value is PSObject wrapped ? wrapped.BaseObject : value;
        if (ParameterSetName == Text)
        {
            if (!_texts.TryGetValue(name, out TextStatistic? text))
                _texts.Add(name, text = new TextStatistic());
            text.Add(LanguagePrimitives.ConvertTo<string>(value), IgnoreWhiteSpace);
            return;
        }

        if (!_numbers.TryGetValue(name, out NumberStatistic? statistic))
            _numbers.Add(name, statistic = new NumberStatistic());
        double number = 0;
        if (Numeric && !LanguagePrimitives.TryConvertTo(value, CultureInfo.InvariantCulture, out number))
        {
            WriteError(new ErrorRecord(
                new PSInvalidCastException($"Input object \"{value}\" is not numeric."),
                "NonNumericInputObject",
                ErrorCategory.InvalidType,
                value));
            return;
        }

        statistic.Add(value, number);
    }

    private PSObject NumberInfo(string? name, NumberStatistic statistic)
    {
        bool any = statistic.Count > 0;
        return Info("Microsoft.PowerShell.Commands.GenericMeasureInfo",
            ("Count", statistic.Count),
            ("Average", any && (Average || AllStats) ? statistic.Sum / statistic.Count : null),
            ("Sum", any && (Sum || AllStats) ? statistic.Sum : null),
            ("Maximum", any && (Maximum || AllStats) ? NumberStatistic.Shown(statistic.Greatest) : null),
            ("Minimum", any && (Minimum || AllStats) ? NumberStatistic.Shown(statistic.Smallest) : null),
            ("StandardDeviation", any && (StandardDeviation || AllStats) ? statistic.StandardDeviation : null),
            ("Property", string.IsNullOrEmpty(name) ? null : name));
    }

    private PSObject TextInfo(string? name, TextStatistic statistic) => Info(
        "Microsoft.PowerShell.Commands.TextMeasureInfo",
        ("Lines", Line ? statistic.Lines : null),
        ("Words", Word ? statistic.Words : null),
        ("Characters", Character ? statistic.Characters : null),
        ("Property", string.IsNullOrEmpty(name) ? null : name));

    private static PSObject Info(string type, params (string Name, object? Value)[] properties)
    {
        var info = new PSObject();
        info.TypeNames.Insert(0, type);
        foreach ((string name, object? value) in properties)
            info.Properties.Add(new PSNoteProperty(name, value));
        return info;
    }

    private sealed class NumberStatistic
    {
        private static readonly ValueComparer Comparer = new(caseSensitive: false);
        private double _mean;
        private double _squares;

        public int Count { get; private set; }

        public double Sum { get; private set; }

        public object? Greatest { get; private set; }

        public object? Smallest { get; private set; }

        public double StandardDeviation => Count < 2 ? 0 : Math.Sqrt(_squares / (Count - 1));

        // Numbers are shown as numbers even when they came as text.
        public static object? Shown(object? value) =>
            LanguagePrimitives.TryConvertTo(value, CultureInfo.InvariantCulture, out double number) ? number : value;

        public void Add(object? value, double number)
        {
            Count++;
            Sum += number;
            if (Count == 1 || Comparer.Compare(value, Greatest) > 0)
                Greatest = value;
            if (Count == 1 || Comparer.Compare(value, Smallest) < 0)
                Smallest = value;

            // Welford's way to the sum of squared distances from the mean, which does not cancel for large values.
            double distance = number - _mean;
            _mean += distance / Count;
            _squares += distance * (number - _mean);
        }
    }

    private sealed class TextStatistic
    {
        public int Lines { get; private set; }

        public int Words { get; private set; }

        public int Characters { get; private set; }

        public void Add(string text, bool ignoreWhiteSpace)
        {
            Characters += ignoreWhiteSpace ? text.Count(static character => !char.IsWhiteSpace(character)) : text.Length;
            Words += text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length;
            if (text.Length > 0)
                Lines += text.AsSpan().TrimEnd('\n').Count('\n') + 1;
        }
    }
}

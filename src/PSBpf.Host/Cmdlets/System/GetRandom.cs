using System.Management.Automation;

namespace PSBpf.Host.Cmdlets;

/// <summary>Get-Random: gives random numbers, or some of the given objects.</summary>
[Cmdlet(VerbsCommon.Get, "Random", DefaultParameterSetName = NumberSet)]
internal sealed class GetRandom : PSCmdlet
{
    private const string NumberSet = "RandomNumberParameterSet";
    private const string ListSet = "RandomListItemParameterSet";
    private const string ShuffleSet = "ShuffleParameterSet";

    // -SetSeed holds for the session's later calls, as in pwsh.
    private static readonly Lock SeedLock = new();
    private static Random s_random = Random.Shared;

    private readonly List<object?> _objects = [];

    /// <summary>Gets or sets what the numbers stay below.</summary>
    [Parameter(ParameterSetName = NumberSet, Position = 0)]
    public object? Maximum { get; set; }

    /// <summary>Gets or sets the smallest number.</summary>
    [Parameter(ParameterSetName = NumberSet)]
    public object? Minimum { get; set; }

    /// <summary>Gets or sets the seed that decides the numbers from now on.</summary>
    [Parameter]
    public int? SetSeed { get; set; }

    /// <summary>Gets or sets how many to give.</summary>
    [Parameter(ParameterSetName = NumberSet)]
    [Parameter(ParameterSetName = ListSet)]
    [ValidateRange(1, int.MaxValue)]
    public int Count { get; set; } = 1;

    /// <summary>Gets or sets the objects to choose from.</summary>
    [Parameter(ParameterSetName = ListSet, ValueFromPipeline = true, Position = 0, Mandatory = true)]
    [Parameter(ParameterSetName = ShuffleSet, ValueFromPipeline = true, Position = 0, Mandatory = true)]
    [AllowNull]
    [AllowEmptyCollection]
    public object?[]? InputObject { get; set; }

    /// <summary>Gets or sets a value indicating whether to give all objects in a random order.</summary>
    [Parameter(ParameterSetName = ShuffleSet, Mandatory = true)]
    public SwitchParameter Shuffle { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        if (SetSeed is { } seed)
        {
            lock (SeedLock)
                s_random = new Random(seed);
        }
    }

    /// <inheritdoc/>
    protected override void ProcessRecord() => _objects.AddRange(InputObject ?? [null]);

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        lock (SeedLock)
        {
            if (ParameterSetName == NumberSet)
                WriteNumbers();
            else
                WriteChoice();
        }
    }

    private void WriteNumbers()
    {
        object? maximum = Number(Maximum);
        object? minimum = Number(Minimum);
        bool fraction = maximum is double || minimum is double;
        bool large = maximum is long || minimum is long;
        double low = Convert.ToDouble(minimum ?? 0, null);
        double high = Convert.ToDouble(maximum ?? (fraction ? double.MaxValue : large ? long.MaxValue : int.MaxValue), null);
        if (low >= high)
        {
            ThrowTerminatingError(new ErrorRecord(
                new ArgumentException($"The Minimum value ({low}) cannot be greater than or equal to the Maximum value ({high})."),
                "MinGreaterThanOrEqualMax", ErrorCategory.InvalidArgument, targetObject: null));
        }

        for (int index = 0; index < Count; index++)
        {
            if (fraction)
                WriteObject(low + (s_random.NextDouble() * (high - low)));
            else if (large)
                WriteObject(s_random.NextInt64(Convert.ToInt64(minimum ?? 0L, null), Convert.ToInt64(maximum ?? long.MaxValue, null)));
            else
                WriteObject(s_random.Next(Convert.ToInt32(minimum ?? 0, null), Convert.ToInt32(maximum ?? int.MaxValue, null)));
        }
    }

    private void WriteChoice()
    {
        object?[] objects = [.. _objects];
        s_random.Shuffle(objects);
        WriteObject(objects.Take(Shuffle ? objects.Length : Count), enumerateCollection: true);
    }

    // int, long or double, whichever holds the value.
    private static object? Number(object? value)
    {
        object? plain = value is PSObject wrapped ? wrapped.BaseObject : value;
        if (plain is null)
            return null;
        if (plain is string text)
            plain = LanguagePrimitives.ConvertTo<double>(text) is var number && number == Math.Floor(number) && !text.Contains('.', StringComparison.Ordinal) ? (long)number : number;
        return plain switch
        {
            double or float or decimal => (object)LanguagePrimitives.ConvertTo<double>(plain),
            _ when LanguagePrimitives.TryConvertTo(plain, out int small) => (object)small,
            _ => (object)LanguagePrimitives.ConvertTo<long>(plain),
        };
    }
}

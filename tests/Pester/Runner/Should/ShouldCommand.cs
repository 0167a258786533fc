using System.Management.Automation;

namespace PSBpf.Pester.Runner.Should;

/// <summary>Should, with the operators of the subset; each is a parameter set, so that an unknown one is a binding error.</summary>
[Cmdlet(VerbsLifecycle.Assert, "PSBpfSpecShould", DefaultParameterSetName = NoOperator)]
public sealed class ShouldCommand : PSCmdlet
{
    private const string NoOperator = "None";

    private readonly List<object?> _input = [];

    [Parameter(ValueFromPipeline = true)]
    public object? ActualValue { get; set; }

    [Parameter]
    public SwitchParameter Not { get; set; }

    [Parameter]
    public string? Because { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = nameof(Be))]
    public SwitchParameter Be { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = nameof(BeExactly))]
    public SwitchParameter BeExactly { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = nameof(BeTrue))]
    public SwitchParameter BeTrue { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = nameof(BeFalse))]
    public SwitchParameter BeFalse { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = nameof(BeNullOrEmpty))]
    public SwitchParameter BeNullOrEmpty { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = nameof(BeGreaterThan))]
    public SwitchParameter BeGreaterThan { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = nameof(BeGreaterOrEqual))]
    public SwitchParameter BeGreaterOrEqual { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = nameof(BeLessThan))]
    public SwitchParameter BeLessThan { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = nameof(BeLessOrEqual))]
    public SwitchParameter BeLessOrEqual { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = nameof(BeLike))]
    public SwitchParameter BeLike { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = nameof(Match))]
    public SwitchParameter Match { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = nameof(MatchExactly))]
    public SwitchParameter MatchExactly { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = nameof(Contain))]
    public SwitchParameter Contain { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = nameof(BeIn))]
    public SwitchParameter BeIn { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = nameof(HaveCount))]
    public SwitchParameter HaveCount { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = nameof(BeOfType))]
    public SwitchParameter BeOfType { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = nameof(Exist))]
    public SwitchParameter Exist { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = nameof(Throw))]
    public SwitchParameter Throw { get; set; }

    [Parameter(Position = 0, ParameterSetName = nameof(Be))]
    [Parameter(Position = 0, ParameterSetName = nameof(BeExactly))]
    [Parameter(Position = 0, ParameterSetName = nameof(BeGreaterThan))]
    [Parameter(Position = 0, ParameterSetName = nameof(BeGreaterOrEqual))]
    [Parameter(Position = 0, ParameterSetName = nameof(BeLessThan))]
    [Parameter(Position = 0, ParameterSetName = nameof(BeLessOrEqual))]
    [Parameter(Position = 0, ParameterSetName = nameof(BeLike))]
    [Parameter(Position = 0, ParameterSetName = nameof(Contain))]
    [Parameter(Position = 0, ParameterSetName = nameof(BeIn))]
    [Parameter(Position = 0, ParameterSetName = nameof(HaveCount))]
    [AllowNull]
    [AllowEmptyString]
    [AllowEmptyCollection]
    public object? ExpectedValue { get; set; }

    [Parameter(Position = 0, ParameterSetName = nameof(Match))]
    [Parameter(Position = 0, ParameterSetName = nameof(MatchExactly))]
    public object? RegularExpression { get; set; }

    [Parameter(Position = 0, ParameterSetName = nameof(BeOfType))]
    public object? ExpectedType { get; set; }

    [Parameter(Position = 0, ParameterSetName = nameof(Throw))]
    public string? ExpectedMessage { get; set; }

    [Parameter(ParameterSetName = nameof(Throw))]
    public string? ErrorId { get; set; }

    [Parameter(ParameterSetName = nameof(Throw))]
    public Type? ExceptionType { get; set; }

    [Parameter(ParameterSetName = nameof(Throw))]
    public SwitchParameter PassThru { get; set; }

    /// <summary>" because …," as Pester words it, or nothing.</summary>
    internal string Reason
    {
        get
        {
            string reason = (Because ?? "").Trim();
            if (reason.StartsWith("because ", StringComparison.OrdinalIgnoreCase))
                reason = reason["because ".Length..];
            return reason.Length == 0 ? "" : $" because {reason},";
        }
    }

    protected override void BeginProcessing()
    {
        if (ParameterSetName == NoOperator)
            throw new ArgumentException("Should needs an operator, as in: $value | Should -Be 1");
        if (MyInvocation.BoundParameters.ContainsKey("ErrorAction"))
            throw new ArgumentException("Should -ErrorAction is not in this Pester-compatible subset: a failed assertion ends its test.");
    }

    protected override void ProcessRecord() => _input.Add(ActualValue);

    protected override void EndProcessing()
    {
        ShouldOperator check = ShouldOperators.ByName[ParameterSetName];
        // Some operators look at all that came through the pipeline, the others at each object by itself.
        if (_input.Count == 0)
            Judge(check, null);
        else if (check.TakesCollection)
            Judge(check, _input.ToArray());
        else
            _input.ForEach(value => Judge(check, value));
    }

    private void Judge(ShouldOperator check, object? actual)
    {
        if (check.Failure(this, actual) is { } message)
        {
            ThrowTerminatingError(new ErrorRecord(
                new AssertionFailedException(message), "PesterAssertionFailed", ErrorCategory.InvalidResult, actual));
        }
    }

    /// <summary>Applies one of PowerShell's own operators, so that conversions and case rules are its own.</summary>
    internal object? Apply(string operation, object? left, object? right) =>
        InvokeCommand.InvokeScript($"$args[0] {operation} $args[1]", left, right) switch
        {
            { Count: 0 } => null,
            { Count: 1 } results => results[0],
            var results => results,
        };

    /// <summary>Whether PowerShell takes the operator's result for true.</summary>
    internal bool Holds(string operation, object? left, object? right) =>
        LanguagePrimitives.IsTrue(Apply(operation, left, right));
}

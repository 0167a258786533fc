using System.Management.Automation;
using System.Text.RegularExpressions;

namespace PSBpf.Pester.Runner.Should;

/// <summary>The operators of the subset, one row each.</summary>
internal static class ShouldOperators
{
    private static readonly ShouldOperator[] All =
    [
        new("Be", true, (should, actual) => Equality(should, actual, caseSensitive: false)),
        new("BeExactly", true, (should, actual) => Equality(should, actual, caseSensitive: true)),
        new("BeTrue", false, (should, actual) => Truth(should, actual, expected: true)),
        new("BeFalse", false, (should, actual) => Truth(should, actual, expected: false)),
        new("BeNullOrEmpty", true, NullOrEmpty),
        // The opposites fail where the other comparison holds, so that values without an order pass both, as in Pester.
        new("BeGreaterThan", false, (should, actual) => Order(should, actual, "greater than", "-le", "-gt")),
        new("BeGreaterOrEqual", false, (should, actual) => Order(should, actual, "greater than or equal to", "-lt", "-ge")),
        new("BeLessThan", false, (should, actual) => Order(should, actual, "less than", "-ge", "-lt")),
        new("BeLessOrEqual", false, (should, actual) => Order(should, actual, "less than or equal to", "-gt", "-le")),
        new("BeLike", false, (should, actual) => Verdict(
            should,
            should.Holds("-like", actual, should.ExpectedValue),
            $"like wildcard {Show(should.ExpectedValue)} to match {Show(actual)}",
            "it did not match",
            $"like wildcard {Show(should.ExpectedValue)} to not match {Show(actual)}",
            "it did match")),
        new("Match", false, (should, actual) => Pattern(should, actual, "-match", "regular expression")),
        new("MatchExactly", false, (should, actual) => Pattern(should, actual, "-cmatch", "regular expression with the same case")),
        new("Contain", true, (should, actual) => Verdict(
            should,
            should.Holds("-contains", actual, should.ExpectedValue),
            $"{Show(should.ExpectedValue)} to be found in collection {Show(actual)}",
            "it was not found",
            $"{Show(should.ExpectedValue)} to not be found in collection {Show(actual)}",
            "it was found")),
        new("BeIn", false, (should, actual) => Verdict(
            should,
            should.Holds("-contains", should.ExpectedValue, actual),
            $"collection {Show(should.ExpectedValue)} to contain {Show(actual)}",
            "it was not found",
            $"collection {Show(should.ExpectedValue)} to not contain {Show(actual)}",
            "it was found")),
        new("HaveCount", true, Count),
        new("BeOfType", false, OfType),
        new("Exist", false, (should, actual) => Verdict(
            should,
            should.InvokeProvider.Item.Exists(LanguagePrimitives.ConvertTo<string>(actual)),
            $"path {Show(actual)} to exist",
            "it did not exist",
            $"path {Show(actual)} to not exist",
            "it did exist")),
        new("Throw", false, ThrowOperator.Failure),
    ];

    public static IReadOnlyDictionary<string, ShouldOperator> ByName { get; } = All.ToDictionary(row => row.Name);

    private static string Show(object? value) => ValueText.Of(value);

    /// <summary>The message for a judgement, in Pester's order: expected, because, but.</summary>
    private static string? Verdict(
        ShouldCommand should, bool holds, string expected, string but, string notExpected, string notBut)
    {
        if (holds != should.Not)
            return null;
        return should.Not
            ? $"Expected {notExpected},{should.Reason} but {notBut}."
            : $"Expected {expected},{should.Reason} but {but}.";
    }

    private static string? Equality(ShouldCommand should, object? actual, bool caseSensitive)
    {
        string exactly = caseSensitive ? "exactly " : "";
        return Verdict(
            should,
            ArrayEquality.AreEqual(should, actual, should.ExpectedValue, caseSensitive),
            $"{exactly}{Show(should.ExpectedValue)}",
            $"got {Show(Single(actual))}",
            $"{Show(should.ExpectedValue)} to be different from the actual value",
            $"got {exactly}the same value");
    }

    // What came through the pipeline is an array even for one object; a message shows that object.
    private static object? Single(object? actual) => actual is object?[] { Length: 1 } only ? only[0] : actual;

    private static string? Truth(ShouldCommand should, object? actual, bool expected)
    {
        bool wanted = expected != should.Not;
        return LanguagePrimitives.IsTrue(actual) == wanted
            ? null
            : $"Expected {Show(wanted)},{should.Reason} but got {Show(actual)}.";
    }

    private static string? NullOrEmpty(ShouldCommand should, object? actual)
    {
        object?[] values = actual as object?[] ?? [];
        bool holds = values.Length switch
        {
            0 => true,
            1 => values[0] switch
            {
                null => true,
                PSObject { BaseObject: System.Collections.Hashtable table } => table.Count == 0,
                System.Collections.Hashtable table => table.Count == 0,
                object value => LanguagePrimitives.ConvertTo<string>(value).Length == 0,
            },
            _ => false,
        };
        return Verdict(should, holds, "$null or empty", $"got {Show(Single(actual))}", "a value", "got $null or empty");
    }

    private static string? Order(ShouldCommand should, object? actual, string words, string opposite, string same)
    {
        bool fails = should.Holds(should.Not ? same : opposite, actual, should.ExpectedValue);
        string not = should.Not ? "not to be" : "to be";
        return fails
            ? $"Expected the actual value {not} {words} {Show(should.ExpectedValue)},{should.Reason} but got {Show(actual)}."
            : null;
    }

    private static string? Pattern(ShouldCommand should, object? actual, string operation, string words) => Verdict(
        should,
        should.Holds(operation, actual, should.RegularExpression),
        $"{words} {Show(should.RegularExpression)} to match {Show(actual)}",
        "it did not match",
        $"{words} {Show(should.RegularExpression)} to not match {Show(actual)}",
        "it did match");

    private static string? Count(ShouldCommand should, object? actual)
    {
        int expected = LanguagePrimitives.ConvertTo<int>(should.ExpectedValue);
        ArgumentOutOfRangeException.ThrowIfNegative(expected, nameof(should.ExpectedValue));
        object?[] values = actual as object?[] ?? [];
        return Verdict(
            should,
            values.Length == expected,
            $"a collection with size {expected}",
            $"got collection with size {values.Length} {Show(values)}",
            $"a collection with size different from {expected}",
            $"got collection with that size {Show(values)}");
    }

    private static string? OfType(ShouldCommand should, object? actual)
    {
        object? wanted = should.ExpectedType is PSObject wrapped ? wrapped.BaseObject : should.ExpectedType;
        Type type = wanted as Type
            ?? LanguagePrimitives.ConvertTo<Type>(Regex.Replace($"{wanted}", @"^\[(.*)\]$", "$1"));
        string actualType = actual is null ? "$null" : Show((actual is PSObject value ? value.BaseObject : actual).GetType());
        return Verdict(
            should,
            should.Holds("-is", actual, type),
            $"the value to have type {Show(type)} or any of its subtypes",
            $"got {Show(actual)} with type {actualType}",
            $"the value to not have type {Show(type)} or any of its subtypes",
            $"got {Show(actual)} with type {actualType}");
    }
}

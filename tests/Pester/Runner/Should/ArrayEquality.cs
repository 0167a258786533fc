using System.Management.Automation;

namespace PSBpf.Pester.Runner.Should;

/// <summary>Equality as -Be and -BeExactly mean it: arrays item by item, everything else by PowerShell's -eq or -ceq.</summary>
internal static class ArrayEquality
{
    // A deeper one is most likely an array that contains itself.
    private const int DepthLimit = 100;

    public static bool AreEqual(ShouldCommand should, object? actual, object? expected, bool caseSensitive, int depth = 0)
    {
        if (depth > DepthLimit)
            throw new InvalidOperationException($"The arrays are nested more than {DepthLimit} deep; does one contain itself?");
        object?[]? first = ToArray(actual), second = ToArray(expected);
        // Nothing, an empty array and an array that holds only $null are the same to Pester.
        if (IsNothing(first) || IsNothing(second))
            return IsNothing(first) && IsNothing(second);
        if (first!.Length != second!.Length)
            return false;
        for (int i = 0; i < first.Length; i++)
        {
            bool equal = IsArray(first[i]) || IsArray(second[i])
                ? AreEqual(should, first[i], second[i], caseSensitive, depth + 1)
                : should.Holds(caseSensitive ? "-ceq" : "-eq", second[i], first[i]); // the expected value's type decides
            if (!equal)
                return false;
        }
        return true;
    }

    private static object?[]? ToArray(object? value) => value is null ? null : LanguagePrimitives.ConvertTo<object?[]>(value);

    private static bool IsNothing(object?[]? values) => values is null or [] or [null];

    private static bool IsArray(object? value) => (value is PSObject wrapped ? wrapped.BaseObject : value) is Array;
}

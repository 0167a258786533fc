using System.Globalization;
using System.Management.Automation;

namespace PSBpf.Host.Cmdlets;

/// <summary>Orders values as PowerShell's operators do: null first, numbers by value, text by culture, other types by their text.</summary>
/// <param name="caseSensitive">Whether upper and lower case differ.</param>
internal sealed class ValueComparer(bool caseSensitive) : IComparer<object?>, IEqualityComparer<object?>
{
    /// <inheritdoc/>
    public int Compare(object? x, object? y)
    {
        x = Plain(x);
        y = Plain(y);
        if (x is null || y is null)
            return (x is null ? 0 : 1) - (y is null ? 0 : 1);
        if (LanguagePrimitives.TryCompare(x, y, !caseSensitive, CultureInfo.CurrentCulture, out int order))
            return order;
        return CultureInfo.CurrentCulture.CompareInfo.Compare(
            PSObject.AsPSObject(x).ToString(),
            PSObject.AsPSObject(y).ToString(),
            caseSensitive ? CompareOptions.None : CompareOptions.IgnoreCase);
    }

    /// <inheritdoc/>
    bool IEqualityComparer<object?>.Equals(object? x, object? y) => Compare(x, y) == 0;

    /// <inheritdoc/>
    /// <remarks>Values that are equal may differ in type (1 and "1"), so all hash by their text.</remarks>
    public int GetHashCode(object? obj)
    {
        obj = Plain(obj);
        if (obj is null)
            return 0;
        string text = LanguagePrimitives.TryConvertTo(obj, CultureInfo.InvariantCulture, out double number)
            ? number.ToString("R", CultureInfo.InvariantCulture)
            : PSObject.AsPSObject(obj).ToString();
        return StringComparer.OrdinalIgnoreCase.GetHashCode(text);
    }

    private static object? Plain(object? value) =>
        value is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : value;
}

using System.Collections;
using System.Globalization;
using System.Management.Automation;

namespace PSBpf.Pester.Runner.Should;

/// <summary>Values as they appear in messages: close to how they would be written in PowerShell.</summary>
internal static class ValueText
{
    private const int ItemLimit = 20;
    private const int DepthLimit = 4;

    public static string Of(object? value) => Of(value, 0);

    private static string Of(object? value, int depth)
    {
        object? plain = value is PSObject wrapped ? wrapped.BaseObject : value;
        return plain switch
        {
            null => "$null",
            string text => $"'{text}'",
            char letter => $"'{letter}'",
            bool truth => truth ? "$true" : "$false",
            Type type => $"[{LanguagePrimitives.ConvertTypeNameToPSTypeName(type.FullName ?? type.Name).Trim('[', ']')}]",
            ScriptBlock block => $"{{{block}}}",
            DateTime time => time.ToString("o", CultureInfo.InvariantCulture),
            Enum member => member.ToString(),
            IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
            _ when depth == DepthLimit => "…",
            IDictionary entries => $"@{{{List(entries.Cast<DictionaryEntry>().Select(e => $"{e.Key}={Of(e.Value, depth + 1)}"), "; ")}}}",
            IEnumerable items => $"@({List(items.Cast<object?>().Select(item => Of(item, depth + 1)), ", ")})",
            PSCustomObject => $"{value}",
            _ => $"[{plain.GetType().Name}] {value}",
        };
    }

    private static string List(IEnumerable<string> items, string separator)
    {
        List<string> shown = [.. items.Take(ItemLimit + 1)];
        if (shown.Count > ItemLimit)
            shown[ItemLimit] = "…";
        return string.Join(separator, shown);
    }
}

using System.Collections;
using System.Globalization;
using PSBpf.Btf;

namespace PSBpf.Viewer;

/// <summary>Keys, values and events on one line.</summary>
internal static class ValueText
{
    /// <summary>Structures as <c>a=1 b=2</c>, those inside of others in braces; bytes in hexadecimal.</summary>
    public static string Of(object? value) => value switch
    {
        null => "",
        BtfRecord record => string.Join(' ', record.Select(member => $"{member.Key}={Nested(member.Value)}")),
        byte[] bytes => Convert.ToHexString(bytes).ToLowerInvariant(),
        string text => text,
        IDictionary others => string.Join(' ', others.Cast<DictionaryEntry>().Select(entry => $"{entry.Key}={Nested(entry.Value)}")),
        IEnumerable items => $"[{string.Join(", ", items.Cast<object?>().Select(Nested))}]",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };

    private static string Nested(object? value) => value is BtfRecord or IDictionary ? $"{{{Of(value)}}}" : Of(value);
}

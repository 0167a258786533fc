using System.Globalization;
using System.Management.Automation;
using System.Numerics;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace PSBpf.Host.Cmdlets;

/// <summary>Makes objects of JSON as PowerShell's ConvertFrom-Json does.</summary>
internal static partial class JsonReader
{
    /// <summary>Makes the object of a JSON value.</summary>
    /// <param name="element">The value.</param>
    /// <param name="asHashtable">Whether objects become hashtables that keep their order and the case of names.</param>
    /// <returns>The object.</returns>
    /// <exception cref="PSArgumentException">An object's names cannot be property names.</exception>
    public static object? Read(JsonElement element, bool asHashtable) => element.ValueKind switch
    {
        JsonValueKind.Object => asHashtable ? ReadHashtable(element) : ReadObject(element),
        JsonValueKind.Array => element.EnumerateArray().Select(item => Read(item, asHashtable)).ToArray(),
        JsonValueKind.String => ReadText(element.GetString()!),
        JsonValueKind.Number => ReadNumber(element),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };

    private static PSObject ReadObject(JsonElement element)
    {
        var result = new PSObject();
        foreach (JsonProperty property in element.EnumerateObject())
        {
            if (property.Name.Length == 0)
                throw new PSArgumentException("The provided JSON includes a property whose name is an empty string; this is only supported using the -AsHashTable switch.");
            if (result.Properties[property.Name] is { } existing)
            {
                if (existing.Name != property.Name)
                {
                    throw new PSArgumentException(
                        $"The JSON contains keys that differ in case only: '{existing.Name}' and '{property.Name}'. Use the -AsHashTable switch instead.");
                }

                result.Properties.Remove(property.Name); // of equal names the last counts
            }

            result.Properties.Add(new PSNoteProperty(property.Name, Read(property.Value, asHashtable: false)));
        }

        return result;
    }

    private static OrderedHashtable ReadHashtable(JsonElement element)
    {
        var table = new OrderedHashtable();
        foreach (JsonProperty property in element.EnumerateObject())
            table[property.Name] = Read(property.Value, asHashtable: true);
        return table;
    }

    private static object ReadNumber(JsonElement element)
    {
        if (element.TryGetInt64(out long whole))
            return whole;
        string text = element.GetRawText();
        return text.AsSpan().IndexOfAny('.', 'e', 'E') < 0
            ? BigInteger.Parse(text, CultureInfo.InvariantCulture)
            : element.GetDouble();
    }

    // Text in the form of a time is a time, as everywhere in PowerShell's JSON.
    private static object ReadText(string text) =>
        Time().IsMatch(text)
        && DateTime.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out DateTime time)
            ? time
            : text;

    [GeneratedRegex(@"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:?\d{2})?$")]
    private static partial Regex Time();
}

using System.Management.Automation;
using System.Text;

namespace PSBpf.Host.Cmdlets;

/// <summary>Writes objects as lines of comma-separated values. The first object decides the columns.</summary>
/// <param name="format">The form of the lines.</param>
internal sealed class CsvWriter(CsvFormat format)
{
    private string[]? _columns;

    /// <summary>Gets the columns, or null before the first object.</summary>
    public IReadOnlyList<string>? Columns => _columns;

    /// <summary>Decides the columns by names that are there already, as in a file that is appended to.</summary>
    /// <param name="columns">The names.</param>
    public void UseColumns(string[] columns) => _columns = columns;

    /// <summary>Gives the lines for an object.</summary>
    /// <param name="value">The object.</param>
    /// <returns>One line; before it, for the first object, those that head the table.</returns>
    public IEnumerable<string> Lines(PSObject value)
    {
        if (_columns is null)
        {
            _columns = [.. NamesOf(value)];
            if (format.TypeInformation)
                yield return "#TYPE " + value.TypeNames.FirstOrDefault();
            if (!format.NoHeader)
                yield return Line(_columns.Select(static name => (name, (string?)name)));
        }

        yield return Line(_columns.Select(name => (name, TextOf(value, name))));
    }

    /// <summary>Gets the names of an object's columns.</summary>
    /// <param name="value">The object.</param>
    /// <returns>The names of its properties, or a dictionary's keys.</returns>
    public static IEnumerable<string> NamesOf(PSObject value) =>
        value.BaseObject is System.Collections.IDictionary dictionary
            ? dictionary.Keys.Cast<object>().Select(static key => LanguagePrimitives.ConvertTo<string>(key))
            : value.Properties.Where(static property => property.IsGettable).Select(static property => property.Name);

    private static string? TextOf(PSObject value, string name)
    {
        try
        {
            object? content = value.BaseObject is System.Collections.IDictionary dictionary ? dictionary[name] : value.Properties[name]?.Value;
            return content is null ? null : PSObject.AsPSObject(content).ToString();
        }
        catch (GetValueException)
        {
            return null;
        }
    }

    private string Line(IEnumerable<(string Name, string? Text)> fields)
    {
        var line = new StringBuilder();
        bool first = true;
        foreach ((string name, string? text) in fields)
        {
            if (!first)
                line.Append(format.Delimiter);
            first = false;
            if (text is null)
                continue; // nothing, as against an empty text
            if (format.MustQuote(name, text))
                line.Append('"').Append(text.Replace("\"", "\"\"", StringComparison.Ordinal)).Append('"');
            else
                line.Append(text);
        }

        return line.ToString();
    }
}

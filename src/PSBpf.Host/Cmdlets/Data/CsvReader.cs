using System.Management.Automation;
using System.Text;

namespace PSBpf.Host.Cmdlets;

/// <summary>Reads comma-separated values (RFC 4180; a line end may stand within quotes).</summary>
internal static class CsvReader
{
    /// <summary>Reads records.</summary>
    /// <param name="reader">The text.</param>
    /// <param name="delimiter">What separates fields.</param>
    /// <returns>The fields of each record; null where nothing stands, not even quotes. Empty lines are no records.</returns>
    public static IEnumerable<string?[]> Read(TextReader reader, char delimiter)
    {
        var fields = new List<string?>();
        var field = new StringBuilder();
        bool quoted = false;
        bool within = false;
        int next;
        while ((next = reader.Read()) >= 0)
        {
            char character = (char)next;
            if (within)
            {
                if (character != '"')
                    field.Append(character);
                else if (reader.Peek() == '"')
                    field.Append((char)reader.Read()); // a doubled quote is a quote
                else
                    within = false;
            }
            else if (character == '"' && field.ToString().AsSpan().Trim().IsEmpty)
            {
                field.Clear();
                quoted = within = true;
            }
            else if (character == delimiter)
            {
                EndField();
            }
            else if (character is '\n' or '\r')
            {
                if (character == '\r' && reader.Peek() == '\n')
                    reader.Read();
                if (EndRecord() is { } record)
                    yield return record;
            }
            else
            {
                field.Append(character);
            }
        }

        if (EndRecord() is { } last)
            yield return last;

        void EndField()
        {
            fields.Add(quoted ? field.ToString() : field.Length == 0 ? null : field.ToString());
            field.Clear();
            quoted = false;
        }

        string?[]? EndRecord()
        {
            if (fields.Count == 0 && field.Length == 0 && !quoted)
                return null;
            EndField();
            string?[] record = [.. fields];
            fields.Clear();
            return record;
        }
    }

    /// <summary>Makes objects of records.</summary>
    /// <param name="cmdlet">The cmdlet, which warns of columns without a name.</param>
    /// <param name="reader">The text.</param>
    /// <param name="delimiter">What separates fields.</param>
    /// <param name="header">The names of the columns, or null when the first record has them.</param>
    /// <returns>The objects.</returns>
    public static IEnumerable<PSObject> Objects(PSCmdlet cmdlet, TextReader reader, char delimiter, string[]? header)
    {
        string[]? names = header;
        string? type = null;
        foreach (string?[] record in Read(reader, delimiter))
        {
            if (names is null)
            {
                if (record[0] is { } mark && mark.StartsWith("#TYPE ", StringComparison.OrdinalIgnoreCase))
                {
                    type = mark["#TYPE ".Length..];
                    continue;
                }

                names = [.. record.Select(static (name, index) => string.IsNullOrEmpty(name) ? $"H{index + 1}" : name)];
                if (record.Any(string.IsNullOrEmpty))
                    cmdlet.WriteWarning("One or more headers were not specified. Default names starting with \"H\" have been used in place of any missing headers.");
                continue;
            }

            var result = new PSObject();
            if (type is not null)
                result.TypeNames.Insert(0, "CSV:" + type);
            for (int column = 0; column < names.Length; column++)
                result.Properties.Add(new PSNoteProperty(names[column], column < record.Length ? record[column] ?? string.Empty : null));
            yield return result;
        }
    }
}

namespace PSBpf.Host.Cmdlets;

/// <summary>When a field is put in quotes.</summary>
internal enum CsvQuotes
{
    /// <summary>Never.</summary>
    Never,

    /// <summary>Always.</summary>
    Always,

    /// <summary>When it contains the delimiter, a quote or a line end.</summary>
    AsNeeded,
}

/// <summary>The form of comma-separated values.</summary>
/// <param name="Delimiter">What separates fields.</param>
/// <param name="Quotes">When fields are put in quotes.</param>
/// <param name="QuoteFields">The only columns to put in quotes, or null.</param>
/// <param name="NoHeader">Whether the line with the names is left out.</param>
/// <param name="TypeInformation">Whether the type stands in a line above the names.</param>
internal sealed record CsvFormat(char Delimiter, CsvQuotes Quotes, string[]? QuoteFields, bool NoHeader, bool TypeInformation)
{
    /// <summary>Decides whether a field is put in quotes.</summary>
    /// <param name="column">The column's name.</param>
    /// <param name="text">The field.</param>
    /// <returns>Whether it is.</returns>
    public bool MustQuote(string column, string text) => QuoteFields is not null
        ? QuoteFields.Contains(column, StringComparer.OrdinalIgnoreCase)
        : Quotes == CsvQuotes.Always || (Quotes == CsvQuotes.AsNeeded && text.AsSpan().IndexOfAny([Delimiter, '"', '\n', '\r']) >= 0);
}

namespace PSBpf.Viewer;

/// <summary>A column of a table.</summary>
/// <typeparam name="T">What a row is.</typeparam>
/// <param name="Id">Its name for options and tests: the property it shows.</param>
/// <param name="Header">What stands above it.</param>
/// <param name="Width">The fewest cells it is worth showing with.</param>
/// <param name="Text">The cell of a row; the number is how many cells there are for it.</param>
internal sealed record Column<T>(string Id, string Header, int Width, Func<T, int, Cell> Text)
{
    /// <summary>The most cells it makes use of; the same as the fewest for one that does not grow.</summary>
    public int Most { get; init; }

    /// <summary>Which columns stay where there is not room for all: the lowest first.</summary>
    public int Rank { get; init; }

    /// <summary>Whether it ends at its right edge, as numbers do.</summary>
    public bool Right { get; init; }

    /// <summary>How rows are ordered by it; null when they cannot be.</summary>
    public Comparison<T>? Order { get; init; }

    /// <summary>Whether it begins with the greatest.</summary>
    public bool GreatestFirst { get; init; }

    /// <summary>What the picker says of it.</summary>
    public string Help { get; init; } = "";
}

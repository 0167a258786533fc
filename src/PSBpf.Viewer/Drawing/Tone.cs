namespace PSBpf.Viewer;

/// <summary>What a piece of text is, from which the theme makes its colour.</summary>
internal enum Tone
{
    /// <summary>Text as the terminal shows it.</summary>
    Normal,

    /// <summary>What matters less.</summary>
    Dim,

    /// <summary>What stands out.</summary>
    Strong,

    /// <summary>The first line of the screen.</summary>
    Banner,

    /// <summary>The names of a table's columns.</summary>
    Heading,

    /// <summary>The column that a table is sorted by.</summary>
    SortedHeading,

    /// <summary>The row that keys act on.</summary>
    Selected,

    /// <summary>Lines of graphs, and lines of C.</summary>
    Graph,

    /// <summary>What is as it should be.</summary>
    Good,

    /// <summary>What was lost, refused or failed.</summary>
    Bad,

    /// <summary>A cell that was different at the last look.</summary>
    Changed,

    /// <summary>A key's name in the last line.</summary>
    KeyName,

    /// <summary>What that key does.</summary>
    KeyLabel,

    /// <summary>A text that is being typed.</summary>
    Input,

    /// <summary>The place where the next letter goes.</summary>
    Caret,

    /// <summary>A question in front of the page.</summary>
    Dialog,
}

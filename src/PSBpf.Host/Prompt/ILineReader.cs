namespace PSBpf.Host.Prompt;

/// <summary>Reads the lines that a person types.</summary>
internal interface ILineReader
{
    /// <summary>Reads a line.</summary>
    /// <param name="prompt">The text before it; escape sequences in it are the terminal's.</param>
    /// <returns>The line.</returns>
    LineRead Read(string prompt);

    /// <summary>Takes commands into the history.</summary>
    /// <param name="commands">The commands, of one or several lines.</param>
    void Remember(string commands);
}

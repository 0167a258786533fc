namespace PSBpf.Host.Prompt;

/// <summary>Reads lines where the terminal cannot be edited on: the system's own line input, without completion or history.</summary>
/// <param name="output">Where the prompt is written.</param>
/// <param name="input">Where lines come from.</param>
internal sealed class PlainLineReader(TextWriter output, TextReader input) : ILineReader
{
    /// <inheritdoc/>
    public LineRead Read(string prompt)
    {
        output.Write(prompt);
        output.Flush();
        return input.ReadLine() is { } line ? new LineRead(line, Ended: false) : LineRead.End;
    }

    /// <inheritdoc/>
    public void Remember(string commands)
    {
        // There is nothing to recall them with.
    }
}

using System.Management.Automation;
using PSBpf.Host.Execution;

namespace PSBpf.Host.Prompt;

/// <summary>Completes what is typed, through the session's TabExpansion2 function.</summary>
/// <param name="session">The session, whose commands and variables are offered.</param>
internal sealed class Completer(HostSession session)
{
    private CommandCompletion? _current;
    private string _before = string.Empty;
    private string _after = string.Empty;
    private (string Text, int Cursor) _given;

    /// <summary>Gives the next completion: another one for what it gave last, or the first for a line that was changed.</summary>
    /// <param name="text">The line.</param>
    /// <param name="cursor">The cursor's place in it.</param>
    /// <param name="backwards">Whether to go to the one before instead.</param>
    /// <returns>The new line and the cursor's place, or null when there is no completion.</returns>
    public (string Text, int Cursor)? Next(string text, int cursor, bool backwards)
    {
        if (_current is null || _given != (text, cursor))
            Begin(text, cursor);
        if (_current is null || _current.GetNextResult(!backwards) is not { } result)
            return null;
        string line = _before + result.CompletionText;
        _given = (line + _after, line.Length);
        return _given;
    }

    /// <summary>Gives all completions.</summary>
    /// <param name="text">The line.</param>
    /// <param name="cursor">The cursor's place in it.</param>
    /// <returns>Their short texts.</returns>
    public IReadOnlyList<string> All(string text, int cursor) =>
        Complete(text, cursor)?.CompletionMatches.Select(static match => match.ListItemText).ToList() ?? [];

    private void Begin(string text, int cursor)
    {
        _current = Complete(text, cursor);
        if (_current is null)
            return;
        _before = text[.._current.ReplacementIndex];
        _after = text[(_current.ReplacementIndex + _current.ReplacementLength)..];
    }

    private CommandCompletion? Complete(string text, int cursor)
    {
        (IReadOnlyList<PSObject> output, _) = session.Evaluate(shell => shell
            .AddCommand("TabExpansion2")
            .AddParameter("inputScript", text)
            .AddParameter("cursorColumn", cursor));
        return output is [{ BaseObject: CommandCompletion { CompletionMatches.Count: > 0 } completion }, ..] ? completion : null;
    }
}

using PSBpf.Diagnostics;

namespace PSBpf.Isa;

/// <summary>How far a line could be read, and what could have stood where it could not be read any more.</summary>
internal sealed class LineFailure
{
    private const int MostShown = 6;

    private readonly List<string> _expected = [];

    /// <summary>Tokens that at least one form takes.</summary>
    public int Reached { get; private set; }

    /// <summary>Takes down one attempt.</summary>
    /// <param name="at">The token that did not fit.</param>
    /// <param name="match">The attempt.</param>
    /// <param name="expected">What its pattern has there; empty for the end of the line.</param>
    public void Note(int at, LineMatch match, string expected)
    {
        if (at < Reached || at == 0) return;
        if (at > Reached)
        {
            Reached = at;
            _expected.Clear();
        }

        string text = match.Describe(expected);
        if (!_expected.Contains(text)) _expected.Add(text);
    }

    /// <summary>The failure of the notation in which more of the line could be read; of both when it is as much.</summary>
    public static LineFailure Farther(LineFailure one, LineFailure other)
    {
        if (one.Reached != other.Reached) return one.Reached > other.Reached ? one : other;
        one._expected.AddRange(other._expected.Except(one._expected));
        return one;
    }

    /// <summary>The error for the line.</summary>
    public BpfException Error(string line, List<NotationToken> tokens, int number, string hint)
    {
        if (Reached == 0)
            return Assembler.Error(DiagnosticRules.AssemblySyntax, number, tokens[0].Column, $"'{line.Trim()}' is no instruction: none begins with '{tokens[0].Text}'.{hint}");
        string shown = string.Join(", ", _expected.Take(MostShown));
        int last = shown.LastIndexOf(", ", StringComparison.Ordinal);
        if (_expected.Count > MostShown) shown += " …";
        else if (last >= 0) shown = $"{shown[..last]} or {shown[(last + 2)..]}";
        bool ends = Reached >= tokens.Count;
        return Assembler.Error(
            DiagnosticRules.AssemblySyntax, number, ends ? line.Length : tokens[Reached].Column,
            $"'{line.Trim()}' is no instruction: expected {shown} {(ends ? "at its end" : $"where '{tokens[Reached].Text}' stands")}.{hint}");
    }
}

using PSBpf.Diagnostics;

namespace PSBpf.Isa;

/// <summary>How far a line could be read, and what could have stood where it could not be read any more.</summary>
internal sealed class LineFailure
{
    private const int MostShown = 6;

    // A word of three letters is not like every other word of three letters.
    private const int ShortestWord = 3, MostEdits = 1;

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
        {
            string like = Nearest(tokens[0].Text) is { } word ? $" '{word}' is the nearest." : "";
            return Assembler.Error(DiagnosticRules.AssemblySyntax, number, tokens[0].Column, $"'{line.Trim()}' is no instruction: none begins with '{tokens[0].Text}'.{like}{hint}");
        }

        string shown = string.Join(", ", _expected.Take(MostShown));
        int last = shown.LastIndexOf(", ", StringComparison.Ordinal);
        if (_expected.Count > MostShown) shown += " …";
        else if (last >= 0) shown = $"{shown[..last]} or {shown[(last + 2)..]}";
        bool ends = Reached >= tokens.Count;
        return Assembler.Error(
            DiagnosticRules.AssemblySyntax, number, ends ? line.Length : tokens[Reached].Column,
            $"'{line.Trim()}' is no instruction: expected {shown} {(ends ? "at its end" : $"where '{tokens[Reached].Text}' stands")}.{hint}");
    }

    private static string? Nearest(string word)
    {
        if (word.Length < ShortestWord) return null;
        foreach (var notation in (Notation[])[Notation.Mnemonic, Notation.Kernel])
        {
            foreach (var pattern in NotationPattern.All(notation))
            {
                string first = pattern.Tokens[0];
                if (first.Length >= ShortestWord && char.IsAsciiLetter(first[0]) && Edits(word, first) <= MostEdits) return first;
            }
        }

        return null;
    }

    // Levenshtein's distance, with one row of the matrix.
    private static int Edits(string from, string to)
    {
        var row = new int[to.Length + 1];
        for (int column = 0; column < row.Length; column++) row[column] = column;
        for (int line = 1; line <= from.Length; line++)
        {
            int diagonal = row[0];
            row[0] = line;
            for (int column = 1; column < row.Length; column++)
            {
                int replaced = diagonal + (from[line - 1] == to[column - 1] ? 0 : 1);
                diagonal = row[column];
                row[column] = Math.Min(replaced, Math.Min(row[column], row[column - 1]) + 1);
            }
        }

        return row[^1];
    }
}

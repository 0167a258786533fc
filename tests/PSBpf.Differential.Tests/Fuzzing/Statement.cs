using System.Globalization;
using System.Text;

namespace PSBpf.Differential.Tests.Fuzzing;

/// <summary>A piece of a random program: lines of assembly, perhaps around further pieces, so that a failing program can be made smaller piece by piece.</summary>
/// <param name="Head">Lines before the body; <c>{label}</c> is where the piece ends, <c>{loop}</c> where its body begins.</param>
/// <param name="Body">What it contains.</param>
/// <param name="Foot">Lines after the body.</param>
internal sealed record Statement(string Head, IReadOnlyList<Statement> Body, string Foot = "")
{
    public static Statement Line(string text) => new(text, []);

    /// <summary>How many pieces there are.</summary>
    public int Size => 1 + Body.Sum(inner => inner.Size);

    public void Write(StringBuilder text, ref int labels)
    {
        string label = $"l{(labels++).ToString(CultureInfo.InvariantCulture)}";
        bool jumps = Head.Contains("{label}", StringComparison.Ordinal) || Foot.Contains("{label}", StringComparison.Ordinal);
        if (Head.Length > 0) text.Append(Named(Head, label)).Append('\n');
        if (Foot.Contains("{loop}", StringComparison.Ordinal)) text.Append(CultureInfo.InvariantCulture, $"{label}_loop:\n");
        foreach (var inner in Body) inner.Write(text, ref labels);
        if (Foot.Length > 0) text.Append(Named(Foot, label)).Append('\n');
        if (jumps) text.Append(CultureInfo.InvariantCulture, $"{label}:\n");
    }

    /// <summary>Everything that is one step smaller: without one of its pieces, with a piece's contents in its place, or with a smaller piece.</summary>
    public static IEnumerable<IReadOnlyList<Statement>> Smaller(IReadOnlyList<Statement> statements)
    {
        for (int half = statements.Count / 2; half > 1; half /= 2)
            for (int from = 0; from + half <= statements.Count; from += half)
                yield return [.. statements.Take(from), .. statements.Skip(from + half)];
        for (int index = 0; index < statements.Count; index++)
        {
            var statement = statements[index];
            yield return [.. statements.Take(index), .. statements.Skip(index + 1)];
            if (statement.Body.Count == 0) continue;
            yield return [.. statements.Take(index), .. statement.Body, .. statements.Skip(index + 1)];
            foreach (var body in Smaller(statement.Body))
                yield return [.. statements.Take(index), statement with { Body = body }, .. statements.Skip(index + 1)];
        }
    }

    private static string Named(string text, string label) =>
        text.Replace("{label}", label, StringComparison.Ordinal).Replace("{loop}", label + "_loop", StringComparison.Ordinal);
}

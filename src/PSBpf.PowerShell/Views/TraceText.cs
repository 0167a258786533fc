using System.Globalization;
using System.Text;
using PSBpf.Runtime.Tracing;

namespace PSBpf.PowerShell;

/// <summary>An executed instruction as a trace shows it: the line of C when another begins, the instruction, and what it did beside it.</summary>
public static class TraceText
{
    private const int EffectColumn = 44;
    private const int Indent = 2;
    private const int Below = 12;
    private const string Separator = " · ";

    /// <summary>Writes a step.</summary>
    /// <param name="step">The step.</param>
    /// <param name="color">Whether to colour it with escape sequences.</param>
    /// <param name="width">Columns that there are.</param>
    public static string Render(BpfTraceStep step, bool color, int width)
    {
        ArgumentNullException.ThrowIfNull(step);
        var paint = new Paint(color);
        var text = new StringBuilder();
        string margin = new(' ', step.Depth * Indent);
        if (step.StartsProgram) text.Append(margin).Append(paint.Strong($"{step.Program}:")).AppendLine();
        if (step is { StartsLine: true, Source: { } source }) text.Append(margin).Append(paint.Source(SourceText.Line(source, width - margin.Length))).AppendLine();
        string start = string.Create(CultureInfo.InvariantCulture, $"{margin}{step.Index,6}  ");
        text.Append(paint.Dim(start)).Append(step.Text);
        AppendEffects(text, paint, start.Length + step.Text.Length, [.. Effects(step, paint)], width);
        return text.ToString();
    }

    private static IEnumerable<(string Text, Func<string, string> Paint)> Effects(BpfTraceStep step, Paint paint)
    {
        static string Plain(string text) => text;
        if (step.Taken is { } taken) yield return (taken ? "taken" : "not taken", taken ? paint.Good : paint.Dim);
        foreach (var access in step.Memory) yield return (access.ToString(), Plain);
        if (step.Helper is { } helper) yield return (helper.ToString(), Plain);
        foreach (var change in step.Registers)
        {
            // Its result is said already.
            if (step.Helper is not null && change.Name == "r0") continue;
            yield return (change.ToString(), paint.Good);
        }

        if (step.Verdict.Length > 0) yield return ($"→ {step.Verdict}", paint.Strong);
        if (step.Fault.Length > 0) yield return ($"stopped: {step.Fault}", paint.Bad);
    }

    // Beside the instruction where there is room, else below.
    private static void AppendEffects(StringBuilder text, Paint paint, int used, (string Text, Func<string, string> Paint)[] effects, int width)
    {
        int at = used;
        foreach (var (effect, color) in effects)
        {
            bool first = at == used;
            int from = first ? Math.Max(Math.Min(EffectColumn, width / 2), at + 2) : at + Separator.Length;
            if (from + effect.Length <= width)
            {
                text.Append(first ? new string(' ', from - at) : paint.Dim(Separator));
            }
            else
            {
                from = Below;
                text.AppendLine().Append(' ', from);
            }

            // What is wider than the screen goes on below itself.
            string rest = effect;
            while (rest.Length > width - from && rest.LastIndexOf(' ', width - from) is > 0 and var cut)
            {
                text.Append(color(rest[..cut])).AppendLine().Append(' ', from);
                rest = rest[(cut + 1)..];
            }

            text.Append(color(rest));
            at = from + rest.Length;
        }
    }
}

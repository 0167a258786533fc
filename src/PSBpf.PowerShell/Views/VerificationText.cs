using System.Globalization;
using System.Text;
using PSBpf.Diagnostics;
using PSBpf.Kernel;

namespace PSBpf.PowerShell;

/// <summary>A verifier's report as text: one quiet line for what is accepted, an explanation for what is refused.</summary>
public static class VerificationText
{
    private const int Label = 9;

    /// <summary>Writes a report.</summary>
    /// <param name="report">The report.</param>
    /// <param name="color">Whether to colour it with escape sequences.</param>
    public static string Render(BpfVerification report, bool color)
    {
        ArgumentNullException.ThrowIfNull(report);
        var paint = new Paint(color);
        return report.Accepted ? Accepted(report, paint) : Refused(report, paint);
    }

    private static string Accepted(BpfVerification report, Paint paint)
    {
        var text = new StringBuilder(string.Create(CultureInfo.InvariantCulture,
            $"{report.Name}  {paint.Good("accepted")}  {Milliseconds(report.Duration)} ms, {report.ProcessedInstructions} instructions processed, {report.StackDepth} bytes of stack"));
        if (report.Kernel != BpfKernelKind.Managed) text.Append($" ({report.Kernel})");
        if (!report.Runnable && report.Unsupported.Count > 0)
            text.AppendLine().Append(Line(paint, "but", $"it cannot run in the {report.Kernel} kernel, which has no {string.Join(", ", report.Unsupported)}"));
        if (report.KernelVersion is { } version)
            text.AppendLine().Append(Line(paint, "linux", $"{version} has the features that it uses; it needs {report.RequiredKernel?.ToString() ?? "none of them"}{Newest(report)}"));
        return text.ToString();
    }

    // Why it needs what it needs.
    private static string Newest(BpfVerification report) =>
        report.KernelFeatures.FirstOrDefault(feature => feature.IsRequired) is { } feature ? $", for {feature.Name}" : "";

    private static string Refused(BpfVerification report, Paint paint)
    {
        var rule = report.RuleId.Length == 0 ? "" : $"  {report.RuleName} ({report.RuleId})";
        var kernel = report.Kernel == BpfKernelKind.Managed ? "" : $"  by the {report.Kernel} kernel";
        var lines = new List<string> { $"{report.Name}  {paint.Bad("REFUSED")}{rule}{kernel}", "" };
        if (report.Reason.Length > 0) lines.Add(Line(paint, "reason", report.Reason));
        if (report.At is { } at) AddPlace(lines, paint, at);
        AddPath(lines, paint, report.CausalPath);
        if (report.Suggestion.Length > 0) lines.Add(Line(paint, "fix", report.Suggestion));
        if (report.Message.Length > 0) lines.Add(Line(paint, "kernel", report.Message));
        string? page = DiagnosticRules.All.TryGetValue(report.RuleId, out var broken) ? broken.Page : null;
        lines.Add(Line(paint, "more", paint.Dim(page is null ? "Get-Help about_PSBpf_Verifier" : $"Get-Help about_PSBpf_Verifier · {page}")));
        lines.Add("");
        return string.Join(Environment.NewLine, lines);
    }

    // The place, and under the source line a mark from the column on.
    private static void AddPlace(List<string> lines, Paint paint, VerificationPoint at)
    {
        lines.Add(Line(paint, "at", $"{at}  {paint.Dim(at.Text)}"));
        if (at.Source is not { Text.Length: > 0 } source)
        {
            if (at.Note.Length > 0) lines.Add(Line(paint, "", at.Note));
            return;
        }

        var (text, removed) = Trim(source.Text);
        lines.Add(SourceLine(source.Line, text));
        var column = Math.Clamp(source.Column - 1 - removed, 0, text.Length);
        var mark = new string(' ', column) + '^' + new string('~', Word(text, column));
        lines.Add($"{new string(' ', Label + 2)}{"",4} |   {paint.Bad(mark)} {at.Note}".TrimEnd());
    }

    // Each step once: its source line, and behind it what is known from there on.
    private static void AddPath(List<string> lines, Paint paint, IReadOnlyList<VerificationPoint> path)
    {
        var label = "how";
        foreach (var step in path)
        {
            var place = step.Source is { Text.Length: > 0 } source
                ? string.Create(CultureInfo.InvariantCulture, $"{source.Line,4} |   {Trim(source.Text).Text}")
                : string.Create(CultureInfo.InvariantCulture, $"{step.Instruction,4}:    {step.Text}");
            var note = step.Before.Length > 0 ? $"{step.Before} → {step.Note}" : step.Note;
            lines.Add(Line(paint, label, note.Length > 0 ? $"{place}     {paint.Dim(note)}" : place));
            label = "";
        }
    }

    private static string SourceLine(int number, string text) =>
        string.Create(CultureInfo.InvariantCulture, $"{new string(' ', Label + 2)}{number,4} |   {text}");

    private static string Line(Paint paint, string label, string text)
    {
        var indent = Environment.NewLine + new string(' ', Label + 2);
        return $"  {paint.Dim(label.PadRight(Label))}{text.ReplaceLineEndings(indent)}";
    }

    private static (string Text, int Removed) Trim(string text)
    {
        var trimmed = text.TrimStart();
        return (trimmed.TrimEnd().Replace('\t', ' '), text.Length - trimmed.Length);
    }

    // How far the identifier or member chain goes that begins at the column.
    private static int Word(string text, int start)
    {
        var end = start;
        while (end < text.Length && (char.IsLetterOrDigit(text[end]) || text[end] is '_' or '.' or '-' or '>')) end++;
        return Math.Max(0, end - start - 1);
    }

    private static string Milliseconds(TimeSpan duration) => duration.TotalMilliseconds.ToString("0.##", CultureInfo.InvariantCulture);
}

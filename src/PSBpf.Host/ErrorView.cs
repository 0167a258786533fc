using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Text;
using System.Text.RegularExpressions;

namespace PSBpf.Host;

/// <summary>How an error looks: PowerShell's concise view, and below it what PSBpf recommends to do.</summary>
/// <remarks>The session's format view of <see cref="ErrorRecord"/> calls it; <c>$ErrorView</c> chooses between the views as in pwsh.</remarks>
public static partial class ErrorView
{
    private const int DefaultWidth = 120;

    /// <summary>Renders an error for a host.</summary>
    /// <param name="error">The error.</param>
    /// <param name="host">The host that will show it.</param>
    /// <param name="view">The value of <c>$ErrorView</c>: ConciseView, NormalView or CategoryView; anything else means ConciseView.</param>
    /// <returns>The lines, without a line end after the last.</returns>
    public static string Render(ErrorRecord error, PSHost host, string? view)
    {
        ArgumentNullException.ThrowIfNull(error);
        ArgumentNullException.ThrowIfNull(host);
        Palette palette = host.UI.SupportsVirtualTerminal ? Palette.FromStyle() : Palette.None;

        // What a native command writes to its error output is shown as it is.
        if (error.FullyQualifiedErrorId is "NativeCommandError" or "NativeCommandErrorMessage")
            return palette.Error + error.Exception.Message + palette.Reset;

        return view switch
        {
            nameof(CategoryView) => palette.Error + CategoryView(error) + palette.Reset,
            nameof(NormalView) => palette.Error + NormalView(error) + palette.Reset,
            _ => ConciseView(error, palette, Width(host)),
        };
    }

    private static string CategoryView(ErrorRecord error) => error.CategoryInfo.GetMessage();

    private static string NormalView(ErrorRecord error)
    {
        var text = new StringBuilder(Message(error));
        if (error.InvocationInfo?.PositionMessage is { Length: > 0 } position)
            text.Append('\n').Append(position);
        text.Append("\n    + CategoryInfo          : ").Append(error.CategoryInfo.GetMessage());
        text.Append("\n    + FullyQualifiedErrorId : ").Append(error.FullyQualifiedErrorId);
        return text.ToString();
    }

    private static string ConciseView(ErrorRecord error, Palette palette, int width)
    {
        string text = palette.Error + Origin(error) + ": ";
        text += Source(error) is { } source ? WithSource(error, source, palette, width) : Message(error);
        return text + palette.Reset + Recommendation(error, palette);
    }

    // BPF0312,PSBpf.PowerShell.ImportBpfProgramCommand → id BPF0312 and what to do; other modules' advice as pwsh shows it.
    private static string Recommendation(ErrorRecord error, Palette palette)
    {
        string? advice = error.ErrorDetails?.RecommendedAction;
        if (string.IsNullOrWhiteSpace(advice))
            return string.Empty;
        Match id = DiagnosticId().Match(error.FullyQualifiedErrorId);
        return id.Success
            ? $"\n  {palette.Accent}id{palette.Reset}  {id.Value}     {palette.Accent}do{palette.Reset}  {advice}"
            : $"\n{palette.Error}  Recommendation: {advice}{palette.Reset}";
    }

    private static string Message(ErrorRecord error)
    {
        if (error.ErrorDetails?.Message is { Length: > 0 } details)
            return details;

        // A parse error's message repeats the position above the sentence, which stands after the underlining.
        if (error.Exception is ParseException { Errors: [{ } first, ..] })
            return first.Message;
        string message = error.Exception.Message.ReplaceLineEndings("\n");
        if (error.CategoryInfo.Category == ErrorCategory.ParserError && message.Contains("~\n", StringComparison.Ordinal))
            return message.Split("~\n")[1].Split("\n\n")[0];
        return message;
    }

    // The command that failed, by the name that the user knows.
    private static string Origin(ErrorRecord error)
    {
        if (error.Exception is RuntimeException { WasThrownFromThrowStatement: true })
            return "Exception";
        CommandInfo? command = error.InvocationInfo?.MyCommand;
        if (command is { CommandType: not (CommandTypes.Script or CommandTypes.ExternalScript), Name.Length: > 0 })
            return command.Name;
        if (error.CategoryInfo.Activity is { Length: > 0 } activity)
            return activity;
        if (command is { Name.Length: > 0 })
            return command.Name;
        if (error.InvocationInfo is { InvocationName.Length: > 0 } invocation)
            return invocation.InvocationName;
        return error.CategoryInfo.Category == ErrorCategory.NotSpecified ? error.CategoryInfo.Reason : error.CategoryInfo.Category.ToString();
    }

    // The line is shown when it stands in a script, or when there are several; what happens inside a module is the module's affair.
    private static SourcePosition? Source(ErrorRecord error)
    {
        if (error.Exception is ParseException { Errors: [{ } first, ..] })
            return SourcePosition.Of(first.Extent);
        InvocationInfo? invocation = error.InvocationInfo;
        if (invocation is null)
            return null;
        bool parse = error.CategoryInfo.Category == ErrorCategory.ParserError
            && error.Exception is ParentContainsErrorRecordException;
        bool script = !string.IsNullOrEmpty(invocation.ScriptName) || invocation.ScriptLineNumber > 1;
        bool module = (invocation.ScriptName ?? string.Empty).EndsWith(".psm1", StringComparison.OrdinalIgnoreCase);
        return (parse || script) && !module ? SourcePosition.Of(invocation) : null;
    }

    // file.ps1:3
    // Line |
    //    3 |  Get-Thing -Name x
    //      |            ~~~~~
    //      | message
    private static string WithSource(ErrorRecord error, SourcePosition source, Palette palette, int width)
    {
        string number = source.LineNumber.ToString(CultureInfo.InvariantCulture);
        int margin = Math.Max(4, number.Length);
        string line = " " + source.Line;
        int start = source.Start + 1;
        if (source.Length > 0)
            line = line.Insert(start + source.Length, palette.Reset).Insert(start, palette.Accent);

        string bar = $"{palette.Accent}{new string(' ', margin)} | ";
        var text = new StringBuilder();
        if (source.File is not null)
            text.Append(palette.Reset).Append(source.File).Append(':').Append(number);
        text.Append('\n').Append(palette.Accent).Append("Line".PadLeft(margin)).Append(" |");
        text.Append('\n').Append(palette.Accent).Append(number.PadLeft(margin)).Append(" | ").Append(palette.Reset).Append(line);
        if (source.Length > 0)
            text.Append('\n').Append(bar).Append(palette.Error).Append(' ', start).Append('~', source.Length);
        foreach (string part in Fold(Message(error), width - margin - 3))
            text.Append('\n').Append(bar).Append(palette.Error).Append(part);
        return text.ToString();
    }

    // Lines of the message's own stay where they fit: a line of C with a mark below it.
    private static IEnumerable<string> Fold(string message, int width) =>
        message.ReplaceLineEndings("\n").Split('\n').SelectMany(line => line.Length <= width ? [line] : FoldLine(line, width));

    // Breaks a line at blanks into lines of at most the width; a longer word stays whole.
    private static IEnumerable<string> FoldLine(string message, int width)
    {
        var line = new StringBuilder();
        foreach (string word in message.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > width)
            {
                yield return line.ToString();
                line.Clear();
            }

            if (line.Length > 0)
                line.Append(' ');
            line.Append(word);
        }

        yield return line.ToString();
    }

    private static int Width(PSHost host) => host.UI.RawUI?.WindowSize.Width is int width and > 0 ? width : DefaultWidth;

    [GeneratedRegex("^BPF[0-9]{4}")]
    private static partial Regex DiagnosticId();

    private sealed record Palette(string Error, string Accent, string Reset)
    {
        public static Palette None { get; } = new(string.Empty, string.Empty, string.Empty);

        public static Palette FromStyle()
        {
            PSStyle style = PSStyle.Instance;
            return new Palette(style.Formatting.Error, style.Formatting.ErrorAccent, style.Reset);
        }
    }
}

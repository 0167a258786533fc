using System.Text.RegularExpressions;
using PSBpf.Diagnostics;

namespace PSBpf.Compile;

/// <summary>A compiler's messages as diagnostics: with a place, the line of source, its notes, and what to do.</summary>
internal static partial class CompilerDiagnostics
{
    private const string NoFile = "Pass the folder that it lies in with -Include, or -SystemHeaders when a package of this machine has it.";

    // What beginners and people new to a machine meet, and what helps; the first that fits.
    private static readonly (Regex Text, string Action)[] Actions =
    [
        (Vmlinux(), "Write it beside the source with: Export-BpfHeader vmlinux.h"),
        (MissingFile(), NoFile),
        (StackLimit(), "Keep large variables in a map: a per-CPU array with one entry is the usual scratch space."),
        (Undeclared(), "Include the header that declares it: vmlinux.h or linux/bpf.h for kernel types, bpf/bpf_helpers.h for helpers and SEC, bpf/bpf_endian.h for bpf_htons."),
        (SignedDivision(), "Divide unsigned numbers; or compile with -Cpu V4, which has signed division (clang 18 or newer, Linux from 6.6)."),
        (TooManyArguments(), "BPF functions take up to five arguments: pass a pointer to a struct, or let the function be inlined (static __always_inline)."),
    ];

    /// <summary>One message as a diagnostic.</summary>
    public static BpfDiagnostic From(CompilerMessage message, string source)
    {
        DiagnosticRule rule = message.Severity == CompilerSeverity.Error ? DiagnosticRules.CompileError : DiagnosticRules.CompileWarning;
        string place = message.File is null ? "" : message.Line > 0 ? $"{message.File}:{message.Line}:{message.Column}: " : $"{message.File}: ";
        string option = message.Option is null ? "" : $" [-W{message.Option}]";
        string line = message.Line > 0 ? LineOf(message.File!, message.Line) : "";
        string text = $"{place}{message.Text}{option}{Excerpt(message, line)}{string.Concat(message.Notes.Select(note => $"\n  {note}"))}";
        string? action = Actions.FirstOrDefault(candidate => candidate.Text.IsMatch(message.Text)).Action;
        var at = message.Line > 0 ? new SourceLocation(message.File!, message.Line, message.Column, line) : null;
        return rule.At(text, new DiagnosticLocation { File = message.File ?? source, Source = at }, action);
    }

    // The line as it stands there, and below it a mark; tabs stay, so that the mark stands where the eye looks for it.
    private static string Excerpt(CompilerMessage message, string line)
    {
        if (line.Length == 0) return "";
        string number = message.Line.ToString(System.Globalization.CultureInfo.InvariantCulture).PadLeft(5);
        string indent = new([.. line.Take(Math.Max(0, message.Column - 1)).Select(character => character == '\t' ? '\t' : ' ')]);
        return $"\n{number} | {line}" + (message.Column > 0 ? $"\n{new string(' ', number.Length)} | {indent}^" : "");
    }

    private static string LineOf(string file, int line)
    {
        try
        {
            return File.ReadLines(file).Skip(line - 1).FirstOrDefault()?.TrimEnd() ?? "";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    [GeneratedRegex("^'vmlinux\\.h' file not found")]
    private static partial Regex Vmlinux();

    [GeneratedRegex("' file not found")]
    private static partial Regex MissingFile();

    [GeneratedRegex("BPF stack limit")]
    private static partial Regex StackLimit();

    [GeneratedRegex("undeclared identifier|unknown type name|incomplete definition of type|incomplete type|(implicit declaration of|undeclared) function")]
    private static partial Regex Undeclared();

    [GeneratedRegex("Unsupport signed division|unsupported signed division|i64 = s(div|rem) ")]
    private static partial Regex SignedDivision();

    [GeneratedRegex("too many arg|stack arguments are not supported")]
    private static partial Regex TooManyArguments();
}

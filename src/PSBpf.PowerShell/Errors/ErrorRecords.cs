using System.Management.Automation;
using PSBpf.Diagnostics;

namespace PSBpf.PowerShell;

/// <summary>Diagnostics as PowerShell shows errors: the id first in FullyQualifiedErrorId, what to do as the recommended action.</summary>
internal static class ErrorRecords
{
    public static ErrorRecord From(BpfException exception, object? target, string? location) => From(exception.Diagnostic, exception, target, location);

    public static ErrorRecord From(BpfDiagnostic diagnostic, Exception? exception, object? target, string? location) =>
        new(exception ?? new BpfException(diagnostic), diagnostic.Id, Category(diagnostic.Rule.Category), target)
        {
            ErrorDetails = new ErrorDetails(Text(diagnostic, location)) { RecommendedAction = diagnostic.Action },
        };

    // The file stands in front unless the message names it, and where it lies below the shell's location as the user would write it.
    public static string Text(BpfDiagnostic diagnostic, string? location)
    {
        if (diagnostic.Location.File is not { } file) return diagnostic.Message;
        var shown = Shorten(file, location);
        var message = diagnostic.Message.Replace(file, shown, StringComparison.Ordinal);
        return message.Contains(shown, StringComparison.Ordinal) ? message : $"{shown}: {message}";
    }

    private static string Shorten(string file, string? location)
    {
        if (location is null || !Path.IsPathFullyQualified(file)) return file;
        var relative = Path.GetRelativePath(location, file);
        return Path.IsPathFullyQualified(relative) || relative.StartsWith("..", StringComparison.Ordinal)
            ? file
            : $".{Path.DirectorySeparatorChar}{relative}";
    }

    private static ErrorCategory Category(DiagnosticCategory category) => category switch
    {
        DiagnosticCategory.InvalidData => ErrorCategory.InvalidData,
        DiagnosticCategory.InvalidArgument => ErrorCategory.InvalidArgument,
        DiagnosticCategory.NotFound => ErrorCategory.ObjectNotFound,
        DiagnosticCategory.Conflict => ErrorCategory.ResourceExists,
        DiagnosticCategory.NotSupported => ErrorCategory.NotImplemented,
        DiagnosticCategory.Refused => ErrorCategory.SecurityError,
        DiagnosticCategory.LimitExceeded => ErrorCategory.LimitsExceeded,
        DiagnosticCategory.PermissionDenied => ErrorCategory.PermissionDenied,
        _ => ErrorCategory.OperationStopped,
    };
}

using System.Management.Automation;
using PSBpf.Diagnostics;

namespace PSBpf.PowerShell;

/// <summary>Diagnostics as PowerShell shows errors: the id first in FullyQualifiedErrorId, what to do as the recommended action.</summary>
internal static class ErrorRecords
{
    public static ErrorRecord From(BpfException exception, object? target) => From(exception.Diagnostic, exception, target);

    public static ErrorRecord From(BpfDiagnostic diagnostic, Exception? exception, object? target) =>
        new(exception ?? new BpfException(diagnostic), diagnostic.Id, Category(diagnostic.Rule.Category), target)
        {
            ErrorDetails = new ErrorDetails(Text(diagnostic)) { RecommendedAction = diagnostic.Action },
        };

    // The file stands in front unless the message begins with it.
    private static string Text(BpfDiagnostic diagnostic) =>
        diagnostic.Location.File is { } file && !diagnostic.Message.Contains(file, StringComparison.Ordinal)
            ? $"{file}: {diagnostic.Message}"
            : diagnostic.Message;

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

namespace PSBpf.Diagnostics;

/// <summary>What kind of trouble a diagnostic reports; the module maps it to a PowerShell ErrorCategory.</summary>
public enum DiagnosticCategory
{
    /// <summary>Input bytes or text that are not what their format demands.</summary>
    InvalidData,

    /// <summary>An argument that cannot mean anything here.</summary>
    InvalidArgument,

    /// <summary>Something named that does not exist.</summary>
    NotFound,

    /// <summary>Something that exists already, or a name that means several things.</summary>
    Conflict,

    /// <summary>Valid input that this engine, or this machine, does not do.</summary>
    NotSupported,

    /// <summary>A program that the verifier did not prove safe.</summary>
    Refused,

    /// <summary>A size, count or budget that was exceeded.</summary>
    LimitExceeded,

    /// <summary>The operating system did not allow it.</summary>
    PermissionDenied,

    /// <summary>The operating system failed at it.</summary>
    SystemFailure,
}

using static PSBpf.Diagnostics.DiagnosticCategory;

namespace PSBpf.Diagnostics;

public static partial class DiagnosticRules
{
    /// <summary>No clang on this machine, or not the one that was named.</summary>
    public static readonly DiagnosticRule CompilerMissing = new("BPF0501", "compiler-missing", NotFound,
        "Install clang 14 or newer, or name one with -Clang or $PSBPF_CLANG.");

    /// <summary>An error that the compiler found in the source.</summary>
    public static readonly DiagnosticRule CompileError = new("BPF0502", "compile-error", InvalidData,
        "Correct the source at that place.");

    /// <summary>A warning of the compiler.</summary>
    public static readonly DiagnosticRule CompileWarning = new("BPF0503", "compile-warning", InvalidData,
        "Look at that place in the source; an object was written nevertheless.");

    /// <summary>A compiler that crashed, or that failed without saying what is wrong.</summary>
    public static readonly DiagnosticRule CompilerFailed = new("BPF0504", "compiler-failed", SystemFailure,
        "Run the same clang by hand; if it fails there too, choose another version with -Clang.");

    /// <summary>A compiler that has no BPF target, or does not know the instruction set that was asked for.</summary>
    public static readonly DiagnosticRule CompilerUnsuitable = new("BPF0505", "compiler-unsuitable", NotSupported,
        "Use a clang with a BPF target, version 14 or newer: LLVM's own have it, Apple's has not.");

    /// <summary>A source file that is not there or cannot be read.</summary>
    public static readonly DiagnosticRule SourceUnreadable = new("BPF0506", "source-unreadable", NotFound,
        "Check the path and that you may read the file.");

    /// <summary>An object file that cannot be written.</summary>
    public static readonly DiagnosticRule ObjectUnwritable = new("BPF0507", "object-unwritable", PermissionDenied,
        "Name a file that you may write with -OutputPath.");

    /// <summary>A header that would replace a file.</summary>
    public static readonly DiagnosticRule HeaderExists = new("BPF0508", "header-exists", Conflict,
        "Name another file, or leave -NoClobber out.");
}

using static PSBpf.Diagnostics.DiagnosticCategory;

namespace PSBpf.Diagnostics;

public static partial class DiagnosticRules
{
    /// <summary>A name or id that nothing in the session has.</summary>
    public static readonly DiagnosticRule NameNotFound = new("BPF4001", "name-not-found", NotFound,
        "List what there is with the Get cmdlet of that noun.");

    /// <summary>A name that several things in the session have.</summary>
    public static readonly DiagnosticRule NameAmbiguous = new("BPF4002", "name-ambiguous", Conflict,
        "Use one of the ids that the message lists.");

    /// <summary>A program that the verifier refused.</summary>
    public static readonly DiagnosticRule ProgramRefused = new("BPF4003", "program-refused", Refused,
        "Test-BpfProgram on the same file explains the refusal.");

    /// <summary>A program that still has links, maps or readers that use it.</summary>
    public static readonly DiagnosticRule InUse = new("BPF4004", "in-use", Conflict,
        "Remove what uses it first, or pass -Force.");

    /// <summary>A session that has been closed.</summary>
    public static readonly DiagnosticRule SessionClosed = new("BPF4005", "session-closed", InvalidArgument,
        "Open a new session.");

    /// <summary>Something that this kind of map or program does not do.</summary>
    public static readonly DiagnosticRule WrongKind = new("BPF4006", "wrong-kind", InvalidArgument,
        "Use the cmdlet that fits the type; Get-BpfMap and Get-BpfProgram show types.");

    /// <summary>A ring buffer that has a reader already.</summary>
    public static readonly DiagnosticRule ReaderBusy = new("BPF4007", "reader-busy", Conflict,
        "End the other watch first, or let it hand its events on.");

    /// <summary>An option outside of what it may be.</summary>
    public static readonly DiagnosticRule OptionValue = new("BPF4008", "option-value", InvalidArgument,
        "Pass a value in the option's range; Get-Help Set-BpfOption has them.");

    /// <summary>A part of the module that is kept apart, with a package of its own, and is not there.</summary>
    public static readonly DiagnosticRule AdapterMissing = new("BPF4009", "adapter-missing", NotFound,
        "Install the module again, whole; in a clone build PSBpf.sln.");

    /// <summary>A program without machine code to show.</summary>
    public static readonly DiagnosticRule NoNativeCode = new("BPF4010", "no-native-code", NotFound,
        "Switch it on with Set-BpfOption -Jit Debug, and load the program again.");

    /// <summary>A source that ended for a reason that nobody foresaw.</summary>
    public static readonly DiagnosticRule SourceFailed = new("BPF4020", "source-failed", SystemFailure,
        "Report this with the message: a source must end with a reason of its own.");

    /// <summary>A file that holds no map's contents, or those of another kind of map.</summary>
    public static readonly DiagnosticRule MapFile = new("BPF4030", "map-file", InvalidArgument,
        "Name a file that Export-BpfMap wrote, and a map of the same key and value sizes.");

    /// <summary>A full screen was asked for where there is no terminal.</summary>
    public static readonly DiagnosticRule NoTerminal = new("BPF4011", "no-terminal", InvalidArgument,
        "Show-BpfTop -Once prints one look as text, Show-BpfTop -Record FILE writes figures to a file, Get-BpfStatistic gives them as objects.");

    /// <summary>A file that figures cannot be written to.</summary>
    public static readonly DiagnosticRule RecordFile = new("BPF4012", "record-file", InvalidArgument,
        "Name a file that ends in .csv, .json or .jsonl, in a folder that can be written to.");

    /// <summary>A column that the top does not have.</summary>
    public static readonly DiagnosticRule TopColumn = new("BPF4013", "top-column", InvalidArgument,
        "Name a property of BpfStatistic, e.g. EventsPerSecond; Tab completes them.");

    /// <summary>A file that a verifier's log cannot be written to.</summary>
    public static readonly DiagnosticRule LogFile = new("BPF4015", "log-file", InvalidArgument, "Name a file in a folder that can be written to.");

    /// <summary>Something that only one kernel's verifier tells.</summary>
    public static readonly DiagnosticRule NotToldByKernel = new("BPF4016", "not-told-by-kernel", InvalidArgument,
        "Leave out -Kernel Linux: the managed verifier judges the same program and tells.");

    /// <summary>The top ended by an error that nobody foresaw.</summary>
    public static readonly DiagnosticRule TopFailed = new("BPF4014", "top-failed", SystemFailure,
        "Report this with the message; Show-BpfTop -Once and Get-BpfStatistic give the same figures.");
}

using static PSBpf.Diagnostics.DiagnosticCategory;

namespace PSBpf.Diagnostics;

public static partial class DiagnosticRules
{
    /// <summary>A script or module that cannot be read.</summary>
    public static readonly DiagnosticRule ScriptUnreadable = new("BPF4101", "script-unreadable", NotFound,
        "Name a JavaScript file that can be read; modules end in .js and are named with it.");

    /// <summary>An import of something else than a file of the script's folder.</summary>
    public static readonly DiagnosticRule ScriptImport = new("BPF4102", "script-import", PermissionDenied,
        "Put the module into the script's folder and import it as './name.js'.");

    /// <summary>An exception that a script did not catch, or text that is no JavaScript.</summary>
    public static readonly DiagnosticRule ScriptError = new("BPF4103", "script-error", InvalidData,
        "Mend the script at that line; the error's TargetObject.Stack has the calls that led there.");

    /// <summary>A script that ran for too long.</summary>
    public static readonly DiagnosticRule ScriptTime = new("BPF4104", "script-time", LimitExceeded,
        "Do less in one call, or allow more with -CallbackTimeout and -Timeout.");

    /// <summary>A script that took too much memory.</summary>
    public static readonly DiagnosticRule ScriptMemory = new("BPF4105", "script-memory", LimitExceeded,
        "Keep less, or allow more with -HeapLimit.");

    /// <summary>A name that is no source of events.</summary>
    public static readonly DiagnosticRule EventSource = new("BPF4106", "event-source", InvalidArgument,
        "Name a source as kind:name, e.g. ringbuf:events or hook:xdp:eth0.");

    /// <summary>What a script wrote with console.error.</summary>
    public static readonly DiagnosticRule ScriptMessage = new("BPF4107", "script-message", InvalidData,
        "See what the script says; it wrote this itself.");

    /// <summary>A call of the script that does not fit what it calls.</summary>
    public static readonly DiagnosticRule ScriptArgument = new("BPF4108", "script-argument", InvalidArgument,
        "Call it as docs/javascript.md and module/psbpf.d.ts declare it.");
}

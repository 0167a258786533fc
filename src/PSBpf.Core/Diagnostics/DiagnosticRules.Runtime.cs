using static PSBpf.Diagnostics.DiagnosticCategory;

namespace PSBpf.Diagnostics;

public static partial class DiagnosticRules
{
    /// <summary>A world that cannot be: two interfaces of one index, text that is no address.</summary>
    public static readonly DiagnosticRule EnvironmentValue = new("BPF2251", "environment-value", InvalidArgument,
        "Get-BpfEnvironment shows the world as it is; Get-Help Set-BpfEnvironment has the forms.");

    /// <summary>A map that cannot be made with these sizes, type or flags.</summary>
    public static readonly DiagnosticRule MapInvalid = new("BPF2001", "map-invalid", InvalidArgument,
        "Correct the map's definition as the message says.");

    /// <summary>A map type that this kernel does not implement.</summary>
    public static readonly DiagnosticRule MapTypeUnsupported = new("BPF2002", "map-type-unsupported", NotSupported,
        "Use one of the map types that the message lists.");

    /// <summary>A map operation that the map refused; the message carries the errno name.</summary>
    public static readonly DiagnosticRule MapOperation = new("BPF2003", "map-operation", InvalidArgument,
        "Check the key, the flags and whether the map is full.");

    /// <summary>More memory than the session may use for maps.</summary>
    public static readonly DiagnosticRule MapMemory = new("BPF2004", "map-memory", LimitExceeded,
        "Lower max_entries or the value size.");

    /// <summary>A program that does not fit those that a program array serves.</summary>
    public static readonly DiagnosticRule ProgramArray = new("BPF2005", "program-array", Conflict,
        "Use an array of its own for programs of each type.");

    /// <summary>A path where nothing can be pinned.</summary>
    public static readonly DiagnosticRule PinPath = new("BPF2010", "pin-path", InvalidArgument,
        "Name an absolute path below /sys/fs/bpf; for the Linux kernel mount the file system there first: mount -t bpf bpf /sys/fs/bpf.");

    /// <summary>A path where something else is pinned.</summary>
    public static readonly DiagnosticRule PinTaken = new("BPF2011", "pin-taken", Conflict,
        "Choose another path, or take the name away with Remove-BpfPin.");

    /// <summary>A map that was to be used for one that an object declares, and is not like it.</summary>
    public static readonly DiagnosticRule MapDiffers = new("BPF2012", "map-differs", Conflict,
        "Use a map that agrees with the declaration, or change the declaration with -Map @{ name = @{ MaxEntries = … } }.");

    /// <summary>An access outside every region a program owns, stopped by the checked interpreter.</summary>
    public static readonly DiagnosticRule MemoryFault = new("BPF2101", "memory-fault", Refused,
        "Report this: a verified program must never fault.");

    /// <summary>A run that used up its instruction budget.</summary>
    public static readonly DiagnosticRule RunBudget = new("BPF2102", "run-budget", LimitExceeded,
        "Shorten the loop, or raise the instruction budget.");

    /// <summary>A program that uses something the managed engine does not implement.</summary>
    public static readonly DiagnosticRule NotRunnable = new("BPF2103", "not-runnable", NotSupported,
        "Test-BpfProgram lists what is unsupported; run it with -Kernel Linux on a machine that allows it.");

    /// <summary>Input that this program type cannot be run on.</summary>
    public static readonly DiagnosticRule RunInput = new("BPF2104", "run-input", InvalidArgument,
        "Pass -Packet for packet programs, -Context for others.");

    /// <summary>A program that has been removed.</summary>
    public static readonly DiagnosticRule ProgramRemoved = new("BPF2105", "program-removed", NotFound,
        "Import the program again.");

    /// <summary>Instructions that make no program: an unknown one, or a jump to where none begins.</summary>
    public static readonly DiagnosticRule ProgramMalformed = new("BPF2106", "program-malformed", InvalidData,
        "Correct the instruction that the message names.");

    /// <summary>A hook name that cannot be read, or names a hook that does not exist.</summary>
    public static readonly DiagnosticRule HookName = new("BPF2201", "hook-name", InvalidArgument,
        "Write a hook as type:target, e.g. xdp:eth0 or tc:eth0:ingress; Get-Help about_PSBpf_Hooks lists them.");

    /// <summary>A program whose type does not fit the hook.</summary>
    public static readonly DiagnosticRule HookType = new("BPF2202", "hook-type", InvalidArgument,
        "Attach the program to a hook of its own type.");

    /// <summary>A hook that takes one program and has one.</summary>
    public static readonly DiagnosticRule HookBusy = new("BPF2203", "hook-busy", Conflict,
        "Remove the other link first: Get-BpfLink | Remove-BpfLink.");

    /// <summary>A hook that fires with nothing attached.</summary>
    public static readonly DiagnosticRule HookEmpty = new("BPF2204", "hook-empty", NotFound,
        "Attach a program first: Add-BpfLink <program> -Hook <hook>.");

    /// <summary>A link that no longer holds.</summary>
    public static readonly DiagnosticRule LinkDetached = new("BPF2205", "link-detached", NotFound,
        "Attach the program again: Add-BpfLink <program> -Hook <hook>.");

    /// <summary>Programs of a cgroup that admit no others.</summary>
    public static readonly DiagnosticRule HookHierarchy = new("BPF2206", "hook-hierarchy", PermissionDenied,
        "Attach the programs above with mode Multi or Override, and all programs of one cgroup in the same mode.");

    /// <summary>A link beside which nothing can be attached.</summary>
    public static readonly DiagnosticRule LinkAnchor = new("BPF2207", "link-anchor", InvalidArgument,
        "Name a link of the same hook: Get-BpfLink shows them.");

    /// <summary>A link that runs another program than was expected.</summary>
    public static readonly DiagnosticRule LinkChanged = new("BPF2208", "link-changed", Conflict,
        "Look again who is there: Get-BpfLink.");
}

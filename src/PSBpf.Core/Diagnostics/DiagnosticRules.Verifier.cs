using static PSBpf.Diagnostics.DiagnosticCategory;

namespace PSBpf.Diagnostics;

public static partial class DiagnosticRules
{
    /// <summary>A slot that is no instruction, or uses reserved fields.</summary>
    public static readonly DiagnosticRule InvalidInstruction = new("BPF1001", "invalid-instruction", Refused,
        "Assemble or compile the program again; the bytes at this slot are no instruction.");

    /// <summary>Jumps, calls or ends that leave a function, and code that nothing reaches.</summary>
    public static readonly DiagnosticRule ControlFlowShape = new("BPF1002", "control-flow", Refused,
        "End every function with exit or a jump, keep jumps inside it, and remove code that nothing reaches.");

    /// <summary>More instructions or branches than may be explored.</summary>
    public static readonly DiagnosticRule TooComplex = new("BPF1003", "too-complex", Refused,
        "Bound loops tightly, move work into a subprogram or bpf_loop, and check values once before the loop.");

    /// <summary>A loop that comes back to the same state.</summary>
    public static readonly DiagnosticRule InfiniteLoop = new("BPF1004", "infinite-loop", Refused,
        "Give the loop a counter with a constant bound that every round changes.");

    /// <summary>Calls nested too deep, recursion, or too much stack.</summary>
    public static readonly DiagnosticRule CallDepth = new("BPF1005", "call-depth", Refused,
        "Use at most 8 nested calls and 512 bytes of stack along any chain of calls; never recurse.");

    /// <summary>A register that is read before anything was written to it.</summary>
    public static readonly DiagnosticRule UninitializedRegister = new("BPF1101", "uninitialized-register", Refused,
        "Initialise the variable on every path that leads here; after a call r1 to r5 are gone.");

    /// <summary>A write to r10.</summary>
    public static readonly DiagnosticRule FramePointerWrite = new("BPF1102", "frame-pointer-write", Refused,
        "Copy r10 to another register and change the copy.");

    /// <summary>Arithmetic that a pointer of this type does not take.</summary>
    public static readonly DiagnosticRule PointerArithmetic = new("BPF1201", "pointer-arithmetic", Refused,
        "Add or subtract numbers only, in 64 bits, and check pointers for null first.");

    /// <summary>An offset without bounds.</summary>
    public static readonly DiagnosticRule UnboundedOffset = new("BPF1202", "unbounded-offset", Refused,
        "Bound the index before using it: if (i >= LIMIT) return 0;  or mask it: i &= LIMIT - 1 for a power of two.");

    /// <summary>A number used as a pointer.</summary>
    public static readonly DiagnosticRule ScalarDereference = new("BPF1203", "scalar-dereference", Refused,
        "Use a pointer that a helper or the context gave; kernel memory is read with bpf_probe_read_kernel.");

    /// <summary>A pointer that may be null.</summary>
    public static readonly DiagnosticRule NullCheck = new("BPF1204", "null-check", Refused,
        "Check the pointer before using it: if (!p) return 0;");

    /// <summary>Access outside a map's value.</summary>
    public static readonly DiagnosticRule MapValueBounds = new("BPF1205", "map-value-bounds", Refused,
        "Keep offset plus size within the map's value size; bound the index first.");

    /// <summary>Access outside the stack frame.</summary>
    public static readonly DiagnosticRule StackBounds = new("BPF1206", "stack-bounds", Refused,
        "Keep within the 512 bytes below r10; move large buffers into a per-CPU array map.");

    /// <summary>Access to packet bytes that are not proven to exist.</summary>
    public static readonly DiagnosticRule PacketBounds = new("BPF1207", "packet-bounds", Refused,
        "Compare with data_end before the access: if (ptr + size > data_end) return XDP_PASS;");

    /// <summary>A context field that this program type does not have or may not write.</summary>
    public static readonly DiagnosticRule ContextAccess = new("BPF1208", "context-access", Refused,
        "Read whole, aligned fields that this program type may see.");

    /// <summary>Access outside memory that a helper handed out.</summary>
    public static readonly DiagnosticRule MemoryBounds = new("BPF1209", "memory-bounds", Refused,
        "Keep within the size that was reserved.");

    /// <summary>A write to memory that may only be read.</summary>
    public static readonly DiagnosticRule ReadOnlyMemory = new("BPF1210", "read-only-memory", Refused,
        "Write to a map, the stack or a packet that may be written instead.");

    /// <summary>An access that is not aligned where it must be.</summary>
    public static readonly DiagnosticRule Misaligned = new("BPF1211", "misaligned", Refused,
        "Access the stack and atomic variables at multiples of their size.");

    /// <summary>A helper that does not exist or that this program type may not call.</summary>
    public static readonly DiagnosticRule HelperNotAllowed = new("BPF1301", "helper-not-allowed", Refused,
        "Use a helper that this program type may call.");

    /// <summary>A helper argument of the wrong type or size.</summary>
    public static readonly DiagnosticRule HelperArgument = new("BPF1302", "helper-argument", Refused,
        "Pass what the helper's prototype asks for.");

    /// <summary>A GPL-only helper in a program with another licence.</summary>
    public static readonly DiagnosticRule GplOnly = new("BPF1303", "gpl-only", Refused,
        "Declare char LICENSE[] SEC(\"license\") = \"GPL\";  or do without the helper.");

    /// <summary>A return value outside what the program type allows.</summary>
    public static readonly DiagnosticRule ReturnValue = new("BPF1401", "return-value", Refused,
        "Return one of the values that this program type allows.");

    /// <summary>A reference that is not released on every path.</summary>
    public static readonly DiagnosticRule ReferenceLeak = new("BPF1402", "reference-leak", Refused,
        "Submit or discard what was reserved on every path to the end.");

    /// <summary>A lock that is taken twice, given back by nobody, or held where it may not be.</summary>
    public static readonly DiagnosticRule Lock = new("BPF1405", "lock", Refused,
        "Take one lock at a time, call nothing while it is held, and give it back on every path.");

    /// <summary>A special field of a map's value that is read, written or passed as something else.</summary>
    public static readonly DiagnosticRule SpecialField = new("BPF1212", "special-field", Refused,
        "Leave locks, timers and their like to their helpers; copy the structure's other members one by one.");

    /// <summary>The program type cannot be loaded with this attach type, or with this flag.</summary>
    public static readonly DiagnosticRule AttachType = new("BPF1403", "attach-type", InvalidArgument,
        "Name the section as libbpf does, e.g. SEC(\"cgroup/connect4\"), or give the type with its attach type.");

    /// <summary>What the program attaches to is not named, or the kernel does not have it.</summary>
    public static readonly DiagnosticRule AttachTarget = new("BPF1404", "attach-target", NotFound,
        "Name a tracepoint, function, hook or iterator of the kernel in the section, e.g. SEC(\"tp_btf/sched_switch\"); Get-BpfType lists what it has.");

    /// <summary>The program is judged by a kernel's types, and no kernel's are known.</summary>
    public static readonly DiagnosticRule KernelTypesMissing = new("BPF1502", "kernel-types", NotSupported,
        "Pass -Btf with the types of the kernel that the program is for: its vmlinux, or a copy of its /sys/kernel/btf/vmlinux.");

    /// <summary>Something that this version of the verifier does not judge yet, and therefore refuses.</summary>
    public static readonly DiagnosticRule NotJudged = new("BPF1501", "not-judged", NotSupported,
        "Test-BpfProgram -Kernel Linux asks the machine's kernel, where there is one.");

    /// <summary>The program uses what the version of Linux that was asked for does not have.</summary>
    public static readonly DiagnosticRule KernelVersion = new("BPF1601", "kernel-version", NotSupported,
        "Do without what the report names, ask in the program whether the kernel has it, or require the newer kernel.");
}

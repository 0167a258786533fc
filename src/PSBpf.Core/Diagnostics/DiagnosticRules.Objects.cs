using static PSBpf.Diagnostics.DiagnosticCategory;

namespace PSBpf.Diagnostics;

public static partial class DiagnosticRules
{
    /// <summary>The object file cannot be read from disk.</summary>
    public static readonly DiagnosticRule ObjectUnreadable = new("BPF0301", "object-unreadable", NotFound,
        "Check the path and that you may read the file.");

    /// <summary>An object without any program.</summary>
    public static readonly DiagnosticRule ObjectEmpty = new("BPF0302", "object-empty", InvalidData,
        "Mark at least one function with SEC(\"...\").");

    /// <summary>A section name that names no known program type.</summary>
    public static readonly DiagnosticRule ObjectSection = new("BPF0303", "object-section", InvalidData,
        "Use one of libbpf's section names, or pass -Type.");

    /// <summary>A BTF map definition that is not one.</summary>
    public static readonly DiagnosticRule ObjectMapDefinition = new("BPF0304", "object-map-definition", InvalidData,
        "Declare the map as libbpf documents it: __uint(type, …), __uint(max_entries, …), __type(key, …), __type(value, …).");

    /// <summary>A relocation against something that does not exist or has no meaning to a BPF program.</summary>
    public static readonly DiagnosticRule ObjectRelocation = new("BPF0305", "object-relocation", InvalidData,
        "Check that every function and variable the program uses is defined in the object or is a BPF helper.");

    /// <summary>A feature of objects that this version does not load.</summary>
    public static readonly DiagnosticRule ObjectUnsupported = new("BPF0306", "object-unsupported", NotSupported,
        "Remove the feature that the message names, or load the program without it.");

    /// <summary>A variable override that names no global of the object, or has the wrong size.</summary>
    public static readonly DiagnosticRule ObjectVariable = new("BPF0307", "object-variable", InvalidArgument,
        "Name a global variable of the object; the message lists them.");

    /// <summary>A program name that the object does not hold.</summary>
    public static readonly DiagnosticRule ObjectProgram = new("BPF0308", "object-program", NotFound,
        "Name one of the object's programs; the message lists them.");

    /// <summary>An object beyond what a sensible one needs, refused before it takes the memory.</summary>
    public static readonly DiagnosticRule ObjectTooLarge = new("BPF0309", "object-too-large", LimitExceeded,
        "Split the object into smaller ones.");

    /// <summary>A map in the section that libbpf 1.0 dropped.</summary>
    public static readonly DiagnosticRule ObjectLegacyMaps = new("BPF0312", "object-legacy-maps", NotSupported,
        "Declare it in SEC(\".maps\") with __uint/__type; docs/errors/BPF0312.md shows both forms.");

    /// <summary>A CO-RE relocation that contradicts the object's own types or instructions.</summary>
    public static readonly DiagnosticRule CoreMalformed = new("BPF0320", "core-malformed", InvalidData,
        "Compile the object again with a current clang and -g; if a tool rewrote its BTF, leave that step out.");

    /// <summary>A CO-RE relocation to which the kernel's types give several answers.</summary>
    public static readonly DiagnosticRule CoreAmbiguous = new("BPF0321", "core-ambiguous", InvalidData,
        "Pass the types of the one kernel that is meant with -Btf, or read the field in another way.");

    /// <summary>A field, type or enumerator that the kernel does not have and that the program needs.</summary>
    public static readonly DiagnosticRule CoreMissing = new("BPF0322", "core-missing", InvalidData,
        "Ask with bpf_core_field_exists, bpf_core_type_exists or bpf_core_enum_value_exists before using it, or pass the types of another kernel with -Btf.");

    /// <summary>A file that was to describe a kernel, and does not.</summary>
    public static readonly DiagnosticRule TargetUnreadable = new("BPF0323", "target-unreadable", InvalidArgument,
        "Pass raw BTF, or an ELF file that has it, such as /sys/kernel/btf/vmlinux.");

    /// <summary>A kernel symbol or option that an object needs and the kernel does not have.</summary>
    public static readonly DiagnosticRule ExternMissing = new("BPF0324", "extern-missing", NotFound,
        "Declare it __weak and check for it in the program, or load the object where the kernel has it.");

    /// <summary>A kernel option whose value does not fit the variable that is to hold it.</summary>
    public static readonly DiagnosticRule ExternValue = new("BPF0325", "extern-value", InvalidData,
        "Declare the variable with a type that holds the option's value: bool, char, enum libbpf_tristate, an integer, or char[].");
}

using static PSBpf.Diagnostics.DiagnosticCategory;

namespace PSBpf.Diagnostics;

public static partial class DiagnosticRules
{
    /// <summary>BTF data that contradicts its own header or lengths.</summary>
    public static readonly DiagnosticRule BtfMalformed = new("BPF0201", "btf-malformed", InvalidData,
        "Compile the object again with 'clang -g'; if a tool rewrote the .BTF section, leave that step out.");

    /// <summary>A value that does not fit a BTF type.</summary>
    public static readonly DiagnosticRule BtfValue = new("BPF0202", "btf-value", InvalidArgument,
        "Pass a value of the type that the message names; Get-BpfMap shows key and value types.");

    /// <summary>Something that needs type information the object does not carry.</summary>
    public static readonly DiagnosticRule BtfMissing = new("BPF0203", "btf-missing", InvalidData,
        "Compile with 'clang -g', so that the object carries BTF.");

    /// <summary>A file or machine that has no type information to read.</summary>
    public static readonly DiagnosticRule BtfUnavailable = new("BPF0221", "btf-unavailable", NotFound,
        "Name a file with -Path: a kernel's BTF (/sys/kernel/btf/vmlinux of another machine) or an object that was compiled with -g.");
}

using static PSBpf.Diagnostics.DiagnosticCategory;

namespace PSBpf.Diagnostics;

public static partial class DiagnosticRules
{
    /// <summary>The file does not start with the ELF magic, or is empty.</summary>
    public static readonly DiagnosticRule ElfNotElf = new("BPF0101", "elf-not-elf", InvalidData,
        "Pass an object file compiled with 'clang -target bpf -g -O2 -c'.");

    /// <summary>The file ends before something it promises.</summary>
    public static readonly DiagnosticRule ElfTruncated = new("BPF0102", "elf-truncated", InvalidData,
        "Compile or copy the file again: a part of it is missing.");

    /// <summary>Not the 64-bit class.</summary>
    public static readonly DiagnosticRule ElfClass = new("BPF0103", "elf-class", NotSupported,
        "Compile for the 64-bit BPF target: 'clang -target bpf'.");

    /// <summary>Big-endian.</summary>
    public static readonly DiagnosticRule ElfByteOrder = new("BPF0104", "elf-byte-order", NotSupported,
        "Compile for little-endian BPF: 'clang -target bpfel'.");

    /// <summary>An ELF file for another machine.</summary>
    public static readonly DiagnosticRule ElfMachine = new("BPF0105", "elf-machine", InvalidData,
        "Compile for the BPF target: 'clang -target bpf'.");

    /// <summary>An ELF file that is not relocatable.</summary>
    public static readonly DiagnosticRule ElfType = new("BPF0106", "elf-type", InvalidData,
        "Pass the relocatable object that 'clang -c' writes, not a linked file.");

    /// <summary>A header field, section, symbol or relocation that contradicts the rest of the file.</summary>
    public static readonly DiagnosticRule ElfMalformed = new("BPF0107", "elf-malformed", InvalidData,
        "Compile the object again; if a tool changed it after clang, leave that step out.");
}

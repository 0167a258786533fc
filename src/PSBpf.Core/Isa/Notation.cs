namespace PSBpf.Isa;

/// <summary>The two ways in which BPF assembly is written.</summary>
public enum Notation
{
    /// <summary>The kernel's and LLVM's: <c>r0 += r1</c>, as the verifier's log and <c>bpftool prog dump</c> print it.</summary>
    Kernel,

    /// <summary>That of the RFC 9669 test vectors and of ubpf: <c>add %r0, %r1</c>.</summary>
    Mnemonic,
}

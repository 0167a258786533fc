using PSBpf.Diagnostics;

namespace PSBpf.Btf;

public sealed partial class BtfTypeSet
{
    /// <summary>Writes the types as a C header, whose structs clang lays out as the set says. Where BTF has no C for something (attributes, names used twice), the header says so with padding, packed and names like <c>name___2</c>.</summary>
    /// <param name="options">How; null for all types as a vmlinux.h.</param>
    /// <returns>The text, lines ended by a line feed.</returns>
    /// <exception cref="BpfException">BPF0201: types refer to each other as no C types can.</exception>
    public string ToHeader(BtfHeaderOptions? options = null) => BtfHeaderWriter.Write(this, options ?? new BtfHeaderOptions());
}

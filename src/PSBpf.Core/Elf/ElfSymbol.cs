namespace PSBpf.Elf;

/// <summary>A symbol.</summary>
/// <param name="Name">Its name; empty for most section symbols.</param>
/// <param name="Type">STT_*.</param>
/// <param name="Binding">STB_*.</param>
/// <param name="Visibility">STV_*.</param>
/// <param name="SectionIndex">The section it lies in; 0 when it is undefined, or a reserved index.</param>
/// <param name="Value">Byte offset in that section.</param>
/// <param name="Size">Bytes.</param>
internal readonly record struct ElfSymbol(
    string Name, ElfSymbolType Type, ElfSymbolBinding Binding, ElfSymbolVisibility Visibility, ushort SectionIndex, ulong Value, ulong Size)
{
    /// <summary>Whether another file would have to define it.</summary>
    public bool IsUndefined => SectionIndex == 0;

    /// <summary>Whether a linker must not let other objects see it: libbpf treats such global functions as static.</summary>
    public bool IsHidden => Visibility is ElfSymbolVisibility.Hidden or ElfSymbolVisibility.Internal;
}

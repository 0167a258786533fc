using System.Globalization;
using PSBpf.Diagnostics;

namespace PSBpf.Btf;

public sealed partial class BtfTypeSet
{
    /// <summary>Writes the types as a C header, whose structs clang lays out as the set says. Where BTF has no C for something (attributes, names used twice), the header says so with padding, packed and names like <c>name___2</c>.</summary>
    /// <param name="options">How; null for all types as a vmlinux.h.</param>
    /// <returns>The text, lines ended by a line feed.</returns>
    /// <exception cref="BpfException">BPF0201: types refer to each other as no C types can.</exception>
    public string ToHeader(BtfHeaderOptions? options = null) => BtfHeaderWriter.Write(this, options ?? new BtfHeaderOptions());

    /// <summary>One type as C declares it, with a comment at each member of a struct: its offset and size in bytes.</summary>
    /// <param name="type">The type.</param>
    public string Define(BtfType type)
    {
        ArgumentNullException.ThrowIfNull(type);
        var declarator = new BtfDeclarator(this, new BtfNames(this, areUnique: false), layout: true);
        return type switch
        {
            BtfStruct structure => string.Create(CultureInfo.InvariantCulture, $"{declarator.Define(type, 0)}; /* {structure.Size} bytes */"),
            BtfEnumType => $"{declarator.Define(type, 0)};",
            BtfReference { ReferenceKind: BtfKind.Typedef } typedef => $"typedef {declarator.Declare(this[typedef.TargetId], typedef.Name, 0)};",
            BtfReference { ReferenceKind: BtfKind.Function or BtfKind.Variable } named => $"{declarator.Declare(this[named.TargetId], named.Name, 0)};",
            BtfForward => $"{declarator.Tag(type)};",
            BtfDataSection section => string.Concat(section.Variables.Select(variable =>
                string.Create(CultureInfo.InvariantCulture, $"{Define(this[variable.TypeId])} /* {variable.Offset}: {variable.Size} */\n"))).TrimEnd('\n'),
            BtfReference { ReferenceKind: BtfKind.DeclarationTag } tag => $"/* {tag.Name}: {Declare(this[tag.TargetId])} */",
            _ => $"{declarator.Declare(type, "", 0)};",
        };
    }
}

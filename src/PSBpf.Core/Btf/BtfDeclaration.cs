using System.Globalization;
using System.Text;

namespace PSBpf.Btf;

public sealed partial class BtfTypeSet
{
    /// <summary>Pointer chains may go round in circles without a name between; C has nothing like them.</summary>
    private const int MaxDeclarator = 32;

    /// <summary>Writes a type as C declares it, e.g. <c>struct flow_key</c>, <c>__u32</c>, <c>char[16]</c>, <c>void (*)(int)</c>.</summary>
    /// <param name="type">The type.</param>
    /// <param name="name">The name that is declared; empty for the type alone.</param>
    public string Declare(BtfType type, string name = "") => Declare(type, name, MaxDeclarator);

    // A declarator grows from the inside out: pointers to the left, arrays and parameters to the right.
    private string Declare(BtfType type, string name, int steps)
    {
        string declarator = name, qualifiers = "";
        bool isPointer = false;
        for (; steps > 0; steps--)
        {
            switch (type)
            {
                case BtfReference { ReferenceKind: BtfKind.Pointer } pointer:
                    declarator = "*" + declarator;
                    isPointer = true;
                    type = this[pointer.TargetId];
                    continue;
                case BtfReference { ReferenceKind: BtfKind.Const or BtfKind.Volatile or BtfKind.Restrict } qualifier:
                    string word = Word(qualifier.ReferenceKind);
                    type = this[qualifier.TargetId];
                    if (type is BtfReference { ReferenceKind: BtfKind.Pointer }) declarator = declarator.Length > 0 ? $"{word} {declarator}" : word;
                    else qualifiers += word + " ";
                    continue;
                case BtfReference { ReferenceKind: BtfKind.TypeTag } tag:
                    type = this[tag.TargetId];
                    continue;
                case BtfArray array:
                    declarator = Grouped() + $"[{array.Length.ToString(CultureInfo.InvariantCulture)}]";
                    type = this[array.ElementId];
                    continue;
                case BtfFunctionPrototype prototype:
                    declarator = Grouped() + Parameters(prototype, steps / 2);
                    type = this[prototype.ReturnId];
                    continue;
                case BtfReference { ReferenceKind: BtfKind.Variable or BtfKind.Function } named:
                    declarator = named.Name;
                    type = this[named.TargetId];
                    continue;
            }

            break;
        }

        string specifier = qualifiers + (steps > 0 ? Specifier(type) : "…");
        return declarator.Length == 0 ? specifier : declarator[0] == '[' ? specifier + declarator : $"{specifier} {declarator}";

        string Grouped()
        {
            string grouped = isPointer ? $"({declarator})" : declarator;
            isPointer = false;
            return grouped;
        }
    }

    private string Parameters(BtfFunctionPrototype prototype, int steps)
    {
        if (prototype.Parameters.Count == 0) return "(void)";
        var text = new StringBuilder("(");
        foreach (BtfParameter parameter in prototype.Parameters)
        {
            if (text.Length > 1) text.Append(", ");
            bool isRest = parameter.TypeId == 0 && parameter.Name.Length == 0;
            text.Append(isRest ? "..." : steps > 0 && text.Length < 1024 ? Declare(this[parameter.TypeId], parameter.Name, Math.Min(steps, 4)) : "…");
            if (text.Length >= 1024) break;
        }

        return text.Append(')').ToString();
    }

    private static string Word(BtfKind qualifier) => qualifier switch
    {
        BtfKind.Const => "const",
        BtfKind.Volatile => "volatile",
        _ => "restrict",
    };

    private static string Specifier(BtfType type)
    {
        string keyword = type switch
        {
            BtfStruct { IsUnion: true } or BtfForward { IsUnion: true } => "union",
            BtfStruct or BtfForward => "struct",
            BtfEnumType => "enum",
            _ => "",
        };
        return keyword.Length == 0 ? type.Name : type.Name.Length > 0 ? $"{keyword} {type.Name}" : $"{keyword} {{…}}";
    }
}

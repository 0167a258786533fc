using PSBpf.Btf;

namespace PSBpf.Hosting;

/// <summary>A type of a kernel, an object or a program, by its BTF.</summary>
public sealed class BpfType
{
    private readonly BtfTypeSet _types;
    private readonly BtfType _type;

    internal BpfType(BtfTypeSet types, BtfType type)
    {
        _types = types;
        _type = type;
    }

    /// <summary>Its id in its BTF.</summary>
    public int Id => _type.Id;

    /// <summary>BTF_KIND_*.</summary>
    public BtfKind Kind => _type.Kind;

    /// <summary>Its name; empty for anonymous types.</summary>
    public string Name => _type.Name;

    /// <summary>Bytes; null for what has no size: functions, forward declarations, void.</summary>
    public int? Size => _types.HasSize(_type) ? _types.SizeOf(_type) : null;

    /// <summary>How it is written where it is used, e.g. <c>struct task_struct</c>.</summary>
    public string Declaration => _types.Declare(_type);

    /// <summary>Its definition in C; members carry their offset and size as comments.</summary>
    public string Definition => _types.Define(_type);

    // Arrays all through: PowerShell finds no index on the lists that a compiler makes up.

    /// <summary>Members of a struct or union, parameters of a function, variables of a data section; in order.</summary>
    public IReadOnlyList<BpfTypeMember> Members => _type switch
    {
        BtfStruct structure => structure.Members.Select(Member).ToArray(),
        BtfFunctionPrototype prototype => prototype.Parameters.Select(Parameter).ToArray(),
        BtfReference { ReferenceKind: BtfKind.Function } function when _types[function.TargetId] is BtfFunctionPrototype prototype => prototype.Parameters.Select(Parameter).ToArray(),
        BtfDataSection section => section.Variables.Select(Variable).ToArray(),
        BtfReference { ReferenceKind: BtfKind.Typedef } typedef when _types.Resolve(typedef) is BtfStruct structure => structure.Members.Select(Member).ToArray(),
        _ => Array.Empty<BpfTypeMember>(),
    };

    /// <summary>Names and values of an enumeration.</summary>
    public IReadOnlyList<BpfTypeValue> Values => _types.Resolve(_type) is BtfEnumType enumeration
        ? enumeration.Members.Select(member => new BpfTypeValue(member.Name, enumeration.IsSigned ? member.Value : (object)(ulong)member.Value)).ToArray()
        : [];

    /// <summary>Its declaration.</summary>
    public override string ToString() => Declaration;

    private BpfTypeMember Member(BtfMember member)
    {
        BtfType type = _types[member.TypeId];
        return new(member.Name, _types.Declare(type), member.BitOffset / 8, member.BitOffset, _types.SizeOf(type), member.BitfieldSize > 0 ? member.BitfieldSize : null);
    }

    private BpfTypeMember Parameter(BtfParameter parameter) =>
        new(parameter.Name, parameter.TypeId == 0 && parameter.Name.Length == 0 ? "..." : _types.Declare(_types[parameter.TypeId]), null, null, _types.SizeOf(_types[parameter.TypeId]), null);

    private BpfTypeMember Variable(BtfSectionVariable variable) =>
        new(_types[variable.TypeId].Name, _types.Declare(_types.Resolve(_types[variable.TypeId])), variable.Offset, variable.Offset * 8, variable.Size, null);
}

/// <summary>A member of a type.</summary>
/// <param name="Name">Its name; empty for anonymous structs and unions.</param>
/// <param name="Type">Its type in C.</param>
/// <param name="Offset">Bytes from the start; null for parameters.</param>
/// <param name="BitOffset">Bits from the start; null for parameters.</param>
/// <param name="Size">Bytes of its type.</param>
/// <param name="BitSize">Bits of a bitfield; null for other members.</param>
public sealed record BpfTypeMember(string Name, string Type, int? Offset, int? BitOffset, int Size, int? BitSize);

/// <summary>A value of an enumeration.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">Its value, a long or a ulong as the enumeration is signed or not.</param>
public sealed record BpfTypeValue(string Name, object Value);

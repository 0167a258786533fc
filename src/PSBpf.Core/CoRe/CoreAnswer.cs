using PSBpf.Btf;

namespace PSBpf.CoRe;

/// <summary>What a relocation's question comes to for one access.</summary>
/// <param name="Value">The answer.</param>
/// <param name="IsFound">False where the question has no answer, since the type or field is not there.</param>
/// <param name="FieldId">For offsets of fields that are no bitfields: the field's type, whose size a load or store has; 0 otherwise.</param>
/// <param name="MustAgree">Whether the instruction has to hold the answer that the object's own types give; bitfields' are not written by all compilers.</param>
internal readonly record struct CoreAnswer(ulong Value, bool IsFound = true, int FieldId = 0, bool MustAgree = true)
{
    private const int Bits = 64;

    /// <summary>No answer: an instruction that needs it must not run.</summary>
    public static CoreAnswer Missing { get; } = new(0, IsFound: false);

    /// <summary>The answer for an access; null for what the relocation's kind cannot be asked of.</summary>
    /// <param name="access">The access; null when the type or field was not found.</param>
    /// <param name="kind">The question.</param>
    public static CoreAnswer? To(CoreAccess? access, CoreKind kind)
    {
        if (access is null)
        {
            // Sizes and ids of types that do not exist are 0, as libbpf has it; fields and values that do not exist have no answer.
            bool hasAnswer = !kind.IsField() && !kind.IsEnumValue() || kind is CoreKind.FieldExists or CoreKind.EnumValueExists;
            return hasAnswer ? new CoreAnswer(0) : Missing;
        }

        BtfTypeSet types = access.Types;
        return kind switch
        {
            CoreKind.FieldExists or CoreKind.TypeExists or CoreKind.TypeMatches or CoreKind.EnumValueExists => new CoreAnswer(1),
            CoreKind.TypeIdLocal or CoreKind.TypeIdTarget => new CoreAnswer((ulong)access.RootId, MustAgree: kind == CoreKind.TypeIdLocal),
            CoreKind.TypeSize => types.HasSize(types[access.RootId]) ? new CoreAnswer((ulong)types.SizeOf(types[access.RootId])) : null,
            CoreKind.EnumValue => new CoreAnswer((ulong)((BtfEnumType)types[access.Steps[0].TypeId]).Members[access.Steps[0].Index].Value),
            _ => access.Steps[^1].Name is null ? ToElement(access, kind) : ToMember(access, kind),
        };
    }

    private static CoreAnswer? ToElement(CoreAccess access, CoreKind kind)
    {
        int id = access.Steps[^1].TypeId;
        return kind switch
        {
            CoreKind.FieldOffset => new CoreAnswer((ulong)(access.BitOffset / 8), FieldId: id),
            CoreKind.FieldSize when access.Types.HasSize(access.Types[id]) => new CoreAnswer((ulong)access.Types.SizeOf(access.Types[id])),
            _ => null,
        };
    }

    private static CoreAnswer? ToMember(CoreAccess access, CoreKind kind)
    {
        BtfTypeSet types = access.Types;
        BtfMember member = ((BtfStruct)types[access.Steps[^1].TypeId]).Members[access.Steps[^1].Index];
        BtfType type = CoreAccess.Plain(types, member.TypeId);
        long size, offset, bits = member.BitfieldSize;
        // Bitfields of old compilers are integers with fewer bits than they take.
        bool isBitfield = bits > 0;
        if (isBitfield)
        {
            // The smallest number of naturally aligned bytes that holds it, from those of its type on.
            size = types.SizeOf(type);
            if (size == 0) return null;
            offset = access.BitOffset / 8 / size * size;
            while (access.BitOffset + bits - offset * 8 > size * 8)
            {
                if (size >= 8) return null;
                size *= 2;
                offset = access.BitOffset / 8 / size * size;
            }
        }
        else
        {
            if (!types.HasSize(type)) return null;
            size = types.SizeOf(type);
            offset = access.BitOffset / 8;
            bits = size * 8;
        }

        return kind switch
        {
            CoreKind.FieldOffset => new CoreAnswer((ulong)offset, FieldId: isBitfield ? 0 : type.Id, MustAgree: !isBitfield),
            CoreKind.FieldSize => new CoreAnswer((ulong)size, MustAgree: !isBitfield),
            CoreKind.FieldSigned => new CoreAnswer(IsSigned(type) ? 1ul : 0),
            CoreKind.FieldLeftShift => new CoreAnswer((ulong)(Bits - (access.BitOffset + bits - offset * 8)), MustAgree: !isBitfield),
            CoreKind.FieldRightShift => new CoreAnswer((ulong)(Bits - bits)),
            _ => null,
        };
    }

    private static bool IsSigned(BtfType type) => type switch
    {
        BtfInt integer => integer.Encoding.HasFlag(BtfIntEncoding.Signed),
        BtfEnumType enumeration => enumeration.IsSigned,
        _ => false,
    };
}

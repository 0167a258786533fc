using PSBpf.Btf;

namespace PSBpf.CoRe;

/// <summary>
/// Whether a type of the kernel may stand for one of the object's. Three degrees, as libbpf's documentation describes them: fields are alike when
/// their kinds are, so that sizes may differ; types are alike when what they point to and take as parameters is of the same kinds;
/// and a type matches when the kernel's has everything that the object's has, by name and type.
/// </summary>
internal sealed class CoreCompatibility(BtfTypeSet local)
{
    private const int MaxDepth = 32;

    /// <summary>Types that one question may look at. Real ones take hundreds; types made to be bad could take for ever.</summary>
    private const int MaxSteps = 1 << 16;

    private int _left;

    /// <summary>Whether two kinds count as one: enumerations of both widths do.</summary>
    public static bool IsSameKind(BtfKind left, BtfKind right) => Normal(left) == Normal(right);

    /// <summary>Whether a field of the object's type may be read as one of the target's.</summary>
    public bool AreFieldsAlike(int localId, BtfTypeSet target, int targetId)
    {
        for (int depth = 0; depth < MaxDepth; depth++)
        {
            BtfType left = CoreAccess.Plain(local, localId), right = CoreAccess.Plain(target, targetId);
            if (left is BtfStruct && right is BtfStruct) return true;
            if (!IsSameKind(left.Kind, right.Kind)) return false;
            switch (left, right)
            {
                case (BtfReference { ReferenceKind: BtfKind.Pointer } or BtfFloat, _):
                    return true;
                case (BtfForward or BtfEnumType, _):
                    return left.Name.Length == 0 || right.Name.Length == 0 || CoreNames.Match(left.Name, right.Name);
                case (BtfInt leftInt, BtfInt rightInt):
                    // Size and sign may differ; integers that are bitfields by themselves are of old compilers.
                    return leftInt.BitOffset == 0 && rightInt.BitOffset == 0;
                case (BtfArray leftArray, BtfArray rightArray):
                    (localId, targetId) = (leftArray.ElementId, rightArray.ElementId);
                    continue;
                default:
                    return false;
            }
        }

        return false;
    }

    /// <summary>Whether two types are of the same shape, names and sizes aside.</summary>
    public bool AreAlike(int localId, BtfTypeSet target, int targetId)
    {
        _left = MaxSteps;
        return AreAlike(localId, target, targetId, MaxDepth);
    }

    /// <summary>Whether the target's type has everything that the object's has.</summary>
    public bool Matches(int localId, BtfTypeSet target, int targetId)
    {
        _left = MaxSteps;
        return Matches(localId, target, targetId, isBehindPointer: false, MaxDepth);
    }

    private static BtfKind Normal(BtfKind kind) => kind == BtfKind.Enum64 ? BtfKind.Enum : kind;

    private bool AreAlike(int localId, BtfTypeSet target, int targetId, int depth)
    {
        for (; depth > 0 && _left > 0; depth--, _left--)
        {
            BtfType left = CoreAccess.Plain(local, localId), right = CoreAccess.Plain(target, targetId);
            if (!IsSameKind(left.Kind, right.Kind)) return false;
            switch (left, right)
            {
                case (BtfVoid or BtfStruct or BtfEnumType or BtfForward, _):
                    return true;
                case (BtfInt leftInt, BtfInt rightInt):
                    return leftInt.BitOffset == 0 && rightInt.BitOffset == 0;
                case (BtfReference { ReferenceKind: BtfKind.Pointer } leftPointer, BtfReference rightPointer):
                    (localId, targetId) = (leftPointer.TargetId, rightPointer.TargetId);
                    continue;
                case (BtfArray leftArray, BtfArray rightArray):
                    (localId, targetId) = (leftArray.ElementId, rightArray.ElementId);
                    continue;
                case (BtfFunctionPrototype leftFunction, BtfFunctionPrototype rightFunction):
                    if (leftFunction.Parameters.Count != rightFunction.Parameters.Count) return false;
                    for (int index = 0; index < leftFunction.Parameters.Count; index++)
                        if (!AreAlike(leftFunction.Parameters[index].TypeId, target, rightFunction.Parameters[index].TypeId, depth - 1)) return false;
                    (localId, targetId) = (leftFunction.ReturnId, rightFunction.ReturnId);
                    continue;
                default:
                    return false;
            }
        }

        return false;
    }

    private bool Matches(int localId, BtfTypeSet target, int targetId, bool isBehindPointer, int depth)
    {
        for (; depth > 0 && _left > 0; depth--, _left--)
        {
            BtfType left = CoreAccess.Plain(local, localId), right = CoreAccess.Plain(target, targetId);
            if (!CoreNames.Match(left.Name, right.Name)) return false;
            switch (left, right)
            {
                case (BtfVoid, BtfVoid):
                    return true;
                // Behind a pointer it is enough that the type is declared.
                case (BtfStruct or BtfForward, BtfStruct or BtfForward) when isBehindPointer || left is BtfForward:
                    return IsUnion(left) == IsUnion(right) && (isBehindPointer || right is BtfForward);
                case (BtfStruct leftStruct, BtfStruct rightStruct):
                    return leftStruct.IsUnion == rightStruct.IsUnion && MembersMatch(leftStruct, target, rightStruct, depth - 1);
                case (BtfEnumType leftEnum, BtfEnumType rightEnum):
                    return leftEnum.Members.All(member => rightEnum.Members.Any(other => CoreNames.Match(member.Name, other.Name)));
                case (BtfInt leftInt, BtfInt rightInt):
                    return leftInt.Bits == rightInt.Bits && leftInt.Encoding.HasFlag(BtfIntEncoding.Signed) == rightInt.Encoding.HasFlag(BtfIntEncoding.Signed);
                case (BtfReference { ReferenceKind: BtfKind.Pointer } leftPointer, BtfReference { ReferenceKind: BtfKind.Pointer } rightPointer):
                    isBehindPointer = true;
                    (localId, targetId) = (leftPointer.TargetId, rightPointer.TargetId);
                    continue;
                case (BtfArray leftArray, BtfArray rightArray):
                    if (leftArray.Length != rightArray.Length) return false;
                    (localId, targetId) = (leftArray.ElementId, rightArray.ElementId);
                    continue;
                case (BtfFunctionPrototype leftFunction, BtfFunctionPrototype rightFunction):
                    if (leftFunction.Parameters.Count != rightFunction.Parameters.Count) return false;
                    for (int index = 0; index < leftFunction.Parameters.Count; index++)
                        if (!Matches(leftFunction.Parameters[index].TypeId, target, rightFunction.Parameters[index].TypeId, isBehindPointer: false, depth - 1)) return false;
                    (localId, targetId) = (leftFunction.ReturnId, rightFunction.ReturnId);
                    continue;
                default:
                    return false;
            }
        }

        return false;
    }

    private bool MembersMatch(BtfStruct left, BtfTypeSet target, BtfStruct right, int depth)
    {
        foreach (BtfMember member in left.Members)
        {
            bool found = false;
            foreach (BtfMember other in right.Members)
            {
                if (!CoreNames.Match(member.Name, other.Name)) continue;
                if (found = Matches(member.TypeId, target, other.TypeId, isBehindPointer: false, depth)) break;
            }

            if (!found) return false;
        }

        return true;
    }

    private static bool IsUnion(BtfType type) => type is BtfStruct { IsUnion: true } or BtfForward { IsUnion: true };
}

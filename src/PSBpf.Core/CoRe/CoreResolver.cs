using PSBpf.Btf;
using PSBpf.Diagnostics;

namespace PSBpf.CoRe;

/// <summary>What becomes of one relocation.</summary>
/// <param name="Kind">The question.</param>
/// <param name="Local">What the object's own types answer: the instruction holds it.</param>
/// <param name="Target">What the target's types answer.</param>
/// <param name="LocalSize">Bytes that a load or store of the field has; 0 where it does not matter.</param>
/// <param name="TargetSize">Bytes that it must have.</param>
/// <param name="CanResize">Whether a load or store of the one size may become one of the other: of pointers and unsigned integers.</param>
/// <param name="What">The field, type or enumerator in C's words.</param>
internal sealed record CoreResult(CoreKind Kind, CoreAnswer Local, CoreAnswer Target, int LocalSize, int TargetSize, bool CanResize, string What);

/// <summary>Answers an object's relocations from a target's types; without a target from its own.</summary>
internal sealed class CoreResolver(BtfTypeSet local, CoreTarget? target)
{
    private readonly CoreMatcher _matcher = new(new CoreCompatibility(local));
    private readonly Dictionary<(int TypeId, string Access, CoreKind Kind), CoreResult> _known = [];

    /// <summary>What the answers are from, for messages.</summary>
    public string TargetName => target?.Name ?? "the object's own types";

    /// <summary>Answers a relocation.</summary>
    /// <param name="relocation">The relocation.</param>
    /// <param name="location">Its place, for messages.</param>
    /// <exception cref="BpfException">BPF0313: it contradicts the object's types; BPF0314: the target's types give several answers.</exception>
    public CoreResult Resolve(BtfCoreRelocation relocation, DiagnosticLocation location)
    {
        var kind = (CoreKind)relocation.Kind;
        if (_known.TryGetValue((relocation.TypeId, relocation.Access, kind), out CoreResult? known)) return known;
        if (kind > CoreKind.TypeMatches)
            throw DiagnosticRules.CoreMalformed.Error($"A CO-RE relocation against '{local.Declare(local[relocation.TypeId])}' is of kind {relocation.Kind}, which is not known.", location);
        if (CoreAccessReader.Read(local, relocation.TypeId, relocation.Access, kind) is not { } access || CoreAnswer.To(access, kind) is not { } own)
            throw DiagnosticRules.CoreMalformed.Error(
                $"A CO-RE relocation ({kind}) against '{local.Declare(local[relocation.TypeId])}' has the access '{relocation.Access}', which the type does not have.", location);

        CoreResult result = kind == CoreKind.TypeIdLocal || target is null
            ? new CoreResult(kind, own, own, 0, 0, CanResize: true, access.ToString())
            : Find(access, own, kind, location);
        _known.Add((relocation.TypeId, relocation.Access, kind), result);
        return result;
    }

    private CoreResult Find(CoreAccess access, CoreAnswer own, CoreKind kind, DiagnosticLocation location)
    {
        BtfType root = local[access.RootId];
        if (root.Name.Length == 0)
            throw DiagnosticRules.CoreMalformed.Error($"A CO-RE relocation ({kind}) is against '{local.Declare(root)}', which has no name to look for.", location, "Give the type a name.");

        CoreAccess? best = null;
        CoreAnswer? answer = null;
        foreach (CoreCandidate candidate in target!.FindCandidates(root))
        {
            if (_matcher.Match(access, candidate.Types, candidate.Id, kind) is not { } found) continue;
            CoreAnswer next = CoreAnswer.To(found, kind)
                ?? throw DiagnosticRules.CoreMalformed.Error($"'{found}' of {TargetName} cannot be asked for its {kind}.", location);
            if (best is null)
            {
                (best, answer) = (found, next);
            }
            else if (best.BitOffset != found.BitOffset || answer!.Value.Value != next.Value)
            {
                throw DiagnosticRules.CoreAmbiguous.Error(
                    $"{TargetName} has several types '{CoreNames.Essential(root.Name)}', which disagree about '{access}': {answer!.Value.Value} and {next.Value}.", location);
            }
        }

        answer ??= CoreAnswer.To(null, kind);
        int localSize = SizeOf(local, own.FieldId), targetSize = best is null ? 0 : SizeOf(best.Types, answer!.Value.FieldId);
        bool canResize = best is null || localSize == targetSize || CanResize(local[own.FieldId], best!.Types[answer!.Value.FieldId]);
        return new CoreResult(kind, own, answer!.Value, localSize, targetSize, canResize, access.ToString());
    }

    private static int SizeOf(BtfTypeSet types, int fieldId) => fieldId == 0 ? 0 : types.SizeOf(types[fieldId]);

    private static bool CanResize(BtfType left, BtfType right) =>
        left is BtfReference { ReferenceKind: BtfKind.Pointer } && right is BtfReference { ReferenceKind: BtfKind.Pointer }
        || left is BtfInt { Encoding: var leftSign } && right is BtfInt { Encoding: var rightSign } && !leftSign.HasFlag(BtfIntEncoding.Signed) && !rightSign.HasFlag(BtfIntEncoding.Signed);
}

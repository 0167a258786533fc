using PSBpf.Objects;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Maps;

/// <summary>What programs must have in common to be called from each other by bpf_tail_call.</summary>
/// <param name="Type">BPF_PROG_TYPE_*.</param>
/// <param name="Attach">The attach type that they expect.</param>
/// <param name="HasFragments">Whether they take packets in fragments (BPF_F_XDP_HAS_FRAGS).</param>
internal readonly record struct ProgramKind(ProgramType Type, AttachType Attach, bool HasFragments)
{
    private const uint XdpHasFragments = 1 << 5;

    /// <summary>The kind of a program.</summary>
    public static ProgramKind Of(ProgramSpec spec) => new(spec.Type, spec.ExpectedAttachType, (spec.Flags & XdpHasFragments) != 0);
}

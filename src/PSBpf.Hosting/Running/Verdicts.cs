using System.Globalization;
using PSBpf.Uapi;

namespace PSBpf.Hosting;

/// <summary>The names that the UAPI gives to return values, by program type.</summary>
internal static class Verdicts
{
    // enum xdp_action
    private static readonly string[] Xdp = ["XDP_ABORTED", "XDP_DROP", "XDP_PASS", "XDP_TX", "XDP_REDIRECT"];

    // TC_ACT_* of linux/pkt_cls.h, from 0; TC_ACT_UNSPEC is −1.
    private static readonly string[] Tc =
    [
        "TC_ACT_OK", "TC_ACT_RECLASSIFY", "TC_ACT_SHOT", "TC_ACT_PIPE", "TC_ACT_STOLEN", "TC_ACT_QUEUED", "TC_ACT_REPEAT",
        "TC_ACT_REDIRECT", "TC_ACT_TRAP",
    ];

    // enum sk_action
    private static readonly string[] Sk = ["SK_DROP", "SK_PASS"];

    public static string NameOf(ProgramType type, int value)
    {
        var names = type switch
        {
            ProgramType.Xdp => Xdp,
            ProgramType.SchedCls or ProgramType.SchedAct => Tc,
            ProgramType.SkSkb or ProgramType.SkMsg or ProgramType.SkLookup or ProgramType.SkReuseport => Sk,
            _ => [],
        };
        if (names == Tc && value == -1) return "TC_ACT_UNSPEC";
        return (uint)value < (uint)names.Length ? names[value] : value.ToString(CultureInfo.InvariantCulture);
    }
}

using PSBpf.Uapi;

namespace PSBpf.Linux.Running;

/// <summary>What BPF_PROG_TEST_RUN does with the context of a program type.</summary>
internal enum TestRunContext
{
    /// <summary>Takes none.</summary>
    None,

    /// <summary>Reads it.</summary>
    In,

    /// <summary>Reads it, or starts from zeroes, and gives it back.</summary>
    InOut,

    /// <summary>Gives it back in the buffer it was read from.</summary>
    InPlace,
}

/// <summary>What BPF_PROG_TEST_RUN takes and gives for a program type, as observed on Linux 6.18.</summary>
/// <param name="TakesPacket">Needs a packet of at least an Ethernet header.</param>
/// <param name="ReturnsData">Gives back the packet, or for flow dissectors the flow keys.</param>
/// <param name="Context">What it does with the context.</param>
/// <param name="ContextBytes">Size of the context's UAPI structure; 0 where it varies.</param>
/// <param name="Repeats">Whether the kernel itself repeats and measures runs.</param>
internal sealed record TestRunShape(bool TakesPacket, bool ReturnsData, TestRunContext Context, int ContextBytes, bool Repeats)
{
    /// <summary>struct xdp_md: data, data_end, data_meta, ingress_ifindex, rx_queue_index, egress_ifindex.</summary>
    public const int XdpContextBytes = 24;

    private static readonly TestRunShape SocketBuffer = new(true, true, TestRunContext.InOut, 192, true);
    private static readonly TestRunShape Express = new(true, true, TestRunContext.InOut, XdpContextBytes, true);
    private static readonly TestRunShape FlowDissector = new(true, true, TestRunContext.In, 0, true);
    private static readonly TestRunShape Netfilter = new(true, false, TestRunContext.In, 0, true);
    private static readonly TestRunShape SocketLookup = new(false, false, TestRunContext.InOut, 72, true);
    private static readonly TestRunShape Arguments = new(false, false, TestRunContext.In, 0, false);
    private static readonly TestRunShape SystemCall = new(false, false, TestRunContext.InPlace, 0, false);

    /// <summary>The row of a program type; types without one are tried with whatever was given.</summary>
    public static TestRunShape Of(ProgramType type) => type switch
    {
        ProgramType.SocketFilter or ProgramType.SchedCls or ProgramType.SchedAct or ProgramType.CgroupSkb
            or ProgramType.LwtIn or ProgramType.LwtOut or ProgramType.LwtXmit or ProgramType.LwtSeg6Local => SocketBuffer,
        ProgramType.Xdp => Express,
        ProgramType.FlowDissector => FlowDissector,
        ProgramType.Netfilter => Netfilter,
        ProgramType.SkLookup => SocketLookup,
        ProgramType.Syscall => SystemCall,
        _ => Arguments,
    };
}

namespace PSBpf.Runtime.Hooks;

/// <summary>How to attach a program.</summary>
public sealed record LinkOptions
{
    /// <summary>Where there is room.</summary>
    public static LinkOptions Default { get; } = new();

    /// <summary>Whether to take the place of what is there: of the hook's only program, or of a filter with the same priority. Its link is detached.</summary>
    public bool Replace { get; init; }

    /// <summary>
    /// The order among programs of a hook that takes several, smallest first; in order of attaching among equals. At a TC hook those
    /// with a priority are filters of a clsact qdisc, which run after the tcx programs that have none.
    /// </summary>
    public int Priority { get; init; }

    /// <summary>Flags as the hook's UAPI has them, kept with the link.</summary>
    public uint Flags { get; init; }

    /// <summary>The link that it is to run just before; null for none.</summary>
    public ManagedLink? Before { get; init; }

    /// <summary>The link that it is to run just after; null for none.</summary>
    public ManagedLink? After { get; init; }

    /// <summary>
    /// At an XDP hook: the verdicts after which the next program runs, as bits by their number, as libxdp's dispatcher has it; null to be
    /// the only program there.
    /// </summary>
    public uint? ChainCalls { get; init; }

    /// <summary>In a cgroup: what this means for the cgroups below.</summary>
    public CgroupMode Mode { get; init; }
}

/// <summary>What programs of a cgroup mean for the cgroups below it.</summary>
public enum CgroupMode
{
    /// <summary>They run there too, after those of the cgroup below (BPF_F_ALLOW_MULTI, and every bpf_link).</summary>
    Multi,

    /// <summary>A program there takes their place (BPF_F_ALLOW_OVERRIDE).</summary>
    Override,

    /// <summary>Nothing may be attached there.</summary>
    Exclusive,
}

using PSBpf.Runtime.Hooks;

namespace PSBpf.Hosting;

/// <summary>How to attach a program to a hook.</summary>
public sealed record AttachOptions
{
    /// <summary>Where there is room, after what is there.</summary>
    public static AttachOptions Default { get; } = new();

    /// <summary>Take the place of what is there: of the hook's only program, or at a TC hook of the filter with the same priority.</summary>
    public bool Replace { get; init; }

    /// <summary>The order among programs of the hook, smallest first. At a TC hook: the priority of a filter; tcx programs have none and run first.</summary>
    public int Priority { get; init; }

    /// <summary>Flags as the hook's UAPI has them; kept with the link.</summary>
    public uint Flags { get; init; }

    /// <summary>The link to run just before; null for none.</summary>
    public BpfLink? Before { get; init; }

    /// <summary>The link to run just after; null for none.</summary>
    public BpfLink? After { get; init; }

    /// <summary>At an XDP hook: the verdicts after which the next program runs, e.g. <c>XDP_PASS</c>; null for the hook's only program.</summary>
    public IReadOnlyList<string>? ChainOn { get; init; }

    /// <summary>In a cgroup: what the program means for the cgroups below.</summary>
    public CgroupMode Mode { get; init; }
}

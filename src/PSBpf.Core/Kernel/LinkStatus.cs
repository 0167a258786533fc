namespace PSBpf.Kernel;

/// <summary>What a kernel says of a link (struct bpf_link_info).</summary>
public sealed record LinkStatus
{
    /// <summary>Id in its kernel.</summary>
    public required int Id { get; init; }

    /// <summary>Its type in short, e.g. <c>xdp</c>, <c>tracing</c>, <c>kprobe_multi</c>; the number for a type that is newer than this version.</summary>
    public required string Type { get; init; }

    /// <summary>Id of the program that it holds, in the same kernel.</summary>
    public required int ProgramId { get; init; }

    /// <summary>What the program is attached to, e.g. <c>xdp:eth0</c>; empty where the kernel does not tell.</summary>
    public string Target { get; init; } = "";
}

namespace PSBpf.Uapi;

/// <summary>
/// A version of Linux and the last of each of the UAPI's lists that it had: those lists only grow at their ends, so that everything up to there is in it.
/// A list that did not grow in a version stands at what an earlier row says.
/// </summary>
/// <param name="Version">Major and minor number.</param>
internal sealed record KernelRelease(Version Version)
{
    /// <summary>The last helper, without <c>bpf_</c>; null where none came.</summary>
    public string? Helper { get; init; }

    /// <summary>The last map type.</summary>
    public MapType MapType { get; init; }

    /// <summary>The last flag of maps.</summary>
    public MapFlags MapFlag { get; init; }

    /// <summary>The last program type.</summary>
    public ProgramType ProgramType { get; init; }

    /// <summary>The last attach type; null where none came, since 0 is one.</summary>
    public AttachType? AttachType { get; init; }
}

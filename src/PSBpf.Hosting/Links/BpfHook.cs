namespace PSBpf.Hosting;

/// <summary>A place that runs programs.</summary>
public sealed record BpfHook
{
    /// <summary>Type and target, e.g. <c>xdp:eth0</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Kind of hook, e.g. <c>xdp</c>.</summary>
    public required string Type { get; init; }

    /// <summary>What it is on, e.g. <c>eth0</c>.</summary>
    public required string Target { get; init; }

    /// <summary>Names of the programs attached to it, in the order they run.</summary>
    public required IReadOnlyList<string> Links { get; init; }

    /// <summary>How often it fired.</summary>
    public required long Events { get; init; }

    /// <summary>Mean nanoseconds of one firing; 0 before the first.</summary>
    public required double MeanNanoseconds { get; init; }
}

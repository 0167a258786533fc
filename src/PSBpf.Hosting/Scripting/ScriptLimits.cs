namespace PSBpf.Hosting;

/// <summary>What a guest may take.</summary>
public sealed record ScriptLimits
{
    /// <summary>Bytes of objects; as many again of array buffers.</summary>
    public long HeapBytes { get; init; } = 64L << 20;

    /// <summary>How long one callback may run; the script's own first run too.</summary>
    public TimeSpan Callback { get; init; } = TimeSpan.FromSeconds(5);
}

/// <summary>How to run a script.</summary>
public sealed record ScriptOptions
{
    /// <summary>What the guest may take.</summary>
    public ScriptLimits Limits { get; init; } = new();

    /// <summary>When to end; <see cref="Timeout.InfiniteTimeSpan"/> for never.</summary>
    public TimeSpan Timeout { get; init; } = System.Threading.Timeout.InfiniteTimeSpan;

    /// <summary>After how many events to end.</summary>
    public long Count { get; init; } = long.MaxValue;

    /// <summary>What the script sees as <c>bpf.args</c>.</summary>
    public IReadOnlyList<object?> Arguments { get; init; } = [];

    /// <summary>The source whose events go to the function that the script exports as default; null when it subscribes itself.</summary>
    public string? Watched { get; init; }

    /// <summary>The struct that events of <see cref="Watched"/> are; null to find it.</summary>
    public string? WatchedType { get; init; }
}

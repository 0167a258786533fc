namespace PSBpf.Hosting;

/// <summary>How a source sends its packets.</summary>
public sealed record SourceOptions
{
    /// <summary>Once, as fast as possible.</summary>
    public static SourceOptions Default { get; } = new();

    /// <summary>What to call it; null for the capture's name, or <c>generator</c>.</summary>
    public string? Name { get; init; }

    /// <summary>Packets per second; null for as fast as possible.</summary>
    public double? Rate { get; init; }

    /// <summary>Whether packets come as far apart as they were captured; generators know no such pace.</summary>
    public bool OriginalPace { get; init; }

    /// <summary>Whether a capture begins again at its end, until it is stopped or <see cref="Count"/> is reached.</summary>
    public bool Loop { get; init; }

    /// <summary>Packets after which it ends; null for all that there are, which of a generator is without end.</summary>
    public long? Count { get; init; }

    /// <summary>The virtual CPU that all its packets arrive on, waiting for it where need be; null for any that is free.</summary>
    public int? Cpu { get; init; }
}

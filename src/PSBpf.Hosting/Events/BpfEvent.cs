namespace PSBpf.Hosting;

/// <summary>One sample out of a ring buffer or perf buffer, or one line that a program printed.</summary>
public sealed record BpfEvent
{
    /// <summary>When it was read.</summary>
    public required DateTime Time { get; init; }

    /// <summary>The map's name, or <c>printk</c>.</summary>
    public required string Source { get; init; }

    /// <summary>The CPU it came from; null for ring buffers, which do not say.</summary>
    public int? Cpu { get; init; }

    /// <summary>The program that printed it; null for samples, which do not say.</summary>
    public string? Program { get; init; }

    /// <summary>The sample, typed by BTF; its bytes where the type is unknown.</summary>
    public required object Data { get; init; }

    /// <summary>The sample's bytes.</summary>
    public required byte[] Bytes { get; init; }

    /// <summary>How many samples of this source were lost up to now, for want of room; −1 where the kernel does not count them.</summary>
    public required long Dropped { get; init; }
}

namespace PSBpf.Kernel;

/// <summary>Takes one sample out of a CPU's perf buffer; the span is valid during the call only.</summary>
/// <param name="cpu">The CPU whose program wrote it.</param>
/// <param name="sample">The sample's bytes, with the padding that the record has: 4 more than a multiple of 8.</param>
/// <returns>False to stop after this sample, which counts as consumed.</returns>
public delegate bool PerfSampleConsumer(int cpu, ReadOnlySpan<byte> sample);

/// <summary>The consumer side of a BPF_MAP_TYPE_PERF_EVENT_ARRAY: one buffer for each CPU, made when the reader is opened.</summary>
public interface IPerfBufferReader : IDisposable
{
    /// <summary>Hands every sample to <paramref name="consumer"/>: in order for each CPU, one CPU after the other.</summary>
    /// <returns>How many samples were handed over.</returns>
    int Consume(PerfSampleConsumer consumer);

    /// <summary>Waits until a CPU has written as many samples as <see cref="PerfBufferOptions.WakeupEvents"/> says.</summary>
    /// <param name="timeout">How long to wait; <see cref="Timeout.InfiniteTimeSpan"/> for ever.</param>
    /// <param name="cancellation">Ends the wait early, without an exception.</param>
    /// <returns>Whether somebody was woken; a sample may be there without that when several are waited for.</returns>
    bool Wait(TimeSpan timeout, CancellationToken cancellation);

    /// <summary>The counts of each CPU that has a buffer.</summary>
    IReadOnlyList<PerfBufferCounts> Counts { get; }
}

/// <summary>What became of the samples of one CPU since its buffer was made.</summary>
/// <param name="Cpu">The CPU.</param>
/// <param name="Produced">Samples that programs submitted; −1 where that is not known.</param>
/// <param name="Delivered">Samples that were consumed.</param>
/// <param name="Dropped">Samples that did not fit or were overwritten; −1 where the kernel does not count them.</param>
/// <param name="Backlog">Samples that wait.</param>
public readonly record struct PerfBufferCounts(int Cpu, long Produced, long Delivered, long Dropped, long Backlog);

/// <summary>How perf buffers are set up.</summary>
public sealed record PerfBufferOptions
{
    /// <summary>The defaults.</summary>
    public static PerfBufferOptions Default { get; } = new();

    /// <summary>Pages of 4096 bytes of each CPU's buffer; a power of two.</summary>
    public int Pages { get; init; } = 64;

    /// <summary>Whether new samples overwrite the oldest when the buffer is full; else they are dropped.</summary>
    public bool Overwrite { get; init; }

    /// <summary>After how many samples of a CPU a waiting reader is woken; at least 1.</summary>
    public int WakeupEvents { get; init; } = 1;

    /// <summary>Checks the values.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One is out of range.</exception>
    public void Check()
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(Pages);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Pages, 1 << 16);
        if (!int.IsPow2(Pages)) throw new ArgumentOutOfRangeException(nameof(Pages), Pages, "The number of pages must be a power of two.");
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(WakeupEvents);
    }
}

namespace PSBpf.Kernel;

/// <summary>Takes one sample out of a ring buffer; the span is valid during the call only.</summary>
/// <param name="sample">The sample's bytes.</param>
/// <returns>False to stop after this sample, which counts as consumed.</returns>
public delegate bool RingBufferConsumer(ReadOnlySpan<byte> sample);

/// <summary>The consumer side of a BPF_MAP_TYPE_RINGBUF.</summary>
public interface IRingBufferReader : IDisposable
{
    /// <summary>Hands every committed sample, oldest first, to <paramref name="consumer"/>; discarded ones are skipped.</summary>
    /// <returns>How many samples were handed over.</returns>
    int Consume(RingBufferConsumer consumer);

    /// <summary>Waits until a sample can be consumed.</summary>
    /// <param name="timeout">How long to wait; <see cref="Timeout.InfiniteTimeSpan"/> for ever.</param>
    /// <param name="cancellation">Ends the wait early, without an exception.</param>
    /// <returns>Whether there is something to consume.</returns>
    bool Wait(TimeSpan timeout, CancellationToken cancellation);

    /// <summary>Bytes, headers included, that are reserved or committed and not yet consumed.</summary>
    long BacklogBytes { get; }

    /// <summary>Samples that are committed, not discarded, and not yet consumed; counted on each reading.</summary>
    long Backlog { get; }

    /// <summary>Samples that did not fit since the map was made; −1 where the kernel does not count them.</summary>
    long Dropped { get; }
}

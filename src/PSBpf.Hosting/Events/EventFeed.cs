using PSBpf.Kernel;

namespace PSBpf.Hosting;

/// <summary>Takes one event as bytes; the span is valid during the call only.</summary>
/// <param name="cpu">The CPU it came from; −1 for ring buffers, which do not say.</param>
/// <param name="bytes">The event.</param>
/// <returns>False to stop after this event, which counts as delivered.</returns>
public delegate bool BpfEventConsumer(int cpu, ReadOnlySpan<byte> bytes);

/// <summary>Where a reader's events come from.</summary>
internal abstract class EventFeed
{
    /// <summary>Whether its map or session has gone.</summary>
    public abstract bool IsClosed { get; }

    /// <summary>What became of its events.</summary>
    public abstract BpfEventCounts Counts { get; }

    /// <summary>The same for each CPU, where they are told apart.</summary>
    public virtual IReadOnlyList<PerfBufferCounts> CpuCounts => [];

    /// <summary>Events that were lost, as of the last time that some were taken.</summary>
    public abstract long Dropped { get; }

    /// <summary>Takes the next event.</summary>
    public abstract bool TryTake(out TakenEvent taken);

    /// <summary>Hands events over as they lie.</summary>
    public abstract int Consume(BpfEventConsumer consumer, int most);

    /// <summary>Waits for an event, the source's end, or the caller's.</summary>
    public abstract void Wait(TimeSpan timeout, CancellationToken cancellation);

    /// <summary>Takes back events that were not handled: the next ones to be handed out.</summary>
    public abstract void Return(IReadOnlyList<TakenEvent> events);

    /// <summary>The reader that held it is done.</summary>
    public abstract void Release(BpfEventReader holder);
}

/// <summary>An event that was taken out of its buffer.</summary>
/// <param name="Cpu">The CPU; −1 when unknown.</param>
/// <param name="Bytes">Its bytes.</param>
/// <param name="Line">The line, for what was printed.</param>
internal readonly record struct TakenEvent(int Cpu, byte[] Bytes, Runtime.TraceLine? Line = null);

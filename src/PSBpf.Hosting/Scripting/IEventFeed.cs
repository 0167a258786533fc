using PSBpf.Btf;

namespace PSBpf.Hosting;

/// <summary>A source of events for scripts. Used by one thread, but for waiting.</summary>
internal interface IEventFeed : IDisposable
{
    /// <summary>Its name, e.g. <c>ringbuf:events</c>.</summary>
    string Source { get; }

    /// <summary>JavaScript that reads an event's data, see <see cref="EventDecoder"/>; null when it stays bytes.</summary>
    string? Decoder { get; }

    /// <summary>Bytes that an event must have to be read; shorter ones stay bytes.</summary>
    int Size { get; }

    /// <summary>Events that were handed out and not given back.</summary>
    long Delivered { get; }

    /// <summary>Events that were lost; −1 where nobody counts them.</summary>
    long Dropped { get; }

    /// <summary>Whether nothing can come any more.</summary>
    bool IsClosed { get; }

    /// <summary>Fills a batch with what is there, without waiting.</summary>
    void Take(ScriptBatch batch);

    /// <summary>Takes back what was not handled: the next reader gets it first.</summary>
    void Return(IReadOnlyList<TakenEvent> events);

    /// <summary>Waits until there is something, or the feed is closed; from any thread.</summary>
    void Wait(CancellationToken cancellation);
}

/// <summary>How a type's events become objects of a script.</summary>
internal static class FeedType
{
    public static (string? Decoder, int Size) Of(BtfTypeSet? types, BtfType? type) =>
        types is not null && type is not null && types.SizeOf(type) is > 0 and var size ? (EventDecoder.Write(types, type), size) : (null, 0);
}

namespace PSBpf.Hosting;

/// <summary>The events of a ring buffer or of perf buffers.</summary>
internal sealed class ReaderFeed : IEventFeed
{
    private readonly BpfEventReader _reader;

    public ReaderFeed(string kind, BpfEventReader reader)
    {
        _reader = reader;
        Source = $"{kind}:{reader.Source}";
        (Decoder, Size) = FeedType.Of(reader.Map?.ObjectTypes, reader.Type);
    }

    public string Source { get; }

    public string? Decoder { get; }

    public int Size { get; }

    public long Delivered => _reader.Delivered;

    public long Dropped => _reader.Dropped;

    public bool IsClosed => _reader.IsClosed;

    public void Take(ScriptBatch batch)
    {
        if (!batch.IsFull) _reader.Read((cpu, sample) => batch.Add(sample, cpu));
    }

    public void Return(IReadOnlyList<TakenEvent> events) => _reader.Return(events);

    public void Wait(CancellationToken cancellation) => _reader.Wait(Timeout.InfiniteTimeSpan, cancellation);

    public void Dispose() => _reader.Dispose();
}

namespace PSBpf.Hosting;

/// <summary>The lines that programs print; an event's data is the line.</summary>
internal sealed class PrintFeed(BpfEventReader reader) : IEventFeed
{
    public string Source => BpfSession.PrintSource;

    public string Decoder => EventDecoder.Tagged;

    public int Size => 0;

    public long Delivered => reader.Delivered;

    public long Dropped => reader.Dropped;

    public bool IsClosed => reader.IsClosed;

    public void Take(ScriptBatch batch)
    {
        while (!batch.IsFull && reader.TryRead(out var line, TimeSpan.Zero)) batch.Add(ScriptValue.Bytes(line.Data), line.Cpu ?? -1);
    }

    public void Return(IReadOnlyList<TakenEvent> events) => reader.Return(events);

    public void Wait(CancellationToken cancellation) => reader.Wait(Timeout.InfiniteTimeSpan, cancellation);

    public void Dispose() => reader.Dispose();
}

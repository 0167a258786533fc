using System.Text;
using PSBpf.Runtime;

namespace PSBpf.Hosting;

/// <summary>What programs of the managed engine print. Each reader has a feed of its own and gets every line.</summary>
internal sealed class TraceFeed(TraceReader reader, CancellationToken closing) : EventFeed
{
    public override bool IsClosed => closing.IsCancellationRequested;

    public override BpfEventCounts Counts => new(reader.Produced, reader.Delivered, reader.Dropped, reader.Backlog);

    public override long Dropped => reader.Dropped;

    public override bool TryTake(out TakenEvent taken)
    {
        taken = default;
        if (IsClosed || !reader.TryRead(out var line)) return false;
        taken = new TakenEvent(line.Cpu, Encoding.UTF8.GetBytes(line.Text), line);
        return true;
    }

    public override int Consume(BpfEventConsumer consumer, int most)
    {
        int taken = 0;
        while (taken < most && TryTake(out var line))
        {
            taken++;
            if (!consumer(line.Cpu, line.Bytes)) break;
        }

        return taken;
    }

    public override void Wait(TimeSpan timeout, CancellationToken cancellation)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, closing);
        reader.Wait(timeout, either.Token);
    }

    // Every reader has lines of its own, and who gives some back reads no further.
    public override void Return(IReadOnlyList<TakenEvent> events)
    {
    }

    public override void Release(BpfEventReader holder)
    {
    }
}

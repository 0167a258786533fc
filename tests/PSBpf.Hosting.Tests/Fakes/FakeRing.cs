using PSBpf.Kernel;

namespace PSBpf.Hosting.Tests.Fakes;

internal sealed class FakeRing : IRingBufferReader
{
    private readonly Queue<byte[]> _samples = new();
    private readonly SemaphoreSlim _arrived = new(0);

    public bool IsDisposed { get; private set; }

    public long BacklogBytes
    {
        get { lock (_samples) return _samples.Sum(sample => sample.Length + 8); }
    }

    public long Backlog
    {
        get { lock (_samples) return _samples.Count; }
    }

    public long Dropped { get; set; }

    public void Produce(params byte[] sample)
    {
        lock (_samples) _samples.Enqueue(sample);
        _arrived.Release();
    }

    public int Consume(RingBufferConsumer consumer)
    {
        Assert.False(IsDisposed);
        var count = 0;
        lock (_samples)
        {
            while (_samples.TryDequeue(out var sample))
            {
                count++;
                if (!consumer(sample)) break;
            }
        }

        return count;
    }

    public bool Wait(TimeSpan timeout, CancellationToken cancellation)
    {
        try
        {
            return _arrived.Wait(timeout, cancellation);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    public void Dispose()
    {
        Assert.False(IsDisposed, "disposed twice");
        IsDisposed = true;
    }
}

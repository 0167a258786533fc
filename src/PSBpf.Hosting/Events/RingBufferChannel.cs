using System.Diagnostics.CodeAnalysis;
using PSBpf.Diagnostics;
using PSBpf.Kernel;

namespace PSBpf.Hosting;

/// <summary>
/// The one consumer of a ring buffer, which lives as long as its map: readers come and go, samples that one of them did
/// not take are there for the next, and the counts go on.
/// </summary>
internal sealed class RingBufferChannel(string name, IRingBufferReader reader) : IDisposable
{
    // Samples are copied out of the buffer in small batches: it has room again soon, and little waits here.
    private const int Batch = 64;

    private readonly Lock _gate = new();
    private readonly Queue<byte[]> _pending = new();
    private readonly CancellationTokenSource _closing = new();
    private BpfEventReader? _holder;
    private int _waiting;

    public bool IsClosed { get; private set; }

    public long Delivered { get; private set; }

    public long Dropped { get; private set; }

    public BpfEventReader Acquire(Func<BpfEventReader> open)
    {
        lock (_gate)
        {
            if (_holder is not null)
                throw DiagnosticRules.ReaderBusy.Error($"Ring buffer '{name}' is being watched; a sample goes to one reader only.");
            return _holder = open();
        }
    }

    public void Release(BpfEventReader holder)
    {
        lock (_gate)
            if (ReferenceEquals(_holder, holder)) _holder = null;
    }

    public bool TryTake([NotNullWhen(true)] out byte[]? sample)
    {
        lock (_gate)
        {
            sample = null;
            if (IsClosed) return false;
            if (_pending.Count == 0) reader.Consume(Enqueue);
            Dropped = reader.Dropped;
            if (!_pending.TryDequeue(out sample)) return false;
            Delivered++;
            return true;
        }
    }

    /// <summary>Waits for a sample, the map's end, or the caller's.</summary>
    public void Wait(TimeSpan timeout, CancellationToken cancellation)
    {
        lock (_gate)
        {
            if (IsClosed) return;
            _waiting++;
        }

        try
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _closing.Token);
            reader.Wait(timeout, either.Token);
        }
        finally
        {
            lock (_gate)
            {
                _waiting--;
                if (IsClosed && _waiting == 0) Free();
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            if (IsClosed) return;
            Dropped = reader.Dropped;
            IsClosed = true;
            _pending.Clear();
            _closing.Cancel();
            // Whoever waits in the kernel's reader frees it on the way out.
            if (_waiting == 0) Free();
        }
    }

    private bool Enqueue(ReadOnlySpan<byte> sample)
    {
        _pending.Enqueue(sample.ToArray());
        return _pending.Count < Batch;
    }

    private void Free()
    {
        reader.Dispose();
        _closing.Dispose();
    }
}

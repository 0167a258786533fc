using PSBpf.Runtime.Hooks;

namespace PSBpf.Hosting;

/// <summary>What happens at a hook: each time it fires, the packet and what every program did with it.</summary>
internal sealed class HookFeed : IEventFeed
{
    // The hook waits for nobody: what finds no room is counted.
    private const int Room = 4096;

    private readonly ManagedHook _hook;
    private readonly Lock _gate = new();
    private readonly Queue<byte[]> _waiting = new();
    private readonly SemaphoreSlim _filled = new(0);
    private long _dropped;

    public HookFeed(ManagedHook hook)
    {
        _hook = hook;
        hook.Fired += Seen;
    }

    public string Source => $"hook:{_hook.Name}";

    public string Decoder => EventDecoder.Tagged;

    public int Size => 0;

    public long Delivered { get; private set; }

    public long Dropped => Interlocked.Read(ref _dropped);

    public bool IsClosed => false;

    public void Take(ScriptBatch batch)
    {
        lock (_gate)
        {
            while (!batch.IsFull && _waiting.TryDequeue(out var sample))
            {
                batch.Add(sample, -1);
                Delivered++;
            }
        }
    }

    // A hook has no buffer of its own: what its only reader leaves is lost, and counted.
    public void Return(IReadOnlyList<TakenEvent> events)
    {
        Delivered -= events.Count;
        Interlocked.Add(ref _dropped, events.Count);
    }

    public void Wait(CancellationToken cancellation)
    {
        try
        {
            _filled.Wait(cancellation);
        }
        catch (OperationCanceledException)
        {
            // Nobody waits any more.
        }
    }

    public void Dispose() => _hook.Fired -= Seen;

    private void Seen(ReadOnlySpan<byte> packet, IReadOnlyList<HookResult> results)
    {
        var sample = ScriptValue.Bytes(new Dictionary<string, object?>
        {
            ["hook"] = _hook.Name.ToString(),
            ["packet"] = packet.ToArray(),
            ["results"] = results.Select(result => new Dictionary<string, object?>
            {
                ["program"] = result.Program.Spec.Name,
                ["returnValue"] = result.ReturnValue,
                ["verdict"] = result.Verdict,
                ["durationNanoseconds"] = result.DurationNanoseconds,
            }).ToArray(),
        });
        lock (_gate)
        {
            if (_waiting.Count >= Room)
            {
                Interlocked.Increment(ref _dropped);
                return;
            }

            _waiting.Enqueue(sample);
            if (_waiting.Count == 1) _filled.Release();
        }
    }
}

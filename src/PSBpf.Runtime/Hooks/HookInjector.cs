namespace PSBpf.Runtime.Hooks;

/// <summary>
/// A way into a hook for many packets: counts what became of them and allocates nothing per packet. One thread at a time
/// puts packets in; any thread may read the counts. Where nothing is attached packets pass unseen, as on an interface.
/// </summary>
public sealed class HookInjector
{
    // Verdicts of the UAPI are small; a program may return any other number.
    private const int Small = 32;

    private readonly ManagedHook _hook;
    private readonly long[] _small = new long[Small];
    private readonly Dictionary<int, long> _others = [];
    private long _unseen;
    private long _bytes;

    internal HookInjector(ManagedHook hook, int? cpu, int preferredCpu)
    {
        _hook = hook;
        Cpu = cpu;
        PreferredCpu = preferredCpu;
    }

    /// <summary>The virtual CPU that packets arrive on; null for any.</summary>
    public int? Cpu { get; }

    /// <summary>The one that is tried first where any will do.</summary>
    internal int PreferredCpu { get; }

    /// <summary>Packets that something was attached for.</summary>
    public long Seen
    {
        get
        {
            long seen = 0;
            for (int verdict = 0; verdict < Small; verdict++) seen += Volatile.Read(ref _small[verdict]);
            lock (_others) return seen + _others.Values.Sum();
        }
    }

    /// <summary>Packets that found nothing attached.</summary>
    public long Unseen => Volatile.Read(ref _unseen);

    /// <summary>Bytes of all of them.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>How often each verdict was given, by its name; those that were given.</summary>
    public Dictionary<string, long> Verdicts()
    {
        var counts = new Dictionary<string, long>();
        for (int verdict = 0; verdict < Small; verdict++)
            if (Volatile.Read(ref _small[verdict]) is > 0 and var count) counts.Add(_hook.VerdictOf(verdict), count);
        lock (_others)
            foreach (var (verdict, count) in _others) counts.Add(_hook.VerdictOf(verdict), count);
        return counts;
    }

    /// <summary>Runs what is attached on packets, one after the other; a processor is leased once for all of them.</summary>
    /// <param name="packets">Their bytes, which stay as they are.</param>
    /// <param name="cancellation">Stops between two packets, and a program that runs for long.</param>
    /// <exception cref="Diagnostics.BpfException">BPF2102 when a program runs too long; the packets before it are counted.</exception>
    /// <exception cref="OperationCanceledException">It was stopped; the packets before that are counted.</exception>
    public void Inject(ReadOnlySpan<ReadOnlyMemory<byte>> packets, CancellationToken cancellation = default) => _hook.Inject(this, packets, cancellation);

    /// <summary>Counts a packet with a verdict.</summary>
    internal void Saw(int verdict, int length)
    {
        if ((uint)verdict < Small) Volatile.Write(ref _small[verdict], _small[verdict] + 1);
        else
            lock (_others) _others[verdict] = _others.GetValueOrDefault(verdict) + 1;
        Volatile.Write(ref _bytes, _bytes + length);
    }

    /// <summary>Counts a packet that nobody saw.</summary>
    internal void Missed(int length)
    {
        Volatile.Write(ref _unseen, _unseen + 1);
        Volatile.Write(ref _bytes, _bytes + length);
    }
}

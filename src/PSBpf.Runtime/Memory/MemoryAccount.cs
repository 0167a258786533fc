using PSBpf.Diagnostics;

namespace PSBpf.Runtime.Memory;

/// <summary>Counts the native memory of maps against a limit.</summary>
internal sealed class MemoryAccount(long limit)
{
    private long _limit = limit;
    private long _used;

    /// <summary>Bytes in use.</summary>
    public long Used => Volatile.Read(ref _used);

    /// <summary>The limit; what is in use already stays when it is lowered.</summary>
    public long Limit
    {
        get => Volatile.Read(ref _limit);
        set => Volatile.Write(ref _limit, value);
    }

    /// <summary>Counts a block in.</summary>
    /// <exception cref="BpfException">BPF2004 when it would exceed the limit.</exception>
    public void Take(string map, long bytes)
    {
        long used = Interlocked.Add(ref _used, bytes);
        if (used <= Limit && bytes >= 0) return;
        Interlocked.Add(ref _used, -bytes);
        throw DiagnosticRules.MapMemory.Error(
            $"Map '{map}' needs {bytes} bytes; the limit for all maps is {Limit} bytes, {used - bytes} of them in use.");
    }

    /// <summary>Counts it out.</summary>
    public void Return(long bytes) => Interlocked.Add(ref _used, -bytes);
}

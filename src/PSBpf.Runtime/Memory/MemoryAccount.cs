using PSBpf.Diagnostics;

namespace PSBpf.Runtime.Memory;

/// <summary>Counts the native memory of maps against a limit.</summary>
internal sealed class MemoryAccount(long limit)
{
    private long _used;

    /// <summary>Bytes in use.</summary>
    public long Used => Volatile.Read(ref _used);

    /// <summary>Counts a block in.</summary>
    /// <exception cref="BpfException">BPF2004 when it would exceed the limit.</exception>
    public void Take(string map, long bytes)
    {
        long used = Interlocked.Add(ref _used, bytes);
        if (used <= limit && bytes >= 0) return;
        Interlocked.Add(ref _used, -bytes);
        throw DiagnosticRules.MapMemory.Error(
            $"Map '{map}' needs {bytes} bytes; the limit for all maps is {limit} bytes, {used - bytes} of them in use.");
    }

    /// <summary>Counts it out.</summary>
    public void Return(long bytes) => Interlocked.Add(ref _used, -bytes);
}

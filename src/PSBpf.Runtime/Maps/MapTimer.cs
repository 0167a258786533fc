using PSBpf.Runtime.Interpreter;

namespace PSBpf.Runtime.Maps;

/// <summary>A bpf_timer in a map's value, from its bpf_timer_init on. <see cref="TimerQueue"/> guards it.</summary>
/// <param name="map">The map.</param>
/// <param name="address">Where the timer lies.</param>
/// <param name="value">The value that it lies in.</param>
/// <param name="key">The value's key, in memory that does not move: its callback gets the address.</param>
/// <param name="isRealtime">Whether absolute times are of CLOCK_REALTIME.</param>
internal sealed class MapTimer(RuntimeMap map, ulong address, ulong value, byte[] key, bool isRealtime)
{
    public RuntimeMap Map { get; } = map;

    public ulong Address { get; } = address;

    public ulong Value { get; } = value;

    public byte[] Key { get; } = key;

    public bool IsRealtime { get; } = isRealtime;

    /// <summary>Whose function is called back; null for none. Its maps are referred to.</summary>
    public ExecutableProgram? Program { get; set; }

    /// <summary>The function's first slot.</summary>
    public int Function { get; set; }

    /// <summary>Whether it waits for its time.</summary>
    public bool IsArmed { get; set; }

    /// <summary>When, on the monotonic clock.</summary>
    public long Expires { get; set; }

    /// <summary>Tells timers of the same moment apart: who was started first comes first.</summary>
    public long Order { get; set; }

    /// <summary>The processor that it was started on.</summary>
    public int Cpu { get; set; }

    /// <summary>Whether it has to be that one (BPF_F_TIMER_CPU_PIN).</summary>
    public bool IsPinned { get; set; }
}

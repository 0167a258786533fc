using PSBpf.Runtime.Environment;
using PSBpf.Runtime.Interpreter;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Maps;

/// <summary>
/// The timers of an engine: what the four helpers do to them. Those that are armed stand in the order of their time; one callback runs at a
/// time, on the processor that its timer was started on, if it is free. The other part of the class calls back.
/// </summary>
internal sealed unsafe partial class TimerQueue(Engine engine)
{
    // uapi/linux/time.h; the kernel's MAX_CLOCKS is 16.
    private const ulong Realtime = 0, Monotonic = 1, Boottime = 7;

    // BPF_F_TIMER_ABS, BPF_F_TIMER_CPU_PIN.
    private const ulong Absolute = 1, Pinned = 2;

    private readonly object _gate = new();
    private readonly Dictionary<ulong, MapTimer> _timers = [];
    private readonly SortedSet<MapTimer> _armed = new(Comparer<MapTimer>.Create(static (one, other) =>
        one.Expires != other.Expires ? one.Expires.CompareTo(other.Expires) : one.Order.CompareTo(other.Order)));

    private long _orders;
    private bool _isStopped;

    /// <summary>How many were initialised and are not gone.</summary>
    public int Count
    {
        get { lock (_gate) return _timers.Count; }
    }

    /// <summary>bpf_timer_init.</summary>
    public Errno Initialize(RuntimeMap map, ulong address, ulong flags)
    {
        if (flags is not (Realtime or Monotonic or Boottime)) return Errno.EINVAL;
        ulong value = address - (ulong)map.TimerOffset;
        byte[] key = GC.AllocateArray<byte>(map.KeySize, pinned: true);
        fixed (byte* bytes = key) map.CopyKeyOf(value, bytes);
        lock (_gate)
        {
            if (_timers.ContainsKey(address)) return Errno.EBUSY;
            if (!map.HasUsers) return Errno.EPERM;
            _timers.Add(address, new MapTimer(map, address, value, key, flags == Realtime));
            return Errno.None;
        }
    }

    /// <summary>bpf_timer_set_callback.</summary>
    public Errno SetCallback(ulong address, ExecutableProgram program, int function)
    {
        ExecutableProgram? former;
        lock (_gate)
        {
            if (!_timers.TryGetValue(address, out var timer)) return Errno.EINVAL;
            if (!timer.Map.HasUsers) return Errno.EPERM;
            former = timer.Program;
            timer.Function = function;
            if (former == program) return Errno.None;
            // The caller is running, so they are there.
            foreach (var map in program.Maps) map.TryAddReference();
            timer.Program = program;
        }

        Release(former);
        return Errno.None;
    }

    /// <summary>bpf_timer_start.</summary>
    public Errno Start(ExecutionEnvironment environment, ulong address, ulong nanoseconds, ulong flags, int cpu)
    {
        if (flags > (Absolute | Pinned)) return Errno.EINVAL;
        lock (_gate)
        {
            if (!_timers.TryGetValue(address, out var timer) || timer.Program is null) return Errno.EINVAL;
            Disarm(timer);
            long span = (long)Math.Min(nanoseconds, long.MaxValue), now = environment.Now;
            timer.Expires = (flags & Absolute) == 0 ? now + Math.Min(span, long.MaxValue - now)
                : timer.IsRealtime ? span - environment.RealtimeOffset : span;
            timer.Order = _orders++;
            timer.Cpu = cpu;
            timer.IsPinned = (flags & Pinned) != 0;
            timer.IsArmed = true;
            _armed.Add(timer);
            Wake();
            return Errno.None;
        }
    }

    /// <summary>bpf_timer_cancel: waits for a callback that runs on another thread, and takes the callback from the timer.</summary>
    /// <returns>1 when it was armed, 0 when not; a negative errno.</returns>
    public long Cancel(ulong address)
    {
        ExecutableProgram? former;
        bool wasArmed;
        lock (_gate)
        {
            if (!_timers.TryGetValue(address, out var timer)) return -(long)Errno.EINVAL;
            if (_running == timer && IsCallingBack) return -(long)Errno.EDEADLK;
            (former, timer.Program) = (timer.Program, null);
            wasArmed = Disarm(timer);
            while (_running == timer) Monitor.Wait(_gate);
        }

        Release(former);
        return wasArmed ? 1 : 0;
    }

    /// <summary>The value goes or is replaced: nobody is called back any more, and the timer is as it was before bpf_timer_init.</summary>
    public void Free(ulong address)
    {
        MapTimer? timer;
        lock (_gate)
        {
            if (!_timers.Remove(address, out timer)) return;
            Disarm(timer);
        }

        Drop(timer);
    }

    /// <summary>The same for all of a map's.</summary>
    public void FreeAll(RuntimeMap map) => FreeWhere(timer => timer.Map == map);

    /// <summary>The kernel is closed: the timers go, and no other one is called back.</summary>
    public void Stop()
    {
        lock (_gate) _isStopped = true;
        FreeWhere(static _ => true);
    }

    private void FreeWhere(Func<MapTimer, bool> goes)
    {
        MapTimer[] gone;
        lock (_gate)
        {
            gone = [.. _timers.Values.Where(goes)];
            foreach (var timer in gone)
            {
                _timers.Remove(timer.Address);
                Disarm(timer);
            }

            Monitor.PulseAll(_gate);
        }

        foreach (var timer in gone) Drop(timer);
    }

    private void Drop(MapTimer timer)
    {
        ExecutableProgram? former;
        lock (_gate) (former, timer.Program) = (timer.Program, null);
        Release(former);
    }

    // Outside of the gate: with the last reference maps go, and their timers with them.
    private static void Release(ExecutableProgram? program)
    {
        if (program is null) return;
        foreach (var map in program.Maps) map.Release();
    }

    private bool Disarm(MapTimer timer)
    {
        if (!timer.IsArmed) return false;
        _armed.Remove(timer);
        timer.IsArmed = false;
        return true;
    }
}

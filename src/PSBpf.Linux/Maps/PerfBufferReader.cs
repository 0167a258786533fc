using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using PSBpf.Diagnostics;
using PSBpf.Kernel;
using PSBpf.Linux.SystemCalls;
using PSBpf.Uapi;

namespace PSBpf.Linux.Maps;

/// <summary>The consumer side of a perf event array in the kernel: a perf event with its buffer for each CPU that is online.</summary>
[SupportedOSPlatform("linux")]
internal sealed class PerfBufferReader : IPerfBufferReader
{
    private readonly Lock _reading = new();
    private readonly PerfCpuMemory[] _buffers;
    private readonly WakeEvent _closing;
    private readonly bool _wakesAtOnce;
    private int _next;
    private int _waiting;
    private bool _disposed;

    private PerfBufferReader(PerfCpuMemory[] buffers, WakeEvent closing, bool wakesAtOnce)
    {
        _buffers = buffers;
        _closing = closing;
        _wakesAtOnce = wakesAtOnce;
    }

    public IReadOnlyList<PerfBufferCounts> Counts
    {
        get
        {
            lock (_reading) return _disposed ? [] : Array.ConvertAll(_buffers, static buffer => buffer.Counts);
        }
    }

    public static PerfBufferReader Open(LinuxMap map, PerfBufferOptions options)
    {
        var buffers = new List<PerfCpuMemory>();
        try
        {
            var cpus = Math.Min(CpuList.CountPossible(), (int)Math.Min(map.Spec.MaxEntries, int.MaxValue));
            for (var cpu = 0; cpu < cpus; cpu++)
            {
                var error = PerfCpuMemory.TryOpen(cpu, options, out var buffer);
                if (error == Errno.ENODEV) continue;
                if (buffer is null) throw Refusal(map, $"perf_event_open(2) for CPU {cpu}", error);
                buffers.Add(buffer);
                if (Store(map, buffer) is var stored and not Errno.None) throw Refusal(map, $"BPF_MAP_UPDATE_ELEM for CPU {cpu}", stored);
            }

            var made = WakeEvent.TryCreate(out var closing);
            return new PerfBufferReader([.. buffers], closing ?? throw Refusal(map, "eventfd(2)", made), options.WakeupEvents == 1);
        }
        catch
        {
            foreach (var buffer in buffers) buffer.Dispose();
            throw;
        }
    }

    public int Consume(PerfSampleConsumer consumer)
    {
        ArgumentNullException.ThrowIfNull(consumer);
        var samples = 0;
        lock (_reading)
        {
            if (_disposed) return 0;
            for (var step = 0; step < _buffers.Length; step++)
            {
                var buffer = _buffers[_next];
                if (++_next == _buffers.Length) _next = 0;
                if (!buffer.Consume(consumer, ref samples)) break;
            }
        }

        return samples;
    }

    public bool Wait(TimeSpan timeout, CancellationToken cancellation)
    {
        lock (_reading)
        {
            if (_disposed || cancellation.IsCancellationRequested) return false;
            if (_wakesAtOnce && _buffers.Any(static buffer => buffer.HasSample)) return true;
            _waiting++;
        }

        WakeEvent? cancelled = null;
        try
        {
            if (cancellation.CanBeCanceled && WakeEvent.TryCreate(out cancelled) is var error and not Errno.None)
                throw DiagnosticRules.LinuxSystemCall.Error($"eventfd(2) failed with {ErrnoText.Describe(error)}.");
            using var registration = cancellation.UnsafeRegister(static wake => ((WakeEvent?)wake)?.Set(), cancelled);
            return Poll(cancelled, timeout, cancellation);
        }
        finally
        {
            cancelled?.Dispose();
            lock (_reading)
            {
                if (--_waiting == 0 && _disposed) Free();
            }
        }
    }

    public void Dispose()
    {
        lock (_reading)
        {
            if (_disposed) return;
            _disposed = true;
            _closing.Set();
            if (_waiting == 0) Free();
        }
    }

    private unsafe bool Poll(WakeEvent? cancelled, TimeSpan timeout, CancellationToken cancellation)
    {
        var entries = stackalloc Libc.PollEntry[_buffers.Length + 2];
        using var closing = _closing.Handle.Use();
        using var cancel = cancelled is null ? default : cancelled.Handle.Use();
        for (var index = 0; index < _buffers.Length; index++)
        {
            using var lease = _buffers[index].Handle.Use();
            entries[index] = new Libc.PollEntry { Descriptor = lease.Descriptor, Events = Libc.PollIn };
        }

        entries[_buffers.Length] = new Libc.PollEntry { Descriptor = closing.Descriptor, Events = Libc.PollIn };
        entries[_buffers.Length + 1] = new Libc.PollEntry { Descriptor = cancelled is null ? -1 : cancel.Descriptor, Events = Libc.PollIn };
        var started = Stopwatch.GetTimestamp();
        while (!Volatile.Read(ref _disposed) && !cancellation.IsCancellationRequested)
        {
            var left = timeout == Timeout.InfiniteTimeSpan ? timeout : timeout - Stopwatch.GetElapsedTime(started);
            if (left < TimeSpan.Zero && timeout != Timeout.InfiniteTimeSpan) left = TimeSpan.Zero;
            var milliseconds = timeout == Timeout.InfiniteTimeSpan ? -1 : (int)Math.Min(Math.Ceiling(left.TotalMilliseconds), int.MaxValue);
            _ = Libc.Poll(entries, (nuint)_buffers.Length + 2, milliseconds);
            for (var index = 0; index < _buffers.Length; index++)
                if ((entries[index].Returned & Libc.PollIn) != 0) return true;
            if (left == TimeSpan.Zero) return false;
        }

        return false;
    }

    private void Free()
    {
        foreach (var buffer in _buffers) buffer.Dispose();
        _closing.Dispose();
    }

    private static Errno Store(LinuxMap map, PerfCpuMemory buffer)
    {
        using var lease = buffer.Handle.Use();
        int key = buffer.Cpu, descriptor = lease.Descriptor;
        return MapElement.Call(map.Handle, BpfCommand.MapUpdateElement,
            MemoryMarshal.AsBytes(new ReadOnlySpan<int>(in key)), MemoryMarshal.AsBytes(new ReadOnlySpan<int>(in descriptor)), 0);
    }

    private static BpfException Refusal(LinuxMap map, string call, Errno error) => DiagnosticRules.LinuxSystemCall.Error(
        $"A perf buffer for map '{map.Spec.Name}' cannot be made: {call} failed with {ErrnoText.Describe(error)}.",
        action: error is Errno.EPERM or Errno.EACCES ? "Run as root or with CAP_PERFMON and CAP_BPF; see /proc/sys/kernel/perf_event_paranoid." : null);
}

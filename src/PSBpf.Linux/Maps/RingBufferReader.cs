using System.Diagnostics;
using System.Runtime.Versioning;
using PSBpf.Diagnostics;
using PSBpf.Kernel;
using PSBpf.Linux.SystemCalls;

namespace PSBpf.Linux.Maps;

/// <summary>The consumer side of a ring buffer in the kernel. It outlives the map's own descriptor.</summary>
[SupportedOSPlatform("linux")]
internal sealed class RingBufferReader : IRingBufferReader
{
    // How often a reserved record is looked at again: poll(2) reports it as readable, so it cannot be waited for.
    private static readonly TimeSpan BusyInterval = TimeSpan.FromMilliseconds(1);

    private readonly BpfHandle _map;
    private readonly RingBufferMemory _memory;
    private readonly RingBufferTurn _turn;
    private readonly WakeEvent _closing;
    private volatile bool _disposed;

    private RingBufferReader(BpfHandle map, RingBufferMemory memory, WakeEvent closing, RingBufferTurn turn)
    {
        _map = map;
        _memory = memory;
        _closing = closing;
        _turn = turn;
    }

    public static RingBufferReader Open(LinuxMap map, RingBufferTurn turn)
    {
        BpfHandle? copy = null;
        RingBufferMemory? memory = null;
        WakeEvent? closing = null;
        var error = map.Handle.TryDuplicate(out copy);
        if (copy is not null)
        {
            using var lease = copy.Use();
            error = RingBufferMemory.TryMap(lease.Descriptor, map.Spec.MaxEntries, out memory);
        }

        if (memory is not null) error = WakeEvent.TryCreate(out closing);
        if (closing is not null) return new RingBufferReader(copy!, memory!, closing, turn);

        memory?.Dispose();
        copy?.Dispose();
        throw DiagnosticRules.LinuxSystemCall.Error(
            $"Mapping ring buffer '{map.Spec.Name}' into the process failed with {ErrnoText.Describe(error)}.");
    }

    public long Dropped => -1;

    public long BacklogBytes
    {
        get
        {
            if (!_memory.TryAcquire()) return 0;
            try
            {
                return _memory.Backlog;
            }
            finally
            {
                _memory.Release();
            }
        }
    }

    public long Backlog
    {
        get
        {
            if (!_memory.TryAcquire()) return 0;
            try
            {
                // Whoever consumes meanwhile moves the start, not what lies there.
                return _memory.CountSamples();
            }
            finally
            {
                _memory.Release();
            }
        }
    }

    public int Consume(RingBufferConsumer consumer)
    {
        ArgumentNullException.ThrowIfNull(consumer);
        if (!_memory.TryAcquire()) return 0;
        try
        {
            if (!_turn.Enter()) return 0;
            try
            {
                return ConsumeAll(consumer);
            }
            finally
            {
                _turn.Exit();
            }
        }
        finally
        {
            _memory.Release();
        }
    }

    public bool Wait(TimeSpan timeout, CancellationToken cancellation)
    {
        if (!_memory.TryAcquire()) return false;
        try
        {
            return WaitForSample(timeout, cancellation);
        }
        finally
        {
            _memory.Release();
        }
    }

    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        _closing.Set();
        _closing.Dispose();
        _memory.Dispose();
        _map.Dispose();
    }

    private int ConsumeAll(RingBufferConsumer consumer)
    {
        var count = 0;
        while (!_disposed)
        {
            switch (_memory.Peek(out var sample))
            {
                case RingBufferHead.Discarded:
                    _memory.Advance();
                    break;
                case RingBufferHead.Sample:
                    count++;
                    // Counts as consumed whatever becomes of it: a consumer that throws must not see it again.
                    try
                    {
                        if (!consumer(sample)) return count;
                    }
                    finally
                    {
                        _memory.Advance();
                    }

                    break;
                default:
                    return count;
            }
        }

        return count;
    }

    private bool WaitForSample(TimeSpan timeout, CancellationToken cancellation)
    {
        var head = PeekPastDiscarded();
        if (head == RingBufferHead.Sample || timeout == TimeSpan.Zero || cancellation.IsCancellationRequested)
            return head == RingBufferHead.Sample;

        WakeEvent? cancelled = null;
        if (cancellation.CanBeCanceled)
        {
            var error = WakeEvent.TryCreate(out cancelled);
            if (cancelled is null)
                throw DiagnosticRules.LinuxSystemCall.Error($"eventfd(2) failed with {ErrnoText.Describe(error)}.");
        }

        using (cancelled)
        using (cancellation.UnsafeRegister(static wake => ((WakeEvent?)wake)?.Set(), cancelled))
        {
            var started = Stopwatch.GetTimestamp();
            while (head != RingBufferHead.Sample && !_disposed && !cancellation.IsCancellationRequested)
            {
                var left = timeout == Timeout.InfiniteTimeSpan ? timeout : timeout - Stopwatch.GetElapsedTime(started);
                if (left <= TimeSpan.Zero && left != Timeout.InfiniteTimeSpan) break;

                var lookAtMap = head == RingBufferHead.Empty;
                if (!lookAtMap && (left > BusyInterval || left == Timeout.InfiniteTimeSpan)) left = BusyInterval;
                Poll(lookAtMap, cancelled, left);
                head = PeekPastDiscarded();
            }

            return head == RingBufferHead.Sample;
        }
    }

    /// <summary>Gives discarded records back on the way, since poll(2) would report them as readable for ever.</summary>
    private RingBufferHead PeekPastDiscarded()
    {
        if (!_turn.TryEnter())
        {
            // Somebody is consuming: what they have not yet taken may be all there is.
            var seen = _memory.Peek(out _);
            return seen == RingBufferHead.Discarded ? RingBufferHead.Busy : seen;
        }

        try
        {
            RingBufferHead head;
            while ((head = _memory.Peek(out _)) == RingBufferHead.Discarded) _memory.Advance();
            return head;
        }
        finally
        {
            _turn.Exit();
        }
    }

    private unsafe void Poll(bool lookAtMap, WakeEvent? cancelled, TimeSpan timeout)
    {
        // A closed handle ends the wait: the loop looks at _disposed next.
        if (!_map.TryUse(out var map)) return;
        using (map)
        {
            if (!_closing.Handle.TryUse(out var closing)) return;
            using (closing)
            {
                using var cancel = cancelled is null ? default : cancelled.Handle.Use();
                // poll(2) ignores entries with a negative descriptor.
                var entries = stackalloc Libc.PollEntry[3];
                entries[0] = new Libc.PollEntry { Descriptor = closing.Descriptor, Events = Libc.PollIn };
                entries[1] = new Libc.PollEntry { Descriptor = lookAtMap ? map.Descriptor : -1, Events = Libc.PollIn };
                entries[2] = new Libc.PollEntry { Descriptor = cancelled is null ? -1 : cancel.Descriptor, Events = Libc.PollIn };
                var milliseconds = timeout == Timeout.InfiniteTimeSpan ? -1 : (int)Math.Min(Math.Ceiling(timeout.TotalMilliseconds), int.MaxValue);
                // An interruption (EINTR) or failure just means looking again.
                _ = Libc.Poll(entries, 3, milliseconds);
            }
        }
    }
}

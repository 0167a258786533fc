using PSBpf.Diagnostics;
using PSBpf.Runtime.Environment;

namespace PSBpf.Runtime.Maps;

/// <summary>
/// Calling back: by a thread of its own while the clock is the machine's, by who moves the clock on when it is set. The thread ends when there
/// was nothing to wait for a while.
/// </summary>
internal sealed unsafe partial class TimerQueue
{
    // A program may start its timer anew for the same moment again and again.
    private const int MostCallbacks = 1 << 20;

    private static readonly TimeSpan Linger = TimeSpan.FromMilliseconds(500), LongestWait = TimeSpan.FromMinutes(1);

    private readonly Lock _firing = new();
    private MapTimer? _running;
    private int _runningThread;
    private Thread? _thread;

    private bool IsCallingBack => _runningThread == System.Environment.CurrentManagedThreadId;

    /// <summary>Calls back whose time has come, earliest first.</summary>
    /// <param name="environment">The world that the callbacks see.</param>
    /// <param name="until">The moment, on the monotonic clock.</param>
    /// <param name="cancellation">Stops between two callbacks.</param>
    /// <param name="moves">Whether a set clock shows each timer's own moment while it is called back.</param>
    /// <returns>How many were called back.</returns>
    public int Fire(ExecutionEnvironment environment, long until, CancellationToken cancellation, bool moves = false)
    {
        // A callback that moves the clock on is still in its own moment.
        if (IsCallingBack) return 0;
        int fired = 0;
        lock (_firing)
        {
            while (fired < MostCallbacks && NextDue(until) is { } timer)
            {
                cancellation.ThrowIfCancellationRequested();
                if (moves) environment.MoveTo(timer.Expires);
                if (CallBack(environment, timer)) fired++;
            }
        }

        return fired;
    }

    /// <summary>Another world has come: its clock decides from now on.</summary>
    public void FollowEnvironment()
    {
        var environment = engine.Environment;
        if (environment.Clock is not null) Fire(environment, environment.Now, CancellationToken.None);
        lock (_gate) Wake();
    }

    private MapTimer? NextDue(long until)
    {
        lock (_gate) return _armed.Min is { } first && first.Expires <= until ? first : null;
    }

    private bool CallBack(ExecutionEnvironment environment, MapTimer timer)
    {
        // First the processor, then the timer: who cancels one that runs may be on the only processor.
        var cpu = engine.Cpus.Enter(environment.Cpu ?? (timer.IsPinned ? timer.Cpu : null), timer.Cpu);
        try
        {
            Interpreter.ExecutableProgram program;
            int function;
            lock (_gate)
            {
                if (!Disarm(timer) || timer.Program is null) return false;
                (program, function) = (timer.Program, timer.Function);
                _running = timer;
                _runningThread = System.Environment.CurrentManagedThreadId;
            }

            try
            {
                cpu.State.CallBack(program, environment, function, timer);
            }
            catch (BpfException exception)
            {
                // There is no run that could tell of it.
                engine.Trace.Add(cpu.Id, program.Name, exception.Message);
            }

            return true;
        }
        finally
        {
            lock (_gate)
            {
                if (_running == timer)
                {
                    _running = null;
                    _runningThread = 0;
                    Monitor.PulseAll(_gate);
                }
            }

            engine.Cpus.Exit(cpu);
        }
    }

    // Inside of the gate.
    private void Wake()
    {
        if (_thread is null && _armed.Count > 0 && !_isStopped && engine.Environment.Clock is null)
        {
            _thread = new Thread(Work) { IsBackground = true, Name = "BPF timers" };
            _thread.Start();
        }
        else Monitor.PulseAll(_gate);
    }

    private void Work()
    {
        while (WaitForDue() is { } environment) Fire(environment, environment.Now, CancellationToken.None);
    }

    private ExecutionEnvironment? WaitForDue()
    {
        lock (_gate)
        {
            while (true)
            {
                var environment = engine.Environment;
                bool waited = _armed.Count > 0 || Monitor.Wait(_gate, Linger) || _armed.Count > 0;
                if (!waited || _isStopped || environment.Clock is not null)
                {
                    _thread = null;
                    return null;
                }

                if (_armed.Min is not { } first) continue;
                long left = first.Expires - environment.Now;
                if (left <= 0) return environment;
                var wait = TimeSpan.FromTicks(left / TimeSpan.NanosecondsPerTick + 1);
                Monitor.Wait(_gate, wait < LongestWait ? wait : LongestWait);
            }
        }
    }
}

using System.Collections.Concurrent;
using System.Diagnostics;
using PSBpf.Diagnostics;

namespace PSBpf.Hosting;

/// <summary>
/// A script at work: an engine on a thread of its own, the sources that it listens to, its timers, and what it gives, which
/// the caller's thread takes. It ends when the script stops, its time or its number of events is over, the caller disposes of it,
/// or nothing is registered any more.
/// </summary>
public sealed partial class ScriptRun : IDisposable
{
    // What a script gives faster than the caller takes it waits here; then the script waits.
    private const int OutputRoom = 1024;
    private const int StackBytes = 16 << 20;

    /// <summary>How long a callback that is running at the end of the time may go on.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(250);

    private readonly BpfSession _session;
    private readonly ScriptModules _modules;
    private readonly ScriptOptions _options;
    private readonly BlockingCollection<ScriptOutput> _output = new(OutputRoom);
    private readonly CancellationTokenSource _ending = new();
    private readonly Thread _thread;
    private readonly Lock _interrupting = new();
    private IScriptEngine? _engine;
    private long _started;
    private long _handled;
    private bool _stopped;
    private bool _drained;

    /// <summary>Starts a script.</summary>
    /// <param name="session">The session whose events, maps and programs it sees.</param>
    /// <param name="source">The script.</param>
    /// <param name="options">How.</param>
    /// <exception cref="BpfException">BPF4009 when the adapter with the engine is not there.</exception>
    public ScriptRun(BpfSession session, ScriptSource source, ScriptOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(session);
        ArgumentNullException.ThrowIfNull(source);
        _session = session;
        _options = options ?? new ScriptOptions();
        _modules = new ScriptModules(source);
        _operations = Operations();
        var runtime = Adapters.Scripting.Get("JavaScript");
        _thread = new Thread(() => Work(runtime), StackBytes) { IsBackground = true, Name = "PSBpf script" };
        _thread.Start();
    }

    /// <summary>Events that were handled up to now.</summary>
    public long Handled => Interlocked.Read(ref _handled);

    /// <summary>Events that were lost up to now, of all sources that count them.</summary>
    public long Dropped { get; private set; }

    /// <summary>What the script gives, as it comes, until it has ended. Errors are among it and end nothing by themselves.</summary>
    public IEnumerable<ScriptOutput> Output(CancellationToken cancellation = default)
    {
        using var registration = cancellation.Register(Stop);
        foreach (var output in _output.GetConsumingEnumerable(CancellationToken.None)) yield return output;
    }

    /// <summary>Ends the script at once.</summary>
    public void Stop()
    {
        lock (_interrupting)
        {
            if (_ending.IsCancellationRequested) return;
            _ending.Cancel();
            _engine?.Interrupt();
        }
    }

    /// <summary>Ends the script, waits for its thread, and frees everything.</summary>
    public void Dispose()
    {
        Stop();
        // Native code of the engine may take a while to notice; it owns what it uses.
        if (_thread.Join(TimeSpan.FromSeconds(5))) _output.Dispose();
    }

    private void Work(IScriptRuntime runtime)
    {
        try
        {
            using var engine = runtime.Create(_options.Limits, _modules, Answer);
            lock (_interrupting) _engine = engine;
            _started = Stopwatch.GetTimestamp();
            if (Guarded("the script", () => engine.Start(_options.Watched, Limit))) Listen(engine);
            AwaitPromises(engine);
        }
        catch (BpfException exception)
        {
            Put(new ScriptOutput(ScriptStream.Error, null, exception));
        }
        catch (ScriptFaultException fault)
        {
            Fail(fault, "the script");
        }
        finally
        {
            lock (_interrupting) _engine = null;
            foreach (var subscription in _subscriptions.Values.ToArray()) Close(subscription);
            _wake.Dispose();
            _output.CompleteAdding();
        }
    }

    private void Listen(IScriptEngine engine)
    {
        while (!IsOver)
        {
            bool worked = FireTimers(engine);
            foreach (var subscription in _subscriptions.Values.ToArray())
            {
                if (IsOver) return;
                worked |= Serve(engine, subscription);
            }

            if (worked || IsOver) continue;
            // A timeout of 0 takes what is there.
            _drained = true;
            if (IsTimeOver) return;
            if (_subscriptions.Count == 0 && _timers.Count == 0) return;
            foreach (var subscription in _subscriptions.Values) subscription.Waiter.Arm();
            Pause();
        }
    }

    // Promises that wait for a time or for each other may still be kept; one that nothing can settle ends nothing.
    private void AwaitPromises(IScriptEngine engine)
    {
        foreach (int timer in _timers.Where(timer => timer.Value.Repeats).Select(timer => timer.Key).ToArray()) _timers.Remove(timer);
        int pending = 0;
        bool alive = !_broken && !_ending.IsCancellationRequested;
        while (alive && !IsTimeOver && (pending = Ask(engine)) > 0 && _timers.Count > 0)
        {
            if (!FireTimers(engine)) Pause();
            alive = !_broken && !_ending.IsCancellationRequested;
        }

        if (alive && pending > 0 && _timers.Count == 0) Put(new ScriptOutput(ScriptStream.Warning, $"The script ended with {pending} promises that nothing settles."));
    }

    private int Ask(IScriptEngine engine)
    {
        int pending = 0;
        Guarded("the script", () => pending = engine.Pending(Limit));
        return pending;
    }

    private bool Serve(IScriptEngine engine, Subscription subscription)
    {
        var feed = subscription.Feed;
        bool closed = feed.IsClosed;
        _batch.Clear(_options.Count - Handled);
        feed.Take(_batch);
        Dropped = _subscriptions.Values.Sum(each => Math.Max(0, each.Feed.Dropped));
        if (_batch.Count == 0)
        {
            if (closed) Close(subscription);
            return closed;
        }

        int next = 0;
        Guarded(feed.Source, () => engine.Load(subscription.Id, _batch, feed.Dropped, Limit), subscription.Place);
        while (next < _batch.Count && !IsOver && _subscriptions.ContainsKey(subscription.Id))
        {
            int start = next;
            if (!Guarded(feed.Source, () => next = engine.Run(subscription.Id, start, Limit), subscription.Place) || next == start) break;
            Interlocked.Add(ref _handled, next - start);
            // A batch that takes long does not keep timers waiting.
            if (next < _batch.Count) FireTimers(engine);
        }

        if (next < _batch.Count) feed.Return([.. _batch.From(next)]);
        return true;
    }

    private bool FireTimers(IScriptEngine engine)
    {
        long now = Stopwatch.GetTimestamp();
        var due = _timers.Where(timer => timer.Value.Due <= now).OrderBy(timer => timer.Value.Due).Select(timer => timer.Key).ToArray();
        foreach (int id in due)
        {
            if (IsTimeOver || _broken || _ending.IsCancellationRequested || !_timers.TryGetValue(id, out var timer)) break;
            if (timer.Repeats) _timers[id] = timer with { Due = Math.Max(timer.Due + timer.Period, now) };
            else _timers.Remove(id);
            Guarded("timer", () => engine.Fire(id, Limit), timer.Place);
        }

        return due.Length > 0;
    }

    // Until a source has something, a timer is due, the time is over or the caller has had enough.
    private void Pause()
    {
        var wait = _timers.Count == 0 ? Timeout.InfiniteTimeSpan : Left(_timers.Values.Min(timer => timer.Due));
        if (_options.Timeout != Timeout.InfiniteTimeSpan)
        {
            var left = _options.Timeout - Stopwatch.GetElapsedTime(_started);
            if (left < TimeSpan.Zero) left = TimeSpan.Zero;
            if (wait == Timeout.InfiniteTimeSpan || left < wait) wait = left;
        }

        try
        {
            _wake.Wait(wait == Timeout.InfiniteTimeSpan ? Timeout.Infinite : (int)Math.Min(Math.Ceiling(wait.TotalMilliseconds), int.MaxValue), _ending.Token);
        }
        catch (OperationCanceledException)
        {
            // The loop sees it.
        }

        static TimeSpan Left(long due) => TimeSpan.FromSeconds(Math.Max(0, due - Stopwatch.GetTimestamp()) / (double)Stopwatch.Frequency);
    }

    private bool IsTimeOver => _options.Timeout == TimeSpan.Zero ? _drained : _options.Timeout != Timeout.InfiniteTimeSpan && Stopwatch.GetElapsedTime(_started) >= _options.Timeout;

    private bool IsOver => _stopped || _broken || Handled >= _options.Count || IsTimeOver || _ending.IsCancellationRequested;

    // A callback may run into the end of the time, a little.
    private TimeSpan Limit
    {
        get
        {
            if (_options.Timeout == Timeout.InfiniteTimeSpan || _options.Timeout == TimeSpan.Zero) return _options.Limits.Callback;
            var left = _options.Timeout - Stopwatch.GetElapsedTime(_started) + Grace;
            return left < _options.Limits.Callback ? left < Grace ? Grace : left : _options.Limits.Callback;
        }
    }
}

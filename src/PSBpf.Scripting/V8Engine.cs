using System.Globalization;
using System.Text.Json;
using Microsoft.ClearScript;
using Microsoft.ClearScript.JavaScript;
using Microsoft.ClearScript.V8;
using PSBpf.Hosting;

namespace PSBpf.Scripting;

/// <summary>A V8 engine with one guest, which sees the bpf object and nothing of .NET.</summary>
internal sealed class V8Engine : Hosting.IScriptEngine
{
    // V8 ends the process where this is exceeded: it is far above what the monitor allows, so that one large allocation
    // between two of its looks is survived.
    private const int OldSpaceMegabytes = 4096;
    private const int StackBytes = 1 << 20;
    private const string MemoryMessage = "exceeded its memory limit";
    private static readonly TimeSpan SampleInterval = TimeSpan.FromMilliseconds(20);
    private static readonly string Guards = GuestFile("guards.js"), Shim = GuestFile("bpf.js");

    private readonly V8ScriptEngine _engine;
    private readonly Watchdog _watchdog;
    private readonly ScriptObject _guest;
    private readonly ScriptObject _load, _run, _fire, _pending;
    private readonly long _slice;
    private readonly ScriptLimits _limits;
    private IArrayBuffer? _staging;

    // Where the guest was when its time was over, if its side of the boundary caught that.
    private string _whereTimeEnded = "";

    public V8Engine(ScriptLimits limits, ScriptModules modules, Func<string, string, string> host)
    {
        _limits = limits;
        _slice = (long)Math.Clamp(limits.Callback.TotalMilliseconds / 4, 1, 50);
        _engine = new V8ScriptEngine(
            new V8RuntimeConstraints { MaxOldSpaceSize = OldSpaceMegabytes, HeapExpansionMultiplier = 1.5, MaxArrayBufferAllocation = (ulong)limits.HeapBytes },
            V8ScriptEngineFlags.DisableGlobalMembers | V8ScriptEngineFlags.HideHostExceptions)
        {
            MaxRuntimeHeapSize = (UIntPtr)limits.HeapBytes,
            RuntimeHeapSizeSampleInterval = SampleInterval,
            // An exception could be caught by the guest, which then goes on.
            RuntimeHeapSizeViolationPolicy = V8RuntimeViolationPolicy.Interrupt,
            MaxRuntimeStackUsage = StackBytes,
        };
        try
        {
            _watchdog = new Watchdog(ThrowInside, _engine.Interrupt, _engine.CancelInterrupt);
            _engine.DocumentSettings.Loader = new ModuleLoader(modules);
            _engine.DocumentSettings.AccessFlags = DocumentAccessFlags.EnableFileLoading;
            _engine.Execute(Document("guards"), Guards);
            var make = (ScriptObject)_engine.Evaluate(Document("bpf"), Shim);
            _guest = (ScriptObject)make.Invoke(false, new Func<string, string, string>((operation, values) =>
            {
                // The guest's time does not run while the host works for it.
                _watchdog.Pause();
                try
                {
                    return IsEndOfTime(operation, values) ? "" : host(operation, values);
                }
                finally
                {
                    _watchdog.Resume();
                }
            }));
            (_load, _run, _fire, _pending) = (Function("load"), Function("run"), Function("fire"), Function("pending"));
        }
        catch
        {
            _watchdog?.Dispose();
            _engine.Dispose();
            throw;
        }
    }

    public void Start(string? watched, TimeSpan limit) => Call(limit, () =>
    {
        _guest.InvokeMethod("watch", watched!);
        var accept = _guest.GetProperty("accept");
        var entry = new DocumentInfo(ModuleLoader.EntryUri)
        {
            Category = ModuleCategory.Standard,
            ContextCallback = _ => new Dictionary<string, object> { ["accept"] = accept },
        };
        if (_engine.Evaluate(entry, $"import * as script from '{ModuleLoader.ScriptName}'; import.meta.accept(script);") is ScriptObject promise)
            _guest.InvokeMethod("track", promise);
        return 0;
    });

    public void Load(int subscription, ScriptBatch batch, long dropped, TimeSpan limit) => Call(limit, () =>
    {
        var bytes = batch.Seal();
        if (_staging is null || _staging.Size < (ulong)bytes.Length)
        {
            _staging?.Dispose();
            _staging = (IArrayBuffer)_guest.InvokeMethod("staging", bytes.Length);
        }

        _staging.WriteBytes(bytes, 0, (ulong)bytes.Length, 0);
        double time = (batch.Time - DateTime.UnixEpoch).TotalMilliseconds;
        _load.Invoke(false, subscription, bytes.Length, batch.TableOffset, batch.Count, time, (double)dropped);
        return 0;
    });

    // The guest's side comes back after a slice of time, so that the limit is nearly that of its last callback alone.
    public int Run(int subscription, int start, TimeSpan limit) =>
        Call(limit + TimeSpan.FromMilliseconds(_slice), () => Number(_run.Invoke(false, subscription, start, (double)_slice)));

    public void Fire(int timer, TimeSpan limit) => Call(limit, () =>
    {
        _fire.Invoke(false, timer);
        return 0;
    });

    public int Pending(TimeSpan limit) => Call(limit, () => Number(_pending.Invoke(false)));

    public void Interrupt() => _watchdog.Stop();

    public void Dispose()
    {
        _watchdog.Dispose();
        _staging?.Dispose();
        _engine.Dispose();
    }

    private T Call<T>(TimeSpan limit, Func<T> call)
    {
        _watchdog.Start(limit);
        _whereTimeEnded = "";
        try
        {
            var result = call();
            return _watchdog.IsTimeOver ? throw new ScriptFaultException(ScriptFaultKind.Time, "", _whereTimeEnded) : result;
        }
        catch (Exception exception) when (exception is IScriptEngineException)
        {
            throw Fault((IScriptEngineException)exception);
        }
        finally
        {
            _watchdog.End();
        }
    }

    private ScriptFaultException Fault(IScriptEngineException exception)
    {
        string details = exception.ErrorDetails ?? "";
        if (exception is ScriptInterruptedException && _watchdog.IsStopped) return new ScriptFaultException(ScriptFaultKind.Stopped, exception.Message, details);
        if (_watchdog.IsTimeOver && !exception.IsFatal) return new ScriptFaultException(ScriptFaultKind.Time, exception.Message, _whereTimeEnded.Length > 0 ? _whereTimeEnded : details);
        if (exception.IsFatal || exception.Message.Contains(MemoryMessage, StringComparison.Ordinal)) return new ScriptFaultException(ScriptFaultKind.Memory, exception.Message, details);
        if (exception is ScriptInterruptedException) return new ScriptFaultException(ScriptFaultKind.Time, exception.Message, details);
        return new ScriptFaultException(ScriptFaultKind.Error, exception.Message, details);
    }

    // V8's monitor of the heap is the one thing that throws inside of a guest which runs: with nothing left to take, it does at once.
    private void ThrowInside(bool active)
    {
        _engine.RuntimeHeapSizeViolationPolicy = active ? V8RuntimeViolationPolicy.Exception : V8RuntimeViolationPolicy.Interrupt;
        _engine.MaxRuntimeHeapSize = active ? 1 : (UIntPtr)_limits.HeapBytes;
    }

    // The guest's side tells exceptions of handlers; this one is the watchdog's.
    private bool IsEndOfTime(string operation, string values)
    {
        if (!_watchdog.IsTimeOver || operation != "error") return false;
        using var told = JsonDocument.Parse(values);
        if (told.RootElement[1].GetString()?.Contains(MemoryMessage, StringComparison.Ordinal) != true) return false;
        _whereTimeEnded = told.RootElement[2].GetString() ?? "";
        return true;
    }

    private ScriptObject Function(string name) => (ScriptObject)_guest.GetProperty(name);

    private static int Number(object value) => Convert.ToInt32(value, CultureInfo.InvariantCulture);

    private static DocumentInfo Document(string name) => new(ScriptError.HostPrefix + name);

    private static string GuestFile(string name)
    {
        using var reader = new StreamReader(typeof(V8Engine).Assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }
}

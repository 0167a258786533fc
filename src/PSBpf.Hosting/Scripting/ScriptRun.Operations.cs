using System.Collections.Frozen;
using System.Diagnostics;
using System.Globalization;
using PSBpf.Diagnostics;

namespace PSBpf.Hosting;

public sealed partial class ScriptRun
{
    private const int MostSubscriptions = 256;
    private const int MostTimers = 65536;

    private readonly FrozenDictionary<string, Func<object?[], object?>> _operations;
    private readonly Dictionary<int, Subscription> _subscriptions = [];
    private readonly Dictionary<int, ScriptTimer> _timers = [];
    private readonly Dictionary<int, BpfMap> _maps = [];
    private readonly SemaphoreSlim _wake = new(0);
    private readonly ScriptBatch _batch = new();
    private int _lastId;

    /// <summary>What a guest may ask for: one row per operation. Nothing else of the host is within its reach.</summary>
    private FrozenDictionary<string, Func<object?[], object?>> Operations() => new Dictionary<string, Func<object?[], object?>>
    {
        ["on"] = On,
        ["every"] = values => AddTimer(Number(values, 0), repeats: true, Text(values, 1)),
        ["sleep"] = values => AddTimer(Number(values, 0), repeats: false, ""),
        ["cancel"] = Cancel,
        ["delivered"] = values => _subscriptions.GetValueOrDefault(Id(values))?.Feed.Delivered ?? 0,
        ["dropped"] = values => _subscriptions.GetValueOrDefault(Id(values))?.Feed.Dropped ?? 0,
        ["map"] = OpenMap,
        ["map.get"] = values => Map(values).Get(Key(values))?.Value,
        ["map.set"] = SetEntry,
        ["map.delete"] = values => Map(values).Remove(Key(values)),
        ["map.entries"] = values => Map(values).Entries().Select(entry => new[] { entry.Key, entry.Value }).ToArray(),
        ["programs"] = _ => _session.Programs.Select(About).ToArray(),
        ["args"] = _ => _options.Arguments,
        ["emit"] = values => Give(ScriptStream.Output, values.ElementAtOrDefault(0)),
        ["console"] = Say,
        ["error"] = Report,
        ["stop"] = _ => _stopped = true,
    }.ToFrozenDictionary();

    /// <summary>Answers the guest. It sees messages of diagnostics and no other exception's.</summary>
    private string Answer(string operation, string arguments)
    {
        try
        {
            if (_ending.IsCancellationRequested) throw DiagnosticRules.ScriptArgument.Error("The script is being ended.");
            return ScriptValue.Answer(_operations[operation](ScriptValue.Read(arguments)));
        }
        catch (BpfException exception)
        {
            _answered = exception.Diagnostic;
            return ScriptValue.Failure(exception.Id, exception.Message);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            return ScriptValue.Failure(DiagnosticRules.ScriptArgument.Id, $"bpf cannot do '{operation}' with these values.");
        }
    }

    private Dictionary<string, object?> On(object?[] values)
    {
        if (_subscriptions.Count >= MostSubscriptions) throw DiagnosticRules.ScriptArgument.Error($"A script has at most {MostSubscriptions} subscriptions.");
        string source = Text(values, 0);
        var feed = _session.OpenFeed(source, source == _options.Watched ? _options.WatchedType : null);
        var subscription = new Subscription(++_lastId, feed, new FeedWaiter(feed, Wake), Text(values, 2));
        _subscriptions.Add(subscription.Id, subscription);
        return new Dictionary<string, object?> { ["id"] = subscription.Id, ["source"] = feed.Source, ["decoder"] = feed.Decoder, ["size"] = feed.Size };
    }

    private int AddTimer(double milliseconds, bool repeats, string place)
    {
        if (!(milliseconds >= 0 && milliseconds <= int.MaxValue)) throw DiagnosticRules.ScriptArgument.Error("A time is a number of milliseconds from 0 to 2^31 − 1.");
        if (_timers.Count >= MostTimers) throw DiagnosticRules.ScriptArgument.Error($"A script has at most {MostTimers} timers.");
        long period = (long)(Math.Max(repeats ? 1 : 0, milliseconds) * Stopwatch.Frequency / 1000);
        _timers.Add(++_lastId, new ScriptTimer(Stopwatch.GetTimestamp() + period, period, repeats, place));
        return _lastId;
    }

    private object? Cancel(object?[] values)
    {
        int id = Id(values);
        _timers.Remove(id);
        if (_subscriptions.TryGetValue(id, out var subscription)) Close(subscription);
        return null;
    }

    private Dictionary<string, object?> OpenMap(object?[] values)
    {
        var map = _session.GetMap(values.ElementAtOrDefault(0) is int id ? id.ToString(CultureInfo.InvariantCulture) : Text(values, 0));
        _maps[map.Id] = map;
        return new Dictionary<string, object?>
        {
            ["id"] = map.Id, ["name"] = map.Name, ["type"] = map.Type.ToString(), ["keySize"] = map.KeySize, ["valueSize"] = map.ValueSize, ["maxEntries"] = map.MaxEntries,
        };
    }

    private object? SetEntry(object?[] values)
    {
        Map(values).Set(Key(values), values.ElementAtOrDefault(2));
        return null;
    }

    private object? Say(object?[] values)
    {
        var stream = Enum.Parse<ScriptStream>(Text(values, 0), ignoreCase: true);
        if (stream == ScriptStream.Error) PutError(DiagnosticRules.ScriptMessage, Text(values, 1), "console.error", "");
        else Give(stream, Text(values, 1));
        return null;
    }

    private object? Give(ScriptStream stream, object? value)
    {
        Put(new ScriptOutput(stream, value));
        return null;
    }

    private void Close(Subscription subscription)
    {
        _subscriptions.Remove(subscription.Id);
        subscription.Waiter.Dispose();
        subscription.Feed.Dispose();
    }

    private void Wake()
    {
        try
        {
            _wake.Release();
        }
        catch (ObjectDisposedException)
        {
            // The script has ended.
        }
    }

    private BpfMap Map(object?[] values) =>
        _maps.TryGetValue(Id(values), out var map) ? map : throw DiagnosticRules.ScriptArgument.Error("This map was not opened by bpf.map.");

    private static object Key(object?[] values) => values.ElementAtOrDefault(1) ?? throw DiagnosticRules.ScriptArgument.Error("A map takes a key.");

    private static int Id(object?[] values) => values.ElementAtOrDefault(0) is int id ? id : throw DiagnosticRules.ScriptArgument.Error("This is nothing that bpf gave.");

    private static double Number(object?[] values, int at) => values.ElementAtOrDefault(at) is int or long or double
        ? Convert.ToDouble(values[at], CultureInfo.InvariantCulture) : double.NaN;

    private static string Text(object?[] values, int at) => values.ElementAtOrDefault(at) as string ?? "";

    private static Dictionary<string, object?> About(BpfProgram program) => new()
    {
        ["id"] = program.Id,
        ["name"] = program.Name,
        ["type"] = program.Type.ToString(),
        ["section"] = program.Section,
        ["state"] = program.State.ToString(),
        ["instructionCount"] = program.InstructionCount,
        ["maps"] = program.Maps,
        ["kernel"] = program.Kernel.ToString(),
    };

    private sealed record Subscription(int Id, IEventFeed Feed, FeedWaiter Waiter, string Place);

    private sealed record ScriptTimer(long Due, long Period, bool Repeats, string Place);
}

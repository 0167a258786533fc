using System.Collections.Frozen;
using PSBpf.Diagnostics;
using PSBpf.Runtime.Hooks;

namespace PSBpf.Hosting;

public sealed partial class BpfSession
{
    // One row per kind of source: what stands before the colon, and who opens what stands behind it.
    private static readonly FrozenDictionary<string, Func<BpfSession, string, string?, IEventFeed>> FeedKinds =
        new Dictionary<string, Func<BpfSession, string, string?, IEventFeed>>
        {
            ["ringbuf"] = static (session, name, type) => new ReaderFeed("ringbuf", session.OpenEvents($"ringbuf:{name}", type)),
            ["perf"] = static (session, name, type) => new ReaderFeed("perf", session.OpenEvents($"perf:{name}", type)),
            [PrintSource] = static (session, _, _) => new PrintFeed(session.OpenEvents(PrintSource)),
            ["hook"] = static (session, name, _) => new HookFeed(session.Managed().GetHook(HookName.Parse(name))),
        }.ToFrozenDictionary();

    /// <summary>Opens a source of events by its name, e.g. <c>ringbuf:events</c>, <c>hook:xdp:eth0</c>.</summary>
    /// <exception cref="BpfException">BPF4106 for a name that is none, and what opening it throws.</exception>
    internal IEventFeed OpenFeed(string source, string? type = null)
    {
        int colon = source.IndexOf(':', StringComparison.Ordinal);
        if (FeedKinds.TryGetValue(colon < 0 ? source : source[..colon], out var open)) return Guard(() => open(this, colon < 0 ? "" : source[(colon + 1)..], type));
        throw DiagnosticRules.EventSource.Error($"'{source}' is no source of events: unknown source. There is: {string.Join(", ", FeedKinds.Keys.Order().Select(kind => kind == PrintSource ? kind : kind + ":NAME"))}.");
    }
}

using PSBpf.Diagnostics;
using PSBpf.Runtime.Hooks;

namespace PSBpf.Hosting;

public sealed partial class BpfSession
{
    // Sources that have ended stay in sight, but not without end.
    private const int MostEndedSources = 100;

    private readonly SortedDictionary<int, BpfSource> _sources = [];
    private int _lastSource;

    /// <summary>The sources, by id: those that run, and the latest of those that have ended.</summary>
    public IReadOnlyList<BpfSource> Sources
    {
        get { lock (_gate) return [.. _sources.Values]; }
    }

    /// <summary>Starts to send a capture's packets to a hook in the background.</summary>
    /// <param name="path">A pcap or pcapng file.</param>
    /// <param name="hook">The hook, as <c>type:target</c>; nothing has to be attached to it.</param>
    /// <param name="options">How; null for once and as fast as possible.</param>
    /// <exception cref="BpfException">BPF0401 to BPF0404 for the file, BPF2201 for a hook name that is none, BPF4008 for a number out of range.</exception>
    public BpfSource StartCapture(string path, string hook, SourceOptions? options = null)
    {
        options ??= SourceOptions.Default;
        return Start(hook, () => new CaptureFeed(path, options.Loop), options, SourceClock.Machine);
    }

    /// <summary>Starts to send made-up packets to a hook in the background.</summary>
    /// <param name="generator">What to send.</param>
    /// <param name="hook">The hook, as <c>type:target</c>; nothing has to be attached to it.</param>
    /// <param name="options">How; null for without end and as fast as possible.</param>
    /// <exception cref="BpfException">BPF0405 for a field that a packet does not have, BPF2104 when there is no packet, BPF2201 for a hook name that is none, BPF4008 for a number out of range.</exception>
    public BpfSource StartGenerator(GeneratorOptions generator, string hook, SourceOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(generator);
        options ??= SourceOptions.Default;
        if (options.OriginalPace) throw DiagnosticRules.OptionValue.Error("Made-up packets have no pace of their own.", action: "Leave OriginalPace out, or pass a rate.");
        return Start(hook, () => new GeneratorFeed(generator), options, SourceClock.Machine);
    }

    /// <summary>
    /// The source with a name, or with an id written in digits. Of several with the name it is the one that runs, or the latest when
    /// all have ended: the same capture is often sent again.
    /// </summary>
    /// <exception cref="BpfException">BPF4001 when there is none, BPF4002 when several with the name run.</exception>
    public BpfSource GetSource(string nameOrId)
    {
        var sources = Sources;
        var named = sources.Where(source => source.Name == nameOrId).ToArray();
        var running = named.Where(source => source.State == SourceState.Running).ToArray();
        return running.Length > 0
            ? One(running, nameOrId, "source", "Get-BpfSource", source => source.Id, source => source.Name)
            : named.LastOrDefault() ?? One(sources, nameOrId, "source", "Get-BpfSource", source => source.Id, source => source.Name);
    }

    /// <summary>The source with an id.</summary>
    /// <exception cref="BpfException">BPF4001, when there is none.</exception>
    public BpfSource GetSource(int id) => ById(_sources, id, "source", "Get-BpfSource");

    /// <summary>The sources whose name matches a pattern with <c>*</c> and <c>?</c>, by id.</summary>
    public IReadOnlyList<BpfSource> FindSources(string pattern) => [.. Sources.Where(source => NamePattern.Matches(pattern, source.Name))];

    internal BpfSource Start(string hook, Func<IPacketFeed> open, SourceOptions options, SourceClock clock)
    {
        var name = HookName.Parse(hook);
        Check(options.Rate is null or (> 0 and <= 1e9), "The rate", (long)(options.Rate ?? 0), "more than 0 and at most 1,000,000,000 packets a second, or null for as fast as possible");
        Check(options.Count is null or >= 1, "The count", options.Count ?? 0, "at least 1");
        var kernel = Managed();
        Check(options.Cpu is null || (options.Cpu >= 0 && options.Cpu < kernel.PossibleCpus), "The CPU", options.Cpu ?? 0, $"0 to {kernel.PossibleCpus - 1}, or null for any");
        if (options is { Rate: not null, OriginalPace: true })
            throw DiagnosticRules.OptionValue.Error("A source keeps to one pace.", action: "Pass a rate or OriginalPace, not both.");
        var feed = open();
        try
        {
            lock (_gate)
            {
                ThrowIfClosed();
                foreach (var ended in _sources.Values.Where(source => source.State != SourceState.Running).SkipLast(MostEndedSources - 1).ToArray()) _sources.Remove(ended.Id);
                var source = new BpfSource(++_lastSource, Guard(() => kernel.GetHook(name)), feed, options, clock);
                // Inside of the gate: a session that is closed meanwhile finds it and stops it.
                source.Begin();
                _sources.Add(source.Id, source);
                return source;
            }
        }
        catch
        {
            feed.Dispose();
            throw;
        }
    }
}

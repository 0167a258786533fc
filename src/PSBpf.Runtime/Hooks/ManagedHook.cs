using System.Diagnostics;
using System.Runtime.CompilerServices;
using PSBpf.Diagnostics;
using PSBpf.Runtime.Environment;
using PSBpf.Runtime.Runs;

namespace PSBpf.Runtime.Hooks;

/// <summary>Sees what happened at a hook.</summary>
/// <param name="packet">The packet as it came; valid during the call only.</param>
/// <param name="results">What each program did.</param>
public delegate void HookObserver(ReadOnlySpan<byte> packet, IReadOnlyList<HookResult> results);

/// <summary>A place where programs are attached and events happen. Thread-safe; firing takes no lock.</summary>
public abstract class ManagedHook
{
    private const int CounterSpread = 16;

    private readonly Lock _changing = new();
    private ManagedLink[] _links = [];

    // Events and ticks for each virtual CPU, on cache lines of its own: only the thread that is on it writes there.
    private readonly long[] _counters;

    private protected ManagedHook(HookTable table, HookName name)
    {
        Table = table;
        Name = name;
        _counters = new long[(table.Engine.Cpus.Count + 1) * CounterSpread];
    }

    /// <summary>Tells after each event what the programs did with it, on the thread that fired it, inside of the run: to be brief about.</summary>
    public event HookObserver? Fired;

    /// <summary>Its name.</summary>
    public HookName Name { get; }

    /// <summary>The links that hold, in the order in which their programs run.</summary>
    public IReadOnlyList<ManagedLink> Links => Volatile.Read(ref _links);

    /// <summary>How often it fired with a program attached.</summary>
    public long Events => Sum(0);

    /// <summary>Time that its programs took, all together.</summary>
    public long TotalNanoseconds => (long)(Sum(1) * (1e9 / Stopwatch.Frequency));

    /// <summary>Mean time per event; 0 before the first.</summary>
    public double MeanNanoseconds => Events is var events and > 0 ? (double)TotalNanoseconds / events : 0;

    /// <summary>Runs what is attached on a packet.</summary>
    /// <param name="packet">Its bytes; they stay as they are.</param>
    /// <param name="cancellation">Stops a program that runs for long.</param>
    /// <returns>What each program did.</returns>
    /// <exception cref="BpfException">BPF2204 when nothing is attached; BPF2102 when a program runs too long.</exception>
    public abstract IReadOnlyList<HookResult> Fire(ReadOnlySpan<byte> packet, CancellationToken cancellation = default);

    /// <summary>Runs what is attached on a packet for its verdict alone. Allocates nothing.</summary>
    /// <param name="packet">Its bytes; they stay as they are.</param>
    /// <param name="cancellation">Stops a program that runs for long.</param>
    /// <returns>What the hook does with the packet: the return value of the program that decided.</returns>
    /// <exception cref="BpfException">BPF2204 when nothing is attached; BPF2102 when a program runs too long.</exception>
    public int Inject(ReadOnlySpan<byte> packet, CancellationToken cancellation = default)
    {
        if (Fired is not null) return Fire(packet, cancellation)[^1].ReturnValue;
        var engine = Table.Engine;
        var environment = engine.Environment;
        var cpu = engine.Cpus.Enter(environment.Cpu);
        try
        {
            long start = Stopwatch.GetTimestamp();
            if (!TryRun(cpu.State, environment, packet, cancellation, out int verdict)) throw Empty();
            Count(cpu.Id, 1, Stopwatch.GetTimestamp() - start);
            return verdict;
        }
        finally
        {
            engine.Cpus.Exit(cpu);
        }
    }

    /// <summary>Opens a way in for many packets.</summary>
    /// <param name="cpu">The virtual CPU that its packets arrive on, counted round the CPUs that there are; null for any that is free, where each injector tries another one first.</param>
    public HookInjector OpenInjector(int? cpu = null) => new(this, cpu, Table.NextInjector());

    /// <summary>A verdict's name, e.g. <c>XDP_DROP</c>, or the number.</summary>
    public abstract string VerdictOf(int verdict);

    /// <summary>Runs what is attached on a packet, inside of a run.</summary>
    /// <returns>False when nothing is attached.</returns>
    private protected abstract bool TryRun(RunState run, ExecutionEnvironment environment, ReadOnlySpan<byte> packet, CancellationToken cancellation, out int verdict);

    /// <summary>Runs what is attached on packets, one after the other, on one lease of a processor.</summary>
    internal void Inject(HookInjector injector, ReadOnlySpan<ReadOnlyMemory<byte>> packets, CancellationToken cancellation)
    {
        if (Fired is not null)
        {
            InjectWatched(injector, packets, cancellation);
            return;
        }

        var engine = Table.Engine;
        var environment = engine.Environment;
        var cpu = engine.Cpus.Enter(environment.Cpu ?? injector.Cpu, injector.PreferredCpu);
        long start = Stopwatch.GetTimestamp();
        int seen = 0;
        try
        {
            var run = cpu.State;
            foreach (var packet in packets)
            {
                cancellation.ThrowIfCancellationRequested();
                // Links are looked up after that for each packet: what is taken away between two packets does not wait for the last.
                engine.Cpus.Renew(cpu);
                if (TryRun(run, environment, packet.Span, cancellation, out int verdict))
                {
                    seen++;
                    injector.Saw(verdict, packet.Length);
                }
                else
                {
                    injector.Missed(packet.Length);
                }
            }
        }
        finally
        {
            Count(cpu.Id, seen, Stopwatch.GetTimestamp() - start);
            engine.Cpus.Exit(cpu);
        }
    }

    // Somebody looks on: each packet goes the long way, which tells what became of it.
    private void InjectWatched(HookInjector injector, ReadOnlySpan<ReadOnlyMemory<byte>> packets, CancellationToken cancellation)
    {
        foreach (var packet in packets)
        {
            cancellation.ThrowIfCancellationRequested();
            if (FirstLink is null) injector.Missed(packet.Length);
            else injector.Saw(Fire(packet.Span, cancellation)[^1].ReturnValue, packet.Length);
        }
    }

    /// <summary>The table it stands in.</summary>
    private protected HookTable Table { get; }

    /// <summary>How many programs it takes.</summary>
    private protected abstract int Capacity { get; }

    /// <summary>Refuses a program that does not fit.</summary>
    /// <exception cref="BpfException">BPF2202.</exception>
    private protected abstract void CheckProgram(ManagedProgram program);

    /// <summary>The links, to fire.</summary>
    /// <exception cref="BpfException">BPF2204 when there are none.</exception>
    private protected ManagedLink[] LinksToFire()
    {
        var links = Volatile.Read(ref _links);
        return links.Length > 0 ? links : throw Empty();
    }

    /// <summary>Tells what happened to who wants to know.</summary>
    private protected IReadOnlyList<HookResult> Tell(ReadOnlySpan<byte> packet, IReadOnlyList<HookResult> results)
    {
        Fired?.Invoke(packet, results);
        return results;
    }

    /// <summary>The link that runs first; null when there is none.</summary>
    private protected ManagedLink? FirstLink => Volatile.Read(ref _links) is { Length: > 0 } links ? links[0] : null;

    /// <summary>Counts events.</summary>
    /// <param name="cpu">The virtual CPU that the calling thread is on.</param>
    /// <param name="events">How many.</param>
    /// <param name="ticks">How long their programs took; of many packets in one go with putting them in place.</param>
    private protected void Count(int cpu, int events, long ticks)
    {
        ref long counters = ref _counters[(cpu + 1) * CounterSpread];
        Volatile.Write(ref counters, counters + events);
        Volatile.Write(ref Unsafe.Add(ref counters, 1), Unsafe.Add(ref counters, 1) + ticks);
    }

    private BpfException Empty() => DiagnosticRules.HookEmpty.Error($"Nothing is attached to {Name}.");

    private long Sum(int counter)
    {
        long sum = 0;
        for (int at = CounterSpread + counter; at < _counters.Length; at += CounterSpread) sum += Volatile.Read(ref _counters[at]);
        return sum;
    }

    /// <summary>Attaches a program.</summary>
    internal ManagedLink Attach(ManagedProgram program, LinkOptions options)
    {
        CheckProgram(program);
        if (!program.TryAddReference()) throw program.Removed();
        lock (_changing)
        {
            if (_links.Length == Capacity && !options.Replace)
            {
                program.Release();
                throw DiagnosticRules.HookBusy.Error($"{Name} already has program '{_links[0].Program.Spec.Name}' (link {_links[0].Id}).");
            }

            var link = new ManagedLink(this, Table.NextLinkId(), program, options);
            var replaced = options.Replace ? _links : [];
            Publish([.. options.Replace ? [] : _links, link]);
            foreach (var old in replaced)
                if (old.MarkDetached()) old.Program.Release();
            return link;
        }
    }

    /// <summary>Puts another program into a link.</summary>
    internal void Replace(ManagedLink link, ManagedProgram program)
    {
        CheckProgram(program);
        lock (_changing)
        {
            if (link.State == LinkState.Detached) throw DiagnosticRules.LinkDetached.Error($"Link {link.Id} to {Name} is detached.");
            if (!program.TryAddReference()) throw program.Removed();
            link.Exchange(program).Release();
        }
    }

    /// <summary>Takes a link away.</summary>
    internal void Detach(ManagedLink link)
    {
        lock (_changing)
        {
            if (!link.MarkDetached()) return;
            Publish([.. _links.Where(other => other != link)]);
            link.Program.Release();
        }
    }

    private void Publish(ManagedLink[] links) => Volatile.Write(ref _links, [.. links.OrderBy(link => link.Priority)]);
}

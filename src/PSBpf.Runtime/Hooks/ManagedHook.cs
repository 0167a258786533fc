using System.Diagnostics;
using System.Runtime.CompilerServices;
using PSBpf.Diagnostics;
using PSBpf.Runtime.Contexts;
using PSBpf.Runtime.Environment;
using PSBpf.Runtime.Hooks.Xdp;
using PSBpf.Runtime.Runs;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Hooks;

/// <summary>Sees what happened at a hook.</summary>
/// <param name="packet">The packet as it came, or the context where there is none; valid during the call only.</param>
/// <param name="results">What each program did.</param>
public delegate void HookObserver(ReadOnlySpan<byte> packet, IReadOnlyList<HookResult> results);

/// <summary>A place where programs are attached and events happen. Thread-safe; firing takes no lock.</summary>
public partial class ManagedHook
{
    private const int CounterSpread = 16;

    private readonly string[] _target;
    private readonly ProgramTypeInfo _type;
    private readonly uint _interface;
    private readonly bool _arrives;

    // Events and ticks for each virtual CPU, on cache lines of its own: only the thread that is on it writes there.
    private readonly long[] _counters;

    internal ManagedHook(HookTable table, HookName name, HookKind kind)
    {
        Table = table;
        Name = name;
        Kind = kind;
        _target = name.Parts;
        _type = ProgramTypeTable.Get(kind.TypeOf(_target));
        if (kind.IsOnInterface)
        {
            _interface = table.InterfaceIndex(_target[0]);
            _arrives = _target.Length == 1 || _target[1] is "ingress" or "in";
        }

        HasPacket = kind.HasPacket || RunInput.Of(_type.Type).HasPacket;
        _counters = new long[(table.Engine.Cpus.Count + 1) * CounterSpread];
    }

    /// <summary>Tells after each event what the programs did with it, on the thread that fired it, inside of the run: to be brief about.</summary>
    public event HookObserver? Fired;

    /// <summary>Its name.</summary>
    public HookName Name { get; }

    /// <summary>Whether a packet arrives there; elsewhere events are contexts.</summary>
    public bool HasPacket { get; }

    /// <summary>The type of programs that it takes, or the first one of several.</summary>
    public ProgramType ProgramType => _type.Type;

    /// <summary>How often it fired with a program attached.</summary>
    public long Events => Sum(0);

    /// <summary>Time that its programs took, all together.</summary>
    public long TotalNanoseconds => (long)(Sum(1) * (1e9 / Stopwatch.Frequency));

    /// <summary>Mean time per event; 0 before the first.</summary>
    public double MeanNanoseconds => Events is var events and > 0 ? (double)TotalNanoseconds / events : 0;

    internal HookKind Kind { get; }

    internal HookTable Table { get; }

    /// <summary>Runs what is attached on a packet, or on a context where there is no packet.</summary>
    /// <inheritdoc cref="Fire(in HookEvent, out int, CancellationToken)"/>
    public IReadOnlyList<HookResult> Fire(ReadOnlySpan<byte> bytes, CancellationToken cancellation = default) => Fire(EventOf(bytes), out _, cancellation);

    /// <summary>Runs what is attached on an event.</summary>
    /// <param name="happened">What happens; its bytes stay as they are.</param>
    /// <param name="verdict">What the hook makes of it: what its programs decided together.</param>
    /// <param name="cancellation">Stops a program that runs for long.</param>
    /// <returns>What each program did.</returns>
    /// <exception cref="BpfException">BPF2204 when nothing is attached; BPF2102 when a program runs too long; BPF2104 for input that does not fit.</exception>
    public IReadOnlyList<HookResult> Fire(in HookEvent happened, out int verdict, CancellationToken cancellation = default) =>
        TryFire(happened, out verdict, cancellation) ?? throw Empty();

    /// <summary>The same where it may be that nothing is attached: then null.</summary>
    internal IReadOnlyList<HookResult>? TryFire(in HookEvent happened, out int verdict, CancellationToken cancellation)
    {
        verdict = Kind.Rule.Start;
        var engine = Table.Engine;
        var environment = happened.Environment ?? engine.Environment;
        var cpu = engine.Cpus.Enter(environment.Cpu);
        try
        {
            // Looked up inside of the run: from here on the programs' maps cannot go away.
            var links = EffectiveLinks;
            if (links.Length == 0) return null;
            var results = new List<HookResult>(links.Length);
            verdict = Run(cpu.State, environment, links, happened, results, cancellation, out long ticks);
            Count(cpu.Id, 1, ticks);
            Fired?.Invoke(HasPacket ? happened.Packet : happened.Context, results);
            return results;
        }
        finally
        {
            engine.Cpus.Exit(cpu);
        }
    }

    /// <summary>Runs what is attached on a packet, or a context, for the verdict alone. Allocates nothing.</summary>
    /// <param name="bytes">The packet or the context; they stay as they are.</param>
    /// <param name="cancellation">Stops a program that runs for long.</param>
    /// <returns>What the hook makes of it.</returns>
    /// <exception cref="BpfException">BPF2204 when nothing is attached; BPF2102 when a program runs too long.</exception>
    public int Inject(ReadOnlySpan<byte> bytes, CancellationToken cancellation = default)
    {
        if (Fired is not null)
        {
            Fire(EventOf(bytes), out int told, cancellation);
            return told;
        }

        var engine = Table.Engine;
        var environment = engine.Environment;
        var cpu = engine.Cpus.Enter(environment.Cpu);
        try
        {
            var links = EffectiveLinks;
            if (links.Length == 0) throw Empty();
            int verdict = Run(cpu.State, environment, links, EventOf(bytes), null, cancellation, out long ticks);
            Count(cpu.Id, 1, ticks);
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
    public string VerdictOf(int verdict) => _type.VerdictOf(verdict);

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
                var links = EffectiveLinks;
                if (links.Length == 0)
                {
                    injector.Missed(packet.Length);
                    continue;
                }

                int verdict = Run(run, environment, links, EventOf(packet.Span), null, cancellation, out _);
                seen++;
                injector.Saw(verdict, packet.Length);
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
            if (EffectiveLinks.Length == 0)
            {
                injector.Missed(packet.Length);
                continue;
            }

            Fire(EventOf(packet.Span), out int verdict, cancellation);
            injector.Saw(verdict, packet.Length);
        }
    }

    /// <summary>Runs programs on an event, inside of a run. Allocates nothing unless there are results to keep.</summary>
    private int Run(RunState run, ExecutionEnvironment environment, ManagedLink[] links, in HookEvent happened, List<HookResult>? results, CancellationToken cancellation, out long ticks)
    {
        var rule = Kind.Rule;
        int verdict = rule.Start;
        bool lastStage = false;
        ContextView? filled = null;
        ticks = 0;
        foreach (var link in links)
        {
            if (lastStage && !link.IsFilter) continue;
            var program = link.Program;
            var executable = program.Executable;
            if (filled == executable.View)
            {
                // What the program before made of packet and context is what this one gets.
                run.BeginNext(executable);
            }
            else
            {
                run.Begin(executable, environment, interpret: false, cancellation);
                if (happened.Memory is not null) run.EventMemory = happened.Memory;
                if (!happened.Context.IsEmpty && executable.Type.Context is not null) executable.Input.Check(executable.Type, happened.Packet, happened.Context);
                if (_interface != 0) executable.Input.Fill(run, happened.Packet, happened.Context, _interface, _arrives);
                else executable.Input.Fill(run, happened.Packet, happened.Context);
                filled = executable.View;
            }

            run.Redirected = default;
            long start = Stopwatch.GetTimestamp();
            int result = (int)run.Execute();
            long took = Stopwatch.GetTimestamp() - start;
            ticks += took;
            run.CountRuns((uint)result, 1);
            results?.Add(ResultOf(run, link, program, result, took));
            var step = rule.Take(link, result, ref verdict);
            if (step == ChainStep.Stop) break;
            lastStage |= step == ChainStep.NextStage;
        }

        if (Kind.Rule == VerdictRule.Xdp && XdpForwarding.Redirects(verdict)) Forward(run, results, cancellation);
        return verdict;
    }

    // What the last program redirected goes through the programs of the maps' entries, in the same run.
    private void Forward(RunState run, List<HookResult>? results, CancellationToken cancellation)
    {
        var forwarded = results is null ? null : new List<ForwardResult>();
        XdpForwarding.Forward(run, _interface, forwarded, cancellation);
        if (results is not null) results[^1] = results[^1] with { Forwarded = forwarded! };
    }

    private static HookResult ResultOf(RunState run, ManagedLink link, ManagedProgram program, int result, long ticks)
    {
        var executable = program.Executable;
        return new()
        {
            Link = link,
            Program = program,
            ReturnValue = result,
            Verdict = executable.Type.VerdictOf(result),
            Redirect = RedirectOf(run, executable.Type, result),
            Data = executable.Input.ReadPacket(run),
            Context = executable.Input.ReadContext(run, []),
            Output = run.Output is { } lines ? lines : [],
            DurationNanoseconds = ticks * (1e9 / Stopwatch.Frequency),
        };
    }

    private static HookRedirect? RedirectOf(RunState run, ProgramTypeInfo type, int result)
    {
        const int xdpRedirect = 4, classifierRedirect = 7;
        if (result != (type.Type == ProgramType.Xdp ? xdpRedirect : classifierRedirect) || run.Redirected == default) return null;
        var to = run.Redirected;
        bool isDevice = to.Map is null || to.Map.Spec.Type is MapType.Devmap or MapType.DevmapHash;
        return new HookRedirect(to.Map?.Spec.Name, to.Target, isDevice ? run.Engine.Interfaces.NameOf(to.Target) : null, to.Flags);
    }

    private HookEvent EventOf(ReadOnlySpan<byte> bytes) => HasPacket ? new HookEvent { Packet = bytes } : new HookEvent { Context = bytes };

    /// <summary>Counts events.</summary>
    /// <param name="cpu">The virtual CPU that the calling thread is on.</param>
    /// <param name="events">How many.</param>
    /// <param name="ticks">How long their programs took; of many packets in one go with putting them in place.</param>
    private void Count(int cpu, int events, long ticks)
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
}

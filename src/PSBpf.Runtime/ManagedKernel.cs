using PSBpf.Diagnostics;
using PSBpf.Kernel;
using PSBpf.Objects;
using PSBpf.Runtime.Environment;
using PSBpf.Runtime.Hooks;
using PSBpf.Runtime.Interpreter;
using PSBpf.Runtime.Jit;
using PSBpf.Runtime.Maps;
using PSBpf.Uapi;
using PSBpf.Verifier;

namespace PSBpf.Runtime;

/// <summary>
/// The engine in this process: verifier, maps, interpreter and hooks behind the interface of bpf(2). It needs no
/// privilege and runs on any operating system. Thread-safe.
/// </summary>
public sealed partial class ManagedKernel : IBpfKernel
{
    private readonly Engine _engine;
    private readonly HookTable _hooks;
    private readonly PinTable _pins;
    private int _disposed;

    /// <summary>Starts a kernel with nothing loaded.</summary>
    /// <param name="options">How to set it up.</param>
    /// <exception cref="ArgumentOutOfRangeException">Options outside of what they may be.</exception>
    public ManagedKernel(ManagedKernelOptions? options = null)
    {
        options ??= ManagedKernelOptions.Default;
        ArgumentOutOfRangeException.ThrowIfLessThan(options.PossibleCpus, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.PossibleCpus, 1024, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.InstructionBudget, 1, nameof(options));
        _engine = new Engine(options);
        _hooks = new HookTable(_engine);
        _pins = new PinTable(_engine);
    }

    /// <inheritdoc/>
    public BpfKernelKind Kind => BpfKernelKind.Managed;

    /// <inheritdoc/>
    public int PossibleCpus => _engine.Cpus.Count;

    /// <inheritdoc/>
    /// <remarks>It belongs to this kernel and no file system has it: what is pinned lives as long as the kernel.</remarks>
    public IPinStore Pins
    {
        get
        {
            ThrowIfClosed();
            return _pins;
        }
    }

    /// <summary>The world that runs see from now on.</summary>
    public ExecutionEnvironment Environment
    {
        get => _engine.Environment;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            _engine.Environment = value;
            _engine.Timers.FollowEnvironment();
        }
    }

    /// <summary>Nanoseconds since boot, as programs read them next.</summary>
    public long ClockTime => _engine.Environment.Now;

    /// <summary>Moves a set clock on, and calls back the timers whose time has come, each at its own moment.</summary>
    /// <param name="nanoseconds">How far; 0 for the timers that are due already.</param>
    /// <param name="cancellation">Stops between two callbacks.</param>
    /// <returns>How many timers called back.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A time before now.</exception>
    /// <exception cref="BpfException">BPF2251 when the clock is the machine's.</exception>
    public int AdvanceClock(long nanoseconds, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(nanoseconds);
        ThrowIfClosed();
        var environment = _engine.Environment;
        if (environment.Clock is null) throw DiagnosticRules.EnvironmentValue.Error("The clock is the machine's and moves on by itself.", action: "Set a clock first.");
        long until = checked(environment.Now + nanoseconds);
        int fired = _engine.Timers.Fire(environment, until, cancellation, moves: true);
        environment.MoveTo(until);
        return fired;
    }

    /// <summary>How programs are compiled from now on; what is compiled stays as it is, and mode Off interprets it all the same.</summary>
    public JitOptions Jit
    {
        get => _engine.Jit;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            _engine.Jit = value;
        }
    }

    /// <summary>Instructions that one run may execute, from the next run on.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than one.</exception>
    public long InstructionBudget
    {
        get => _engine.Options.InstructionBudget;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            _engine.Options = _engine.Options with { InstructionBudget = value };
        }
    }

    /// <summary>Bytes of native memory that all maps together may take; maps that are there stay when it is lowered.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than zero.</exception>
    public long MapMemoryLimit
    {
        get => _engine.Account.Limit;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            _engine.Account.Limit = value;
        }
    }

    /// <summary>Bytes of native memory that maps take.</summary>
    public long MapMemoryBytes => _engine.Account.Used;

    /// <summary>The hooks that were named so far, by name.</summary>
    public IReadOnlyList<ManagedHook> Hooks => _hooks.All;

    /// <summary>The index of an interface, which comes into being when it is first named.</summary>
    public uint DeviceIndex(string name) => _engine.Interfaces.IndexOf(name);

    /// <summary>The interfaces that there are, by index.</summary>
    public IReadOnlyList<string> DeviceNames => [.. _engine.Interfaces.All.Select(device => device.Name)];

    /// <summary>What programs print with bpf_trace_printk, for whoever wants to read it.</summary>
    public TraceBuffer Trace => _engine.Trace;

    /// <summary>What runs, for tests of this assembly.</summary>
    internal Engine Engine => _engine;

    /// <summary>The hook with a name; an interface comes into being when it is first named.</summary>
    /// <exception cref="BpfException">BPF2201 for a name that no kind of hook has.</exception>
    public ManagedHook GetHook(HookName name)
    {
        ThrowIfClosed();
        return _hooks.GetOrAdd(name);
    }

    /// <summary>Lets a packet come in through an interface, and sees where it ends up.</summary>
    /// <param name="device">The interface.</param>
    /// <param name="packet">The packet, from the Ethernet header on; it stays as it is.</param>
    /// <param name="options">Who it is for; null for nobody in particular.</param>
    /// <param name="cancellation">Stops a program that runs for long.</param>
    /// <exception cref="BpfException">BPF2201 for a name that is no interface's or cgroup's; BPF2102.</exception>
    public PathResult Receive(string device, ReadOnlySpan<byte> packet, PathOptions? options = null, CancellationToken cancellation = default)
    {
        ThrowIfClosed();
        return new PacketPath(_hooks, options ?? new PathOptions(), cancellation).Receive(device, packet);
    }

    /// <summary>Lets a packet go out by an interface.</summary>
    /// <inheritdoc cref="Receive"/>
    public PathResult Transmit(string device, ReadOnlySpan<byte> packet, PathOptions? options = null, CancellationToken cancellation = default)
    {
        ThrowIfClosed();
        return new PacketPath(_hooks, options ?? new PathOptions(), cancellation).Transmit(device, packet);
    }

    /// <summary>Attaches a program to a hook.</summary>
    /// <param name="program">A program of this kernel.</param>
    /// <param name="hook">The hook.</param>
    /// <param name="options">How.</param>
    /// <returns>The link; disposing it detaches the program.</returns>
    /// <exception cref="BpfException">BPF2201 to BPF2203, BPF2105.</exception>
    public ManagedLink Attach(ManagedProgram program, HookName hook, LinkOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(program);
        ThrowIfClosed();
        if (program.Engine != _engine) throw new ArgumentException("The program belongs to another kernel.", nameof(program));
        return _hooks.GetOrAdd(hook).Attach(program, options ?? LinkOptions.Default);
    }

    /// <summary>Whether a hook takes a program, as far as type and attach type say it.</summary>
    public static bool Takes(HookName hook, ProgramSpec program)
    {
        ArgumentNullException.ThrowIfNull(program);
        return Runtime.Hooks.HookKinds.Find(hook.Type)!.Takes(program, hook.Parts);
    }

    /// <summary>The hook that a program's section names; null when it names none.</summary>
    public static HookName? HookOf(ProgramSpec program)
    {
        ArgumentNullException.ThrowIfNull(program);
        return Runtime.Hooks.HookKinds.Named(program);
    }

    /// <summary>The kinds of hooks, and how what each is on is written.</summary>
    public static IReadOnlyList<(string Kind, string Form)> HookKinds { get; } = [.. Runtime.Hooks.HookKinds.All.Select(kind => (kind.Name, kind.Target.Form))];

    /// <inheritdoc/>
    /// <exception cref="BpfException">BPF2001, BPF2002, BPF2004.</exception>
    public IKernelMap CreateMap(MapSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ThrowIfClosed();
        return new KernelMap(MapFactory.Create(_engine, spec));
    }

    /// <inheritdoc/>
    public ProgramLoadResult LoadProgram(
        ProgramSpec spec, IReadOnlyList<IKernelMap> maps, ProgramLoadOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(maps);
        ArgumentNullException.ThrowIfNull(options);
        ThrowIfClosed();
        if (maps.Count != spec.Maps.Count) throw new ArgumentException($"Program '{spec.Name}' names {spec.Maps.Count} maps; {maps.Count} were given.", nameof(maps));
        var judged = ProgramVerifier.Verify(
            spec, [.. maps.Select(map => map.Spec)],
            new VerifierOptions
            {
                LogLevel = options.LogLevel,
                LogWriter = options.LogWriter,
                Heatmap = options.Heatmap,
                Advise = options.Advise,
                Processors = PossibleCpus,
                InstructionBudget = options.InstructionBudget > 0 ? options.InstructionBudget : VerifierOptions.Default.InstructionBudget,
            },
            cancellation);
        if (judged.Program is not { } verified) return new ProgramLoadResult(judged.Verification, null);

        var missing = Runnability.Missing(verified.Instructions.Span, spec.Type, maps.Select(map => map.Spec), verified.Facts);
        var report = judged.Verification with { Runnable = missing.Count == 0, Unsupported = missing };
        if (missing.Count > 0 || options.VerifyOnly) return new ProgramLoadResult(report, null);
        return new ProgramLoadResult(report, Bind(verified, report, maps));
    }

    /// <summary>Closes the kernel: links are detached, and what is still referred to lives on until it is let go.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        _engine.Timers.Stop();
        _hooks.Dispose();
        _pins.Dispose();
    }

    private ManagedProgram Bind(VerifiedProgram verified, BpfVerification report, IReadOnlyList<IKernelMap> maps)
    {
        var held = new List<RuntimeMap>(maps.Count);
        try
        {
            foreach (var map in maps)
            {
                if (map is not KernelMap { Storage: { } storage } || storage.Engine != _engine)
                    throw new ArgumentException($"Map '{map.Spec.Name}' belongs to another kernel.", nameof(maps));
                if (!storage.TryAddReference()) throw DiagnosticRules.MapOperation.Error($"Map '{map.Spec.Name}' has been removed.");
                held.Add(storage);
            }

            foreach (var array in held.OfType<ProgArrayMap>())
                if (!array.Claim(ProgramKind.Of(verified.Spec))) throw Foreign(verified.Spec, array);
            var executable = ExecutableProgram.From(verified, held);
            if (_engine.Jit is { Mode: not JitMode.Off, Timing: JitTiming.Eager } jit) executable.Compile(jit);
            var program = new ManagedProgram(_engine, _engine.Programs.NextId(), verified.Spec, report, executable, [.. held]);
            _engine.Statistics.Hold(executable.SetTimed);
            return program;
        }
        catch
        {
            foreach (var storage in held) storage.Release();
            throw;
        }
    }

    private static BpfException Foreign(ProgramSpec program, ProgArrayMap array) => DiagnosticRules.ProgramArray.Error(
        $"Program '{program.Name}' cannot use program array '{array.Spec.Name}': it serves programs of another type, attach type or kind of packets ({Errno.EINVAL}).",
        new DiagnosticLocation { File = program.Path, Program = program.Name });

    private void ThrowIfClosed() => ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
}

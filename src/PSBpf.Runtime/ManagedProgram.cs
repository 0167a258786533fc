using System.Runtime.InteropServices;
using System.Security.Cryptography;
using PSBpf.Diagnostics;
using PSBpf.Kernel;
using PSBpf.Objects;
using PSBpf.Runtime.Environment;
using PSBpf.Runtime.Interpreter;
using PSBpf.Runtime.Maps;
using PSBpf.Runtime.Runs;

namespace PSBpf.Runtime;

/// <summary>A program that the managed engine verified and can run.</summary>
public sealed partial class ManagedProgram : IKernelProgram
{
    private readonly Engine _engine;
    private readonly RuntimeMap[] _maps;
    private string? _tag;
    private int _references = 1;
    private int _disposed;

    internal ManagedProgram(Engine engine, int id, ProgramSpec spec, BpfVerification verification, ExecutableProgram executable, RuntimeMap[] maps)
    {
        _engine = engine;
        _maps = maps;
        Id = id;
        Spec = spec;
        Verification = verification;
        Executable = executable;
        engine.Programs.Add(this);
    }

    /// <inheritdoc/>
    public int Id { get; }

    /// <inheritdoc/>
    public ProgramSpec Spec { get; }

    /// <inheritdoc/>
    public BpfVerification Verification { get; }

    /// <inheritdoc/>
    public IReadOnlyList<NativeCode> NativeCode => Executable.Compiled?.NativeCode ?? [];

    /// <summary>When it was loaded.</summary>
    public DateTimeOffset LoadedAt { get; } = DateTimeOffset.Now;

    /// <summary>The first 8 bytes of a hash of its instructions, in hexadecimal digits.</summary>
    public string Tag => _tag ??= Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(Executable.Slots))[..8]);

    /// <summary>Ids of its maps.</summary>
    internal IReadOnlyList<int> MapIds => [.. _maps.Select(map => map.Id)];

    /// <summary>Whether it runs as machine code.</summary>
    public bool IsCompiled => Executable.Compiled is not null;

    /// <summary>Compiles it now, with the options that its kernel has now; nothing happens when it is compiled.</summary>
    /// <returns>Whether it is compiled.</returns>
    public bool Compile() => Executable.Compile(_engine.Jit) is not null;

    /// <summary>What decides about the program arrays that it fits.</summary>
    internal ProgramKind Kind => ProgramKind.Of(Spec);

    /// <summary>What runs.</summary>
    internal ExecutableProgram Executable { get; }

    /// <summary>The engine it was loaded into.</summary>
    internal Engine Engine => _engine;

    /// <inheritdoc/>
    /// <exception cref="BpfException">BPF2104 for input that does not fit, BPF2102 when it runs too long, BPF2105 when it was removed.</exception>
    public TestRunResult TestRun(TestRunRequest request, CancellationToken cancellation = default) => TestRun(request, [], cancellation);

    /// <summary>Runs it on input that points to memory.</summary>
    /// <param name="request">The input.</param>
    /// <param name="memory">What probe reads find beside the world's memory.</param>
    /// <param name="cancellation">Stops a long run.</param>
    /// <exception cref="BpfException">BPF2104 for input that does not fit, BPF2102 when it runs too long, BPF2105 when it was removed.</exception>
    public TestRunResult TestRun(TestRunRequest request, IReadOnlyList<MemoryImage> memory, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(memory);
        ArgumentNullException.ThrowIfNull(request);
        if (Volatile.Read(ref _disposed) != 0 || !TryAddReference()) throw Removed();
        try
        {
            return TestRunner.Run(_engine, Executable, request, memory, cancellation);
        }
        finally
        {
            Release();
        }
    }

    /// <summary>Runs it over many packets in one call: what the calls around a run cost is paid once, and nothing is copied back.</summary>
    /// <param name="packets">The packets; they stay as they are.</param>
    /// <param name="results">Gets R0 of each, as the program's C type has it; as many as there are packets.</param>
    /// <param name="cancellation">Stops between two packets.</param>
    /// <exception cref="BpfException">BPF2104 for a packet that does not fit the type, BPF2102, BPF2105.</exception>
    public void Run(ReadOnlySpan<ReadOnlyMemory<byte>> packets, Span<int> results, CancellationToken cancellation = default)
    {
        if (results.Length != packets.Length) throw new ArgumentException($"There are {packets.Length} packets, but room for {results.Length} results.", nameof(results));
        if (Volatile.Read(ref _disposed) != 0 || !TryAddReference()) throw Removed();
        try
        {
            TestRunner.Run(_engine, Executable, packets, results, cancellation);
        }
        finally
        {
            Release();
        }
    }

    /// <summary>Runs the program in the interpreter and counts what it executes.</summary>
    /// <returns>Executed instructions, of all runs together; a 64-bit immediate counts once.</returns>
    /// <exception cref="BpfException">Those of <see cref="TestRun(TestRunRequest, CancellationToken)"/>.</exception>
    public long CountInstructions(TestRunRequest request, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (Volatile.Read(ref _disposed) != 0 || !TryAddReference()) throw Removed();
        try
        {
            var counter = default(InstructionCounter);
            TestRunner.Run(_engine, Executable, request, [], ref counter, cancellation);
            return counter.Count;
        }
        finally
        {
            Release();
        }
    }

    /// <summary>Drops this reference. Links that use the program keep it; runs in progress finish.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0) Release();
    }

    /// <summary>Counts a reference, e.g. a link's.</summary>
    /// <returns>False when nothing refers to it any more.</returns>
    internal bool TryAddReference()
    {
        int references = Volatile.Read(ref _references);
        while (references > 0)
        {
            int seen = Interlocked.CompareExchange(ref _references, references + 1, references);
            if (seen == references) return true;
            references = seen;
        }

        return false;
    }

    /// <summary>Drops a reference; with the last one its maps are let go, once no run uses them.</summary>
    internal void Release()
    {
        if (Interlocked.Decrement(ref _references) != 0) return;
        _engine.Programs.Remove(this);
        foreach (var map in _maps) map.Release();
    }

    /// <summary>The error for using it after that.</summary>
    internal BpfException Removed() => DiagnosticRules.ProgramRemoved.Error($"Program '{Spec.Name}' (id {Id}) has been removed.");
}

using PSBpf.Diagnostics;
using PSBpf.Kernel;
using PSBpf.Runtime.Environment;
using PSBpf.Runtime.Interpreter;
using PSBpf.Runtime.Runs;
using PSBpf.Runtime.Tracing;

namespace PSBpf.Runtime;

/// <summary>Runs that somebody watches; they are interpreted, whatever was compiled.</summary>
public sealed partial class ManagedProgram
{
    /// <summary>Runs it once and writes down what each instruction did.</summary>
    /// <param name="request">The input; how often to run is not looked at.</param>
    /// <param name="limit">How many instructions to write down; the program runs on to its end.</param>
    /// <param name="cancellation">Stops a long run.</param>
    /// <returns>The steps; a program that is stopped by a fault or its budget gives those that led there.</returns>
    /// <exception cref="BpfException">BPF2104 for input that does not fit, BPF2105 when it was removed.</exception>
    public ProgramTrace Trace(TestRunRequest request, int limit, CancellationToken cancellation = default) => Trace(request, [], limit, cancellation);

    /// <summary>The same on input that points to memory.</summary>
    /// <param name="request">The input; how often to run is not looked at.</param>
    /// <param name="memory">What probe reads find beside the world's memory.</param>
    /// <param name="limit">How many instructions to write down; the program runs on to its end.</param>
    /// <param name="cancellation">Stops a long run.</param>
    /// <exception cref="BpfException">BPF2104 for input that does not fit, BPF2105 when it was removed.</exception>
    public ProgramTrace Trace(TestRunRequest request, IReadOnlyList<MemoryImage> memory, int limit, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(memory);
        ArgumentNullException.ThrowIfNull(request);
        ArgumentOutOfRangeException.ThrowIfNegative(limit);
        var recorder = new TraceRecorder(_engine, limit);
        var observer = new TraceObserver(recorder);
        try
        {
            return recorder.Finish(Watch(request, memory, ref observer, cancellation), null);
        }
        catch (BpfException exception) when (recorder.Executed > 0)
        {
            return recorder.Finish(null, exception);
        }
    }

    /// <summary>Runs it once and counts how often each of its instructions runs.</summary>
    /// <param name="request">The input; how often to run is not looked at.</param>
    /// <param name="hits">A count for each slot, which is added to.</param>
    /// <param name="cancellation">Stops a long run.</param>
    /// <exception cref="BpfException">BPF2101, BPF2102, BPF2104, BPF2105.</exception>
    public TestRunResult CountHits(TestRunRequest request, long[] hits, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(hits);
        var observer = new HitCounter(Executable, hits);
        return Watch(request, [], ref observer, cancellation);
    }

    private TestRunResult Watch<TObserver>(TestRunRequest request, IReadOnlyList<MemoryImage> memory, ref TObserver observer, CancellationToken cancellation)
        where TObserver : struct, IRunObserver
    {
        if (Volatile.Read(ref _disposed) != 0 || !TryAddReference()) throw Removed();
        try
        {
            return TestRunner.Run(_engine, Executable, request with { Repeat = 1, Interpret = true }, memory, ref observer, cancellation);
        }
        finally
        {
            Release();
        }
    }
}

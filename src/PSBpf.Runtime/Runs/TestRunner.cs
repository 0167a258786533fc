using System.Diagnostics;
using PSBpf.Diagnostics;
using PSBpf.Kernel;
using PSBpf.Runtime.Environment;
using PSBpf.Runtime.Interpreter;
using PSBpf.Runtime.Jit;

namespace PSBpf.Runtime.Runs;

/// <summary>BPF_PROG_TEST_RUN: one program, one input, any number of times.</summary>
internal static class TestRunner
{
    // Runs between two looks at the clock, and between two moments at which what the runs saw may be freed.
    private const int LargestBatch = 64;

    private static readonly Lazy<double> TimerCost = new(MeasureTimer);

    /// <summary>Runs a program.</summary>
    /// <exception cref="BpfException">BPF2104, BPF2101, BPF2102.</exception>
    public static TestRunResult Run(Engine engine, ExecutableProgram program, TestRunRequest request, IReadOnlyList<MemoryImage> memory, CancellationToken cancellation)
    {
        if (!request.Interpret && engine.Jit is { Mode: not JitMode.Off } jit && (request.Repeat > 1 || jit.Timing == JitTiming.Eager)) program.Compile(jit);
        var none = default(NoObserver);
        return Run(engine, program, request, memory, ref none, cancellation);
    }

    /// <summary>Runs a program over many packets.</summary>
    /// <exception cref="BpfException">BPF2104, BPF2102.</exception>
    public static void Run(Engine engine, ExecutableProgram program, ReadOnlySpan<ReadOnlyMemory<byte>> packets, Span<int> results, CancellationToken cancellation)
    {
        var input = program.Input;
        if (packets.Length > 1 && engine.Jit is { Mode: not JitMode.Off } jit) program.Compile(jit);
        var environment = engine.Environment;
        var cpu = engine.Cpus.Enter(environment.Cpu);
        try
        {
            var run = cpu.State;
            run.Begin(program, environment, interpret: false, cancellation);
            for (int index = 0; index < packets.Length; index++)
            {
                cancellation.ThrowIfCancellationRequested();
                var packet = packets[index].Span;
                if (program.Type.Context is not null) input.Check(program.Type, packet, []);
                engine.Cpus.Renew(cpu);
                run.FollowStatistics();
                input.Fill(run, packet, []);
                program.ClearStorages(cpu.Id);
                ulong result = run.Execute();
                run.CountRuns(result, 1);
                results[index] = (int)result;
            }
        }
        finally
        {
            engine.Cpus.Exit(cpu);
        }
    }

    /// <summary>Runs a program under an observer.</summary>
    /// <exception cref="BpfException">BPF2104, BPF2101, BPF2102.</exception>
    public static TestRunResult Run<TObserver>(Engine engine, ExecutableProgram program, TestRunRequest request, IReadOnlyList<MemoryImage> memory, ref TObserver observer, CancellationToken cancellation)
        where TObserver : struct, IRunObserver
    {
        if (request.Repeat < 1) throw DiagnosticRules.RunInput.Error($"A repeat count of {request.Repeat} runs nothing.");
        var packet = request.Data.Span;
        var context = request.Context.Span;
        var input = program.Input;
        if (program.Type.Context is not null) input.Check(program.Type, packet, context);
        var environment = engine.Environment;
        var cpu = engine.Cpus.Enter(environment.Cpu);
        try
        {
            var run = cpu.State;
            run.Begin(program, environment, request.Interpret || typeof(TObserver) != typeof(NoObserver), cancellation);
            run.EventMemory = memory;
            ulong result = 0;
            long elapsed = 0, same = 0;

            // A program that leaves its input alone runs many times between two looks at the clock, one that changes it once.
            int batch = program.ChangesInput || typeof(TObserver) != typeof(NoObserver) ? 1 : LargestBatch, batches = 0;
            for (int round = 0; round < request.Repeat; round += batch, batches++)
            {
                // Asked between runs: one alone may be too short to notice.
                cancellation.ThrowIfCancellationRequested();
                batch = Math.Min(batch, request.Repeat - round);
                engine.Cpus.Renew(cpu);
                run.FollowStatistics();
                input.Fill(run, packet, context);
                program.ClearStorages(cpu.Id);
                long start = Stopwatch.GetTimestamp();
                if (typeof(TObserver) != typeof(NoObserver)) result = run.Interpret(ref observer);
                else
                {
                    for (int each = 0; each < batch; each++)
                    {
                        ulong next = run.Execute();
                        if (next != result)
                        {
                            run.CountRuns(result, same);
                            (result, same) = (next, 0);
                        }

                        same++;
                    }
                }

                elapsed += Stopwatch.GetTimestamp() - start;
                // Runs that return the same are counted together: a count in memory for each takes as long as the shortest runs.
                run.CountRuns(result, same);
                same = 0;
            }

            double nanoseconds = elapsed * (1e9 / Stopwatch.Frequency) - batches * TimerCost.Value;
            return new TestRunResult
            {
                ReturnValue = (uint)result,
                Data = input.ReadPacket(run),
                Context = input.ReadContext(run, context),
                DurationNanoseconds = Math.Max(nanoseconds / request.Repeat, 0),
                Output = run.Output is { } lines ? lines : [],
                Signals = run.Signals is { } signals ? signals : [],
            };
        }
        finally
        {
            engine.Cpus.Exit(cpu);
        }
    }

    // Two readings in a row: what measuring adds to every run.
    private static double MeasureTimer()
    {
        const int readings = 2000;
        long least = long.MaxValue;
        for (int round = 0; round < 5; round++)
        {
            long total = 0;
            for (int reading = 0; reading < readings; reading++)
            {
                long start = Stopwatch.GetTimestamp();
                total += Stopwatch.GetTimestamp() - start;
            }

            least = Math.Min(least, total);
        }

        return least * (1e9 / Stopwatch.Frequency) / readings;
    }
}

using PSBpf.Isa;
using PSBpf.Kernel;
using PSBpf.Objects;
using PSBpf.Runtime.Jit;
using PSBpf.Uapi;

namespace PSBpf.Hosting;

/// <summary>A program in one mode, with an empty one beside it, and what was measured of both.</summary>
internal sealed class MeasuredProgram(MeasureMode mode, IKernelProgram program, IKernelProgram empty, IDisposable? loaded) : IDisposable
{
    private readonly List<double> _samples = [];
    private double _empty = double.PositiveInfinity;
    private uint _lastValue;

    public MeasureMode Mode => mode;

    /// <summary>An empty program of the same type, whose time is that of a run itself.</summary>
    public static ProgramSpec EmptyLike(ProgramSpec spec) => new()
    {
        Name = "empty",
        Type = spec.Type,
        ExpectedAttachType = spec.ExpectedAttachType,
        AttachTarget = spec.AttachTarget,
        Instructions = Assembler.Assemble(spec.Type == ProgramType.Xdp ? "r0 = 2\nexit" : "r0 = 0\nexit").Instructions,
    };

    /// <summary>Runs before anything counts, so that code is compiled and caches are warm.</summary>
    public void WarmUp(IReadOnlyList<TestRunRequest> inputs, CancellationToken cancellation)
    {
        Run(program, inputs, cancellation);
        Run(empty, inputs, cancellation);
    }

    public void Round(IReadOnlyList<TestRunRequest> inputs, CancellationToken cancellation)
    {
        _samples.Add(Run(program, inputs, cancellation));
        // One input tells as much of an empty program as all.
        _empty = Math.Min(_empty, Run(empty, [inputs[0]], cancellation));
    }

    public BpfMeasurement Report(string name, int runs, JitMode jit)
    {
        double[] sorted = [.. _samples.Order()];
        double mean = sorted.Average();
        return new BpfMeasurement
        {
            Program = name,
            Mode = mode,
            IsCompiled = mode != MeasureMode.Interpreter && CompiledState.IsCompiled(program, jit),
            Runs = runs,
            Rounds = sorted.Length,
            Samples = _samples,
            MinimumNanoseconds = sorted[0],
            MedianNanoseconds = (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2,
            P95Nanoseconds = sorted[(int)Math.Ceiling(sorted.Length * 0.95) - 1],
            StandardDeviation = sorted.Length < 2 ? 0 : Math.Sqrt(sorted.Sum(sample => (sample - mean) * (sample - mean)) / (sorted.Length - 1)),
            EmptyNanoseconds = _empty,
            Verdict = ProgramTypeTable.Get(program.Spec.Type).VerdictOf(unchecked((int)_lastValue)),
        };
    }

    public void Dispose()
    {
        empty.Dispose();
        loaded?.Dispose();
    }

    private double Run(IKernelProgram what, IReadOnlyList<TestRunRequest> inputs, CancellationToken cancellation)
    {
        double total = 0;
        foreach (var input in inputs)
        {
            cancellation.ThrowIfCancellationRequested();
            var result = what.TestRun(input with { Interpret = mode == MeasureMode.Interpreter }, cancellation);
            total += result.DurationNanoseconds;
            if (ReferenceEquals(what, program)) _lastValue = result.ReturnValue;
        }

        return total / inputs.Count;
    }
}

using PSBpf.Diagnostics;
using PSBpf.Kernel;
using PSBpf.Uapi;

namespace PSBpf.Hosting;

public sealed partial class BpfProgram
{
    private const int WarmUpRuns = 200;

    /// <summary>
    /// Measures how long runs take, in several modes side by side: rounds of the modes take turns, so that a machine that
    /// is busy for a while disturbs all alike. In the kernel that holds it the program itself runs and its maps change, as
    /// with <see cref="Run"/>; in the other kernel a copy runs, with a copy of the maps' entries.
    /// </summary>
    /// <param name="packets">The inputs; each runs equally often.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>One measurement for each mode, in the order of the modes.</returns>
    /// <exception cref="BpfException">What loading or running it in one of the kernels says.</exception>
    public IReadOnlyList<BpfMeasurement> Measure(IReadOnlyList<byte[]> packets, MeasureOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(packets);
        ArgumentOutOfRangeException.ThrowIfZero(packets.Count);
        options ??= MeasureOptions.Default;
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Runs, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Rounds, 1, nameof(options));
        var modes = options.Modes.Count > 0 ? options.Modes.Distinct()
            : Kernel == BpfKernelKind.Linux ? [MeasureMode.Interpreter, MeasureMode.Jit, MeasureMode.Linux] : [MeasureMode.Interpreter, MeasureMode.Jit];
        int repeat = Math.Max(1, options.Runs / packets.Count);
        TestRunRequest[] inputs = [.. packets.Select(packet => new TestRunRequest { Data = packet, Context = options.Context?.Invoke(packet) ?? [], Repeat = repeat })];
        var measured = new List<MeasuredProgram>();
        try
        {
            foreach (var mode in modes) measured.Add(Prepare(mode, cancellation));
            foreach (var one in measured) one.WarmUp([.. inputs.Select(input => input with { Repeat = Math.Max(1, WarmUpRuns / inputs.Length) })], cancellation);
            for (int round = 0; round < options.Rounds; round++)
            {
                foreach (var one in measured) one.Round(inputs, cancellation);
                options.Progress?.Invoke(round + 1);
            }

            return WithRatios([.. measured.Select(one => one.Report(Name, repeat * inputs.Length, Session.Options.Jit))]);
        }
        catch (ObjectDisposedException)
        {
            throw Gone();
        }
        finally
        {
            foreach (var one in measured) one.Dispose();
        }
    }

    private static BpfMeasurement[] WithRatios(BpfMeasurement[] measurements)
    {
        var reference = measurements.FirstOrDefault(one => one.Mode == MeasureMode.Linux)
            ?? measurements.FirstOrDefault(one => one.Mode == MeasureMode.Interpreter) ?? measurements[0];
        return Array.ConvertAll(measurements, one => one with { Ratio = one.NetNanoseconds / reference.NetNanoseconds, RatioTo = reference.Mode });
    }

    private MeasuredProgram Prepare(MeasureMode mode, CancellationToken cancellation)
    {
        var kind = mode == MeasureMode.Linux ? BpfKernelKind.Linux : BpfKernelKind.Managed;
        var kernel = Session.Kernel(kind);
        ObjectLoading? copy = null;
        try
        {
            var program = kind == Kernel ? KernelProgram : (copy = LoadCopy(kernel, cancellation)).Programs[0];
            var empty = kernel.LoadProgram(MeasuredProgram.EmptyLike(Spec), [], ProgramLoadOptions.Default, cancellation).Program
                ?? throw DiagnosticRules.WrongKind.Error($"Programs of type {ProgramTypeTable.Get(Type).Name} cannot be measured in the {kind} kernel, which takes no empty one.");
            return new MeasuredProgram(mode, program, empty, copy);
        }
        catch
        {
            copy?.Dispose();
            throw;
        }
    }

    // A blueprint with the same maps; what users and programs put into them goes along, so that both kernels do the same work.
    private ObjectLoading LoadCopy(IBpfKernel kernel, CancellationToken cancellation)
    {
        var spec = Origin.Spec with { Programs = [Spec], Maps = [.. Spec.Maps] };
        var loading = new ObjectLoading(kernel, spec, new ImportOptions { Kernel = kernel.Kind });
        try
        {
            var refusals = loading.Load(cancellation);
            if (refusals.Count > 0) throw new BpfException(refusals[0].Diagnostic);
            for (int index = 0; index < _maps.Count; index++) MapCopy.Entries(_maps[index].KernelMap, loading.Maps[Spec.Maps[index]], cancellation);
            return loading;
        }
        catch
        {
            loading.Dispose();
            throw;
        }
    }
}

using PSBpf.Diagnostics;
using PSBpf.Hosting.Tests.Fakes;
using PSBpf.Kernel;
using PSBpf.Uapi;

namespace PSBpf.Hosting.Tests.Measuring;

public sealed class MeasureTests : IDisposable
{
    private readonly FakeKernel _managed = new() { Kind = BpfKernelKind.Managed };
    private readonly FakeKernel _linux = new() { Kind = BpfKernelKind.Linux };
    private readonly BpfSession _session;

    public MeasureTests() => _session = new BpfSession(kind => kind == BpfKernelKind.Linux ? _linux : _managed);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _session.Dispose();

    [Fact]
    public void Modes_take_turns_and_each_packet_runs_equally_often()
    {
        var program = Program();
        var seen = new List<string>();
        _managed.Result = request => Note($"{(request.Interpret ? "interpreter" : "jit")} {request.Data.Length} {request.Repeat}");
        _linux.Result = request => Note($"linux {request.Data.Length} {request.Repeat}");
        var rounds = new List<int>();
        program.Measure([new byte[14], new byte[60]], new MeasureOptions
        {
            Runs = 1000,
            Rounds = 2,
            Modes = [MeasureMode.Interpreter, MeasureMode.Jit, MeasureMode.Linux],
            Progress = rounds.Add,
        }, Cancellation);
        // A round: both packets, then the empty program on one.
        string[] round =
        [
            "interpreter 14 500", "interpreter 60 500", "interpreter 14 500", "jit 14 500", "jit 60 500", "jit 14 500", "linux 14 500", "linux 60 500", "linux 14 500",
        ];
        Assert.Equal([.. round, .. round], seen.TakeLast(2 * round.Length));
        Assert.Equal([1, 2], rounds);

        uint Note(string what)
        {
            seen.Add(what);
            return 2;
        }
    }

    [Fact]
    public void Figures_come_from_the_rounds_and_ratios_from_the_fastest_without_an_empty_program()
    {
        var program = Program();
        double time = 0;
        _managed.Duration = (spec, request) => spec.Name == "empty" ? 5 : request.Interpret ? 100 + 10 * (time++ % 5) : 24;
        _linux.Duration = (spec, _) => spec.Name == "empty" ? 20 : 39;
        var result = program.Measure([new byte[14]], new MeasureOptions { Rounds = 5, Modes = [MeasureMode.Interpreter, MeasureMode.Jit, MeasureMode.Linux] }, Cancellation);
        var interpreter = result[0];
        Assert.Equal((100, 120, 140), (interpreter.MinimumNanoseconds, interpreter.MedianNanoseconds, interpreter.P95Nanoseconds));
        Assert.Equal(Math.Sqrt(250), interpreter.StandardDeviation, 9);
        Assert.Equal(5, interpreter.Samples.Count);
        Assert.Equal(5, interpreter.EmptyNanoseconds);
        Assert.Equal([95.0 / 19, 1, 1], result.Select(one => one.Ratio));
        Assert.All(result, one => Assert.Equal((MeasureMode.Linux, "XDP_PASS", 5, 1000), (one.RatioTo, one.Verdict, one.Rounds, one.Runs)));
        Assert.Equal([BpfKernelKind.Managed, BpfKernelKind.Managed, BpfKernelKind.Linux], result.Select(one => one.Kernel));
    }

    [Fact]
    public void The_other_kernel_gets_a_copy_with_the_maps_entries_and_gives_everything_back()
    {
        var program = Program();
        program.GetMap("counts").Set(1u, 77UL);
        var values = new List<ulong>();
        _linux.Result = request =>
        {
            values.AddRange(_linux.Maps.Values.Where(map => map.Spec.Name == "counts").Select(map => BitConverter.ToUInt64(map.Entries[Convert.ToHexString([1, 0, 0, 0])])));
            return 2;
        };
        int before = _managed.Alive.Count;
        program.Measure([new byte[14]], new MeasureOptions { Rounds = 1, Modes = [MeasureMode.Linux] }, Cancellation);
        Assert.NotEmpty(values);
        Assert.All(values, value => Assert.Equal(77UL, value));
        Assert.Empty(_linux.Alive);
        Assert.Equal(before, _managed.Alive.Count);
        Assert.Single(_session.Programs);
    }

    [Fact]
    public void What_the_other_kernel_refuses_is_an_error_and_leaves_nothing_behind()
    {
        var program = Program();
        _linux.Refuses = _ => true;
        Assert.Equal("BPF4003", Assert.Throws<BpfException>(() => program.Measure([new byte[14]], new MeasureOptions { Modes = [MeasureMode.Jit, MeasureMode.Linux] }, Cancellation)).Id);
        Assert.Empty(_linux.Alive);
        Assert.DoesNotContain("program empty", _managed.Alive.Values);
    }

    [Fact]
    public void It_can_be_stopped()
    {
        using var stop = new CancellationTokenSource();
        var program = Program();
        var options = new MeasureOptions { Rounds = 1000, Progress = round => { if (round == 3) stop.Cancel(); } };
        Assert.Throws<OperationCanceledException>(() => program.Measure([new byte[14]], options, stop.Token));
        Assert.DoesNotContain("program empty", _managed.Alive.Values);
    }

    [Fact]
    public void Real_runs_are_measured()
    {
        using var session = new BpfSession();
        var program = session.Create("r0 = 1000\nagain: r0 -= 1\nif r0 != 0 goto again\nr0 = 2\nexit", new NewProgramOptions { Type = ProgramType.Xdp });
        var result = program.Measure([new byte[14]], new MeasureOptions { Rounds = 3, Runs = 20 }, Cancellation);
        Assert.Equal([MeasureMode.Interpreter, MeasureMode.Jit], result.Select(one => one.Mode));
        Assert.Equal([false, true], result.Select(one => one.IsCompiled));
        Assert.All(result, one => Assert.True(one.MinimumNanoseconds > 0 && one.MinimumNanoseconds <= one.MedianNanoseconds && one.MedianNanoseconds <= one.P95Nanoseconds));
        Assert.Equal(MeasureMode.Interpreter, result[1].RatioTo);
    }

    private BpfProgram Program() => _session.Import(Samples.Path("port_firewall.bpf.o"));
}

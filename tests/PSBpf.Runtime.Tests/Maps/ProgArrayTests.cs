using System.Runtime.CompilerServices;
using PSBpf.Diagnostics;
using PSBpf.Isa;
using PSBpf.Kernel;
using PSBpf.Objects;
using PSBpf.Runtime.Interpreter;
using PSBpf.Runtime.Runs;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Tests.Maps;

public sealed class ProgArrayTests : IDisposable
{
    private const string CallFirst = "r2 = map[jump]\nr3 = 0\ncall bpf_tail_call\nr0 = 2\nexit";

    private readonly List<(string Program, string Text)> _printed = [];
    private readonly ManagedKernel _kernel;

    public ProgArrayTests() => _kernel = new ManagedKernel(new ManagedKernelOptions
    {
        PossibleCpus = 4, InstructionBudget = 50_000_000, OutputSink = (program, text) => _printed.Add((program, text)),
    });

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _kernel.Dispose();

    [Fact]
    public void Output_and_faults_are_those_of_the_program_that_runs()
    {
        using var jump = Jump();
        using var caller = Load("caller", CallFirst, jump);
        using var printer = Load("printer", "*(u64 *)(r10 -8) = 0x6968\nr1 = r10\nr1 += -8\nr2 = 3\ncall bpf_trace_printk\nr0 = 1\nexit");
        using var endless = Load("endless", "again:\nmay_goto out\nr0 = 1\nr0 = 2\nr0 = 3\nr0 = 4\nr0 = 5\nr0 = 6\nr0 = 7\nr0 = 8\ngoto again\nout:\nr0 = 0\nexit");
        Store(jump, 0, printer);
        Assert.Equal(1u, Run(caller));
        Assert.Equal([("printer", "hi")], _printed);
        Store(jump, 0, endless);
        var fault = Assert.Throws<BpfException>(() => Run(caller));
        Assert.Equal(DiagnosticRules.RunBudget.Id, fault.Diagnostic.Id);
        Assert.Contains("'endless'", fault.Message, StringComparison.Ordinal);
        Assert.Equal("endless", fault.Diagnostic.Location?.Program);

        // The next run begins with the caller again.
        Store(jump, 0, printer);
        Assert.Equal(1u, Run(caller));
    }

    [Fact]
    public void Every_repetition_begins_with_the_program_that_was_asked_for()
    {
        using var jump = Jump();
        using var caller = Load("caller", CallFirst, jump);
        using var target = Load("target", "r0 = 3\nexit");
        Store(jump, 0, target);
        var result = caller.TestRun(new TestRunRequest { Data = new byte[64], Repeat = 100, Interpret = true }, Cancellation);
        Assert.Equal(3u, result.ReturnValue);
        Assert.Equal(3u, Run(caller));
    }

    [Fact]
    public unsafe void An_observer_learns_which_program_runs()
    {
        using var jump = Jump();
        using var caller = Load("caller", "call sub\nr0 += 1\nexit\nsub:\nr2 = map[jump]\nr3 = 0\ncall bpf_tail_call\nr2 = map[jump]\nr0 = 5\nexit", jump, functions: ["sub"]);
        using var target = Load("target", "r0 = 3\nexit");
        Assert.Equal(["0", "3", "5", "6", "helper 6", "7", "9", "10", "1", "2"], Watch(caller, 6));
        Store(jump, 0, target);
        Assert.Equal(["0", "3", "5", "6", "target", "0", "1", "caller", "1", "2"], Watch(caller, 4));
    }

    [Fact]
    public void A_program_lives_as_long_as_it_is_in_an_array()
    {
        using var jump = Jump();
        using var caller = Load("caller", CallFirst, jump);
        var target = Load("target", "r0 = 3\nexit");
        Store(jump, 0, target);
        target.Dispose();
        Assert.Throws<BpfException>(() => target.TestRun(new TestRunRequest { Data = new byte[64] }, Cancellation));
        Assert.Equal(3u, Run(caller));
        Store(jump, 1, target);
        Assert.Equal(Errno.None, jump.Delete(new byte[4]));
        Assert.Equal(2u, Run(caller));
        Assert.Equal(Errno.None, jump.Delete([1, 0, 0, 0]));

        // A deletion looks at the map inside of an epoch itself, so what it took out goes a little later.
        Assert.True(SpinWait.SpinUntil(() => !Exists(target.Id), TimeSpan.FromSeconds(10)));
        Assert.Equal(Errno.ENOENT, jump.Update(new byte[4], BitConverter.GetBytes(target.Id), MapUpdateFlags.Any));
    }

    [Fact]
    public void An_array_does_not_keep_itself_alive_through_the_program_in_it()
    {
        var programs = Enumerable.Range(0, 10).Select(_ => MakeCycle()).ToList();
        for (int attempt = 0; attempt < 100 && (_kernel.MapMemoryBytes > 0 || programs.Any(program => program.IsAlive)); attempt++)
        {
            // A run that calls nobody takes the place of what the last one left behind.
            using (var other = Load("other", "r0 = 1\nexit")) Run(other);
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.Equal(0, _kernel.MapMemoryBytes);
        Assert.DoesNotContain(programs, program => program.IsAlive);
    }

    [Fact]
    public void An_array_that_users_let_go_takes_no_more_programs()
    {
        var jump = Jump();
        using var caller = Load("caller", CallFirst, jump);
        using var target = Load("target", "r0 = 3\nexit");
        Store(jump, 0, target);
        jump.Dispose();
        Assert.Equal(2u, Run(caller));
        Assert.Equal(Errno.EBADF, jump.Update(new byte[4], BitConverter.GetBytes(target.Id), MapUpdateFlags.Any));
    }

    [Fact]
    public void A_program_of_another_kind_may_not_use_the_array()
    {
        using var jump = Jump();
        using var caller = Load("caller", CallFirst, jump);
        var other = Spec("other", CallFirst, [jump]) with { Type = ProgramType.SocketFilter };
        var refusal = Assert.Throws<BpfException>(() => _kernel.LoadProgram(other, [jump], ProgramLoadOptions.Default, Cancellation));
        Assert.Equal(DiagnosticRules.ProgramArray.Id, refusal.Diagnostic.Id);
        Assert.Contains("'jump'", refusal.Message, StringComparison.Ordinal);
        using var own = Jump();
        _kernel.LoadProgram(other with { Maps = [own.Spec] }, [own], ProgramLoadOptions.Default, Cancellation).Program!.Dispose();
    }

    [Fact]
    public void Slots_change_under_running_programs()
    {
        using var jump = Jump();
        using var caller = Load("caller", CallFirst, jump);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        long runs = 0, wrong = 0;
        var threads = Enumerable.Range(0, 3).Select(_ => new Thread(() =>
        {
            var request = new TestRunRequest { Data = new byte[64], Interpret = true };
            while (!stop.IsCancellationRequested)
            {
                if (caller.TestRun(request, CancellationToken.None).ReturnValue is not (2 or 77)) Interlocked.Increment(ref wrong);
                Interlocked.Increment(ref runs);
            }
        })).ToArray();
        foreach (var thread in threads) thread.Start();
        for (int round = 0; round < 200 || (Volatile.Read(ref runs) < 2000 && round < 20_000); round++)
        {
            using var counts = _kernel.CreateMap(new MapSpec { Name = "counts", Type = MapType.Array, KeySize = 4, ValueSize = 8, MaxEntries = 1 });
            using var target = Load("target", "r1 = map[counts][0] +0\nr2 = 77\n*(u64 *)(r1 +0) = r2\nr0 = *(u64 *)(r1 +0)\nexit", counts);
            Store(jump, 0, target);
            if (round % 3 == 0) jump.Delete(new byte[4]);
            if (round % 20 == 0) GC.Collect();
        }

        stop.Cancel();
        foreach (var thread in threads) thread.Join();
        Assert.Equal(0, wrong);
        Assert.True(runs >= 2000, $"{runs} runs");
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private WeakReference MakeCycle()
    {
        using var jump = Jump();
        using var program = Load("cycle", CallFirst, jump);
        Store(jump, 0, program);
        Assert.Equal(2u, Run(program));
        return new WeakReference(program.Executable);
    }

    private bool Exists(int id)
    {
        if (_kernel.Engine.Programs.Hold(id) is not { } program) return false;
        program.Release();
        return true;
    }

    private IKernelMap Jump() => _kernel.CreateMap(new MapSpec { Name = "jump", Type = MapType.ProgArray, KeySize = 4, ValueSize = 4, MaxEntries = 4 });

    private static void Store(IKernelMap jump, int index, ManagedProgram program) =>
        Assert.Equal(Errno.None, jump.Update(BitConverter.GetBytes(index), BitConverter.GetBytes(program.Id), MapUpdateFlags.Any));

    private static uint Run(ManagedProgram program) => program.TestRun(new TestRunRequest { Data = new byte[64] }, Cancellation).ReturnValue;

    private static ProgramSpec Spec(string name, string text, IKernelMap[] maps) => new()
    {
        Name = name, Type = ProgramType.SchedCls, Maps = [.. maps.Select(map => map.Spec)],
        Instructions = Assembler.Assemble(text, maps.Select(map => map.Spec.Name)).Instructions,
    };

    private ManagedProgram Load(string name, string text, IKernelMap? map = null, string[]? functions = null)
    {
        IKernelMap[] maps = map is null ? [] : [map];
        var spec = Spec(name, text, maps);
        if (functions is not null)
        {
            var labels = Assembler.Assemble(text, maps.Select(each => each.Spec.Name)).Labels;
            var (types, described) = Verifier.Tests.Support.FunctionTypes.Describe([(name, 0, "int"), .. functions.Select(function => (function, labels[function], "int"))]);
            spec = spec with { Btf = types, Functions = described };
        }

        var result = _kernel.LoadProgram(spec, maps, ProgramLoadOptions.Default, Cancellation);
        Assert.True(result.Program is not null, result.Verification.Message);
        return (ManagedProgram)result.Program;
    }

    private List<string> Watch(ManagedProgram program, uint expected)
    {
        var recorder = new Recorder([]);
        var result = TestRunner.Run(_kernel.Engine, program.Executable, new TestRunRequest { Data = new byte[64] }, [], ref recorder, Cancellation);
        Assert.Equal(expected, result.ReturnValue);
        return recorder.Events;
    }

    private readonly unsafe struct Recorder(List<string> events) : IRunObserver
    {
        public List<string> Events => events;

        public void BeforeInstruction(int index, ulong* registers) => events.Add($"{index}");

        public void OnAccess(int index, ulong address, int size, bool write)
        {
        }

        public void OnHelper(int index, int helper, ulong* registers) => events.Add($"helper {index}");

        public void OnProgram(ExecutableProgram program) => events.Add(program.Name);
    }
}

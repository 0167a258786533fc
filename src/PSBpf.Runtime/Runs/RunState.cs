using System.Runtime.CompilerServices;
using PSBpf.Diagnostics;
using PSBpf.Runtime.Contexts;
using PSBpf.Runtime.Environment;
using PSBpf.Runtime.Interpreter;
using PSBpf.Runtime.Jit;
using PSBpf.Runtime.Memory;
using PSBpf.Runtime.Statistics;

namespace PSBpf.Runtime.Runs;

/// <summary>
/// Everything one run works with. There is one per virtual processor and nesting depth, used again and again:
/// a run allocates nothing.
/// </summary>
internal sealed unsafe partial class RunState
{
    private const int RegisterCount = 11;
    private const int StackArea = RunFrame.DeepestFrames * RunFrame.StackStride;
    private const int ContextArea = ContextView.RecordDistance + 8192;

    private static readonly int FrameArea = (sizeof(RunFrame) + NativeBlock.Alignment - 1) & ~(NativeBlock.Alignment - 1);

    // More than that of one run is only counted: a program in a loop could print for hours.
    private const int MostLines = 4096;

    // Back edges and calls between two looks at budget and cancellation, weighed by the instructions they repeat. Compiled code
    // goes on in the interpreter after its part, which is some tens of milliseconds.
    private const long Slice = 1 << 20, CompiledSlice = 1 << 26;

    /// <summary>What bpf_get_smp_processor_id says. Compiled code reads the field.</summary>
    public readonly int CpuId;

    /// <summary>What is left of the present part of the instruction budget, in compiled code that checks and when the interpreter ends.</summary>
    public long Fuel;

    private readonly NativeBlock _block;
    private readonly ulong _stacks;
    private long _budget;
    private long _granted;
    private CancellationToken _cancellation;
    private CompiledProgram? _direct;
    private ExecutableProgram _entry = null!;
    private ProgramCounters _counters = null!;

    public RunState(VirtualCpu cpu)
    {
        Cpu = cpu;
        CpuId = cpu.Id;
        Engine = cpu.Set.Engine;
        _block = new NativeBlock(FrameArea + StackArea + ContextArea);
        Frame = (RunFrame*)_block.Address;
        _stacks = (ulong)(_block.Address + FrameArea);
        Context = _block.Address + FrameArea + StackArea;
        Packet = new PacketBuffer();
        _regions = Engine.Regions.Current;
        Environment = Engine.Environment;
    }

    /// <summary>The processor.</summary>
    public VirtualCpu Cpu { get; }

    /// <summary>The engine.</summary>
    public Engine Engine { get; }

    /// <summary>Registers and bounds.</summary>
    public RunFrame* Frame { get; }

    /// <summary>Where r1 points: the context's window, or its plain memory.</summary>
    public byte* Context { get; }

    /// <summary>The packet's memory.</summary>
    public PacketBuffer Packet { get; }

    /// <summary>The world that the run sees.</summary>
    public ExecutionEnvironment Environment { get; private set; }

    /// <summary>What probe reads find beside the world's memory: what this one event points to.</summary>
    public IReadOnlyList<MemoryImage> EventMemory { get; set; } = [];

    /// <summary>The program that runs: the one that was begun, or one that it called in its place.</summary>
    public ExecutableProgram Program { get; private set; } = null!;

    /// <summary>The instruction whose helper runs.</summary>
    public int Instruction { get; set; }

    /// <summary>What the program printed in the last run; null when nothing.</summary>
    public List<string>? Output { get; private set; }

    /// <summary>Where the last helper that redirects sent the packet; the verdict says whether it counts.</summary>
    public Redirection Redirected { get; set; }

    /// <summary>Gets ready for runs of a program; the context and the packet are filled in afterwards.</summary>
    /// <param name="program">The program.</param>
    /// <param name="environment">The world that it sees.</param>
    /// <param name="interpret">Whether it is interpreted even where compiled code exists.</param>
    /// <param name="cancellation">Stops an interpreted or checked run.</param>
    public void Begin(ExecutableProgram program, ExecutionEnvironment environment, bool interpret, CancellationToken cancellation)
    {
        Choose(program, interpret);
        Environment = environment;
        EventMemory = [];
        Signals = null;
        _cancellation = cancellation;
        Frame->PacketBase = Frame->PacketLength = Frame->PacketWritable = 0;
        Frame->RecordBase = Frame->RecordLength = Frame->RecordWritable = 0;
    }

    /// <summary>Gets ready for the next program of the same event: it finds packet and context as the one before left them.</summary>
    /// <param name="program">A program with the same view of the context.</param>
    public void BeginNext(ExecutableProgram program) => Choose(program, interpret: false);

    private void Choose(ExecutableProgram program, bool interpret)
    {
        var jit = Engine.Jit;
        _direct = interpret || jit.Mode == JitMode.Off ? null : program.Direct;
        if (_entry != program) Enter(program);
        if (_direct is null && !interpret) program.CountRun(jit);
        if (Program != program) Program = program;
    }

    /// <summary>Runs the program from its start, compiled where it is, r1 pointing to the context. The caller counts the run.</summary>
    [MethodImpl(HotCode.Optimized)]
    public ulong Execute()
    {
        if (_direct is { } compiled) return ExecuteCompiled(compiled, (ulong)Context, 0);
        return ExecuteInterpreted();
    }

    /// <summary>Runs the program from its start with the checked interpreter, r1 pointing to the context.</summary>
    public ulong Interpret<TObserver>(ref TObserver observer)
        where TObserver : struct, IRunObserver => Interpret((ulong)Context, 0, ref observer);

    /// <summary>Runs the program from its start with the checked interpreter, with r1 and r2 as given.</summary>
    public ulong Interpret<TObserver>(ulong first, ulong second, ref TObserver observer)
        where TObserver : struct, IRunObserver => Interpret(first, second, 0, 0, ref observer);

    private ulong Interpret<TObserver>(ulong first, ulong second, ulong third, int start, ref TObserver observer)
        where TObserver : struct, IRunObserver
    {
        // What an earlier run saw of maps may have been freed since.
        _regions = Engine.Regions.Current;
        Output = null;
        var frame = Frame;
        frame->ValueBase = frame->ValueLength = frame->ValueWritable = 0;
        frame->Depth = 0;
        frame->MayGoto = RunFrame.MayGotoLimit;
        new Span<ulong>(frame->Registers, RegisterCount + 1).Clear();
        frame->Registers[1] = first;
        frame->Registers[2] = second;
        frame->Registers[3] = third;
        ForgetTailCalls();
        ForgetLoops();
        OpenStack(0);
        _budget = Engine.Options.InstructionBudget;
        try
        {
            return InterpreterLoop.Execute(this, Program, ref observer, start);
        }
        finally
        {
            GiveLockBack();
            if (HoldsSamples) DiscardReservations();
        }
    }

    /// <summary>Runs the program from its start, compiled with checks, with r1 and r2 as given.</summary>
    public ulong ExecuteChecked(ulong first, ulong second) => ExecuteCompiled(_direct!, first, second);

    [MethodImpl(HotCode.Optimized)]
    private ulong ExecuteCompiled(CompiledProgram compiled, ulong first, ulong second)
    {
        _regions = null;
        Output = null;
        var frame = Frame;
        if (compiled.IsChecked)
        {
            frame->ValueBase = frame->ValueLength = frame->ValueWritable = 0;
            frame->Depth = 0;
            frame->Registers[2] = second;
            ForgetTailCalls();
            OpenStack(0);
            _budget = Engine.Options.InstructionBudget;
            Fuel = Grant(CompiledSlice);
        }
        else
        {
            // Its frames are not counted, so helpers that look for the owner of an address see all of them.
            frame->Depth = RunFrame.DeepestFrames - 1;
            frame->TailCalls = 0;
        }

        try
        {
            return compiled.Entry(this, _stacks + RunFrame.StackSize, first);
        }
        finally
        {
            if (HoldsSamples) DiscardReservations();
        }
    }

    /// <summary>Prints a line.</summary>
    public void Print(string text)
    {
        if (Output is { Count: MostLines } full) full[^1] = $"(more than {MostLines} lines; the others were not kept)";
        else (Output ??= []).Add(text);
        Engine.Trace.Add(CpuId, Program.Name, text);
        Engine.Options.OutputSink?.Invoke(Program.Name, text);
    }

    /// <summary>Goes on in the interpreter where checked code left, until the function returns.</summary>
    /// <param name="saved">Its registers r0 to r9 and the rounds of may_goto, in the words above its frame.</param>
    /// <param name="slot">The instruction to go on with.</param>
    /// <returns>R0.</returns>
    public ulong GoOnInterpreted(ulong* saved, int slot)
    {
        var frame = Frame;
        Unsafe.CopyBlock(frame->Registers, saved, RunFrame.SavedMayGoto * sizeof(ulong));
        frame->MayGoto = (long)saved[RunFrame.SavedMayGoto];
        _budget -= _granted - Fuel;
        var none = default(NoObserver);
        ulong result = InterpreterLoop.Execute(this, Program, ref none, slot);
        _budget -= _granted - Fuel;
        Fuel = Grant(CompiledSlice);
        return result;
    }

    /// <summary>The first part of the instruction budget.</summary>
    public long FirstSlice() => Grant(Slice);

    private long Grant(long most) => _granted = Math.Min(most, _budget);

    /// <summary>The next part.</summary>
    /// <param name="left">What is left of the last one; negative.</param>
    /// <param name="index">Where the program is.</param>
    /// <exception cref="BpfException">BPF2102 when the budget is used up.</exception>
    public long NextSlice(long left, int index)
    {
        _budget -= _granted - left;
        _cancellation.ThrowIfCancellationRequested();
        if (_budget > 0) return _granted = Math.Min(Slice, _budget);
        _counters.CountError();
        throw DiagnosticRules.RunBudget.Error(
            $"Program '{Program.Name}' executed more than {Engine.Options.InstructionBudget} instructions and was stopped.", Program.LocationOf(index));
    }

    /// <summary>Enters a subprogram: saves the caller's r6 to r9 and opens a fresh frame (RFC 9669, section 4.3.2).</summary>
    /// <param name="index">The call's slot.</param>
    public void EnterFunction(int index)
    {
        var frame = Frame;
        if (frame->Depth + 1 - frame->ReplacedDepth >= RunFrame.MaximumFrames) throw Fault(index, $"calls more than {RunFrame.MaximumFrames} functions deep");
        ulong* saved = frame->Saved + frame->Depth * RunFrame.SavedWords;
        for (int register = 6; register <= 9; register++) saved[register - 6] = frame->Registers[register];
        saved[4] = frame->StackBase;
        saved[5] = (ulong)(index + 1);
        saved[6] = (ulong)frame->MayGoto;
        frame->MayGoto = RunFrame.MayGotoLimit;
        OpenStack(++frame->Depth);
    }

    /// <summary>Leaves it.</summary>
    /// <returns>The slot after the call.</returns>
    public int LeaveFunction()
    {
        var frame = Frame;
        ulong* saved = frame->Saved + --frame->Depth * RunFrame.SavedWords;
        for (int register = 6; register <= 9; register++) frame->Registers[register] = saved[register - 6];
        frame->StackBase = saved[4];
        frame->Registers[10] = saved[4] + RunFrame.StackSize;
        frame->MayGoto = (long)saved[6];
        return (int)saved[5];
    }

    // A fresh frame is zero, so that a run does not depend on what ran before.
    private void OpenStack(int depth)
    {
        ulong stack = _stacks + (ulong)(depth * RunFrame.StackStride);
        Frame->StackBase = stack;
        Frame->Registers[10] = stack + RunFrame.StackSize;
        new Span<byte>((void*)stack, RunFrame.StackSize).Clear();
    }
}

using PSBpf.Diagnostics;
using PSBpf.Isa;
using PSBpf.Kernel;
using PSBpf.Runtime.Interpreter;
using PSBpf.Runtime.Runs;

namespace PSBpf.Runtime.Tracing;

/// <summary>
/// Writes down what a run does. What an instruction did is seen before the next one: registers and memory are
/// compared with what they were.
/// </summary>
internal sealed unsafe class TraceRecorder(Engine engine, int limit)
{
    private const int RegisterCount = 11;

    private readonly List<BpfTraceStep> _steps = [];
    private readonly List<PendingAccess> _accesses = [];
    private readonly ulong[] _before = new ulong[RegisterCount];
    private readonly string[] _texts = new string[RegisterCount];
    private RunState? _run;
    private BpfTraceStep? _pending;
    private HelperArguments? _call;
    private ExecutableProgram? _program;
    private SourceLocation? _shown;
    private bool _branches;

    /// <summary>Instructions so far.</summary>
    public long Executed { get; private set; }

    private PlaceFinder Places => new(_run!);

    /// <summary>An instruction is about to run: the one before it has done its work.</summary>
    public void Before(int index, ulong* registers)
    {
        _run ??= engine.Cpus.Running!;
        if (_pending is not null) Complete(registers, index);
        Executed++;
        if (_steps.Count < limit) Begin(index, registers);
    }

    /// <summary>The instruction is about to use memory.</summary>
    public void Access(int index, ulong address, int size, bool write)
    {
        if (_pending is null) return;
        var place = Places.Find(address);
        var program = _run!.Program;
        if (!program.View.IsPlain && address - _run.Frame->RecordBase < _run.Frame->RecordLength)
        {
            // The binder turned the context's field into one of the internal record: its UAPI offset is that of the instruction.
            var slot = program.Slots[index];
            ulong pointer = _before[write ? slot.Destination : slot.Source];
            place = Places.InContext((long)(pointer + (ulong)slot.Offset - (ulong)_run.Context));
            size = InstructionTable.Find(slot)!.Width / 8;
        }

        byte[] old = place.HasBytes ? Places.Copy(address, size) : [];
        _accesses.Add(new PendingAccess(place, address, size, write, old));
    }

    /// <summary>A helper has returned.</summary>
    public void Helper(ulong* registers)
    {
        if (_pending is null || _call is null) return;
        _pending = _pending with { Helper = _call.Finish(Places, registers[0]) };
    }

    /// <summary>The run has ended.</summary>
    /// <param name="result">How; null when it was stopped.</param>
    /// <param name="fault">What stopped it.</param>
    public ProgramTrace Finish(TestRunResult? result, BpfException? fault)
    {
        if (_pending is { } last)
        {
            foreach (var access in _accesses) last = last with { Memory = [.. last.Memory, access.Finish([])] };
            _steps.Add(last with
            {
                Fault = fault?.Message ?? "",
                Verdict = result is null ? "" : _run!.Program.Type.VerdictOf((int)result.ReturnValue),
            });
        }

        return new ProgramTrace { Steps = _steps, Executed = Executed, Result = result, Fault = fault };
    }

    private void Begin(int index, ulong* registers)
    {
        var program = _run!.Program;
        for (int register = 0; register < RegisterCount; register++)
        {
            if (_steps.Count > 0 && _before[register] == registers[register] && _texts[register] is not null) continue;
            _before[register] = registers[register];
            _texts[register] = Places.Describe(registers[register]);
        }

        var source = program.LocationOf(index).Source;
        bool startsProgram = _program is not null && _program != program;
        if (startsProgram) _shown = null;
        _program = program;
        bool startsLine = source?.IsNewLineAfter(_shown) == true;
        if (startsLine) _shown = source;
        _pending = new BpfTraceStep
        {
            Step = _steps.Count + 1,
            Program = program.Name,
            Depth = _run.Frame->Depth,
            Index = index,
            Text = program.TextOf(index),
            Source = source,
            StartsProgram = startsProgram,
            StartsLine = startsLine,
        };
        var row = InstructionTable.Find(program.Slots[index]);
        _branches = row?.Kind is FormKind.Branch or FormKind.MayGoto;
        _call = row?.Kind == FormKind.CallHelper ? HelperArguments.Of(_run, program.Slots[index].Immediate, registers) : null;
    }

    private void Complete(ulong* registers, int next)
    {
        var step = _pending!;
        _pending = null;
        var changes = new List<BpfRegisterChange>();
        for (int register = 0; register < RegisterCount; register++)
        {
            if (_before[register] == registers[register]) continue;
            string text = Places.Describe(registers[register]);
            changes.Add(new BpfRegisterChange($"r{register}", _before[register], registers[register], _texts[register], text));
        }

        var memory = new List<BpfMemoryAccess>();
        foreach (var access in _accesses) memory.Add(access.Finish(access.Old.Length == 0 ? [] : Places.Copy(access.Address, access.Size)));
        _accesses.Clear();
        _steps.Add(step with { Registers = changes, Memory = memory, Taken = _branches ? next != step.Index + 1 : null });
    }

    private readonly record struct PendingAccess(Place Place, ulong Address, int Size, bool Write, byte[] Old)
    {
        public BpfMemoryAccess Finish(byte[] after) => new()
        {
            Write = Write,
            Area = Place.Area,
            Place = Place.Area == MemoryArea.Unknown ? $"0x{Address:x}" : Place.ToString(),
            Map = Place.Map ?? "",
            Offset = Place.Offset,
            Size = Size,
            Old = Old,
            New = after,
        };
    }
}

/// <summary>Records every instruction of a run.</summary>
internal readonly unsafe struct TraceObserver(TraceRecorder recorder) : IRunObserver
{
    public void BeforeInstruction(int index, ulong* registers) => recorder.Before(index, registers);

    public void OnAccess(int index, ulong address, int size, bool write) => recorder.Access(index, address, size, write);

    public void OnHelper(int index, int helper, ulong* registers) => recorder.Helper(registers);

    // The recorder asks the run which program an instruction is of.
    public void OnProgram(ExecutableProgram program)
    {
    }
}

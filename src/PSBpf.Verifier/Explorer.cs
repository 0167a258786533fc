using PSBpf.Diagnostics;
using PSBpf.Isa;
using PSBpf.Objects;
using PSBpf.Uapi;
using PSBpf.Verifier.Calls;
using PSBpf.Verifier.Cfg;
using PSBpf.Verifier.Domain;
using PSBpf.Verifier.Explain;
using PSBpf.Verifier.Pruning;

namespace PSBpf.Verifier;

/// <summary>
/// Walks every path of a program, depth first, with the abstract state of registers and stack; a path ends at exit, or
/// where a state that was explored before covers it. What each instruction does to the state is in Transfer/.
/// </summary>
internal sealed partial class Explorer
{
    /// <summary>Branches that may wait to be explored.</summary>
    private const int MaxPending = 8192;

    private readonly ProgramSpec _spec;
    // The program's maps, and behind them the templates of the maps that lie in maps.
    private readonly MapSpec[] _maps;
    private readonly int[] _innerMaps;
    private readonly int _declaredMaps;
    private readonly ProgramTypeInfo _type;
    private readonly ProgramSetting _setting;
    private readonly ProgramRules _rules;
    private readonly ContextLayout _context;
    private readonly DecodedInstruction[] _code;
    private readonly ControlFlow _flow;
    private readonly ushort[] _live;
    private readonly StateComparison _comparison;
    private readonly Precision _precision;
    private readonly LoopEdges _edges;
    private readonly List<Checkpoint>?[] _explored;
    private readonly Stack<(PathState State, int From, int Pc)> _pending = new();
    private readonly Stack<PathState> _free = new();
    private readonly int _budget, _processors, _exceptionCallback;
    private readonly IPathObserver? _observer;

    private PathState _state = new();
    private int _pc;
    private int _nextId;
    private HistoryEntry _entry;

    // Over all paths: jumps, and where jumps and instructions stood at the last checkpoint.
    private int _jumps, _jumpsAtCheckpoint, _processedAtCheckpoint;
    private Refusal? _refusal;

    // Decisions to follow instead of exploring; null when exploring.
    private readonly Queue<PathStep>? _decisions;

    public Explorer(
        ProgramSpec spec, IReadOnlyList<MapSpec> maps, ProgramSetting setting, DecodedInstruction[] code, ControlFlow flow, int budget, int processors,
        IPathObserver? observer = null, IEnumerable<PathStep>? decisions = null, PathStart start = default, bool allPrecise = false)
    {
        _spec = spec;
        _declaredMaps = maps.Count;
        var all = maps.ToList();
        _innerMaps = new int[maps.Count];
        for (int index = 0; index < maps.Count; index++)
        {
            if (maps[index].Inner is not { } inner) continue;
            _innerMaps[index] = all.Count;
            all.Add(inner);
        }

        _maps = [.. all];
        _fields = new IReadOnlyList<SpecialField>?[_maps.Length];
        _type = ProgramTypeTable.Get(spec.Type);
        _setting = setting;
        _rules = setting.Rules;
        _context = _rules.Context;
        _code = code;
        _flow = flow;
        _budget = budget;
        _processors = processors;
        _live = Liveness.Compute(code);
        _kfuncs = new KfuncCalls(spec);
        _exceptionCallback = ExceptionCallback.SlotIn(spec);
        _comparison = new StateComparison(_live) { AllPrecise = allPrecise };
        _precision = new Precision(code);
        _edges = new LoopEdges(_precision);
        _explored = new List<Checkpoint>?[code.Length];
        Visits = new int[code.Length];
        _accessedBy = new (RegisterType, PointerFlags)[code.Length];
        Facts = new ProgramFacts(code.Length, flow.Functions.Count);
        _observer = observer;
        _decisions = decisions is null ? null : new Queue<PathStep>(decisions);
        _starts.Enqueue(start);
        if (_exceptionCallback >= 0 && _decisions is null) _starts.Enqueue(new PathStart(StartKind.Exception, flow.FunctionOf[_exceptionCallback]));
    }

    /// <summary>Instructions stepped through, over all paths.</summary>
    public int Processed { get; private set; }

    /// <summary>Most states held at once.</summary>
    public int PeakStates { get; private set; }

    /// <summary>States that were remembered, over all paths.</summary>
    public int TotalStates { get; private set; }

    /// <summary>Most states remembered at one instruction.</summary>
    public int MostStatesOfInstruction { get; private set; }

    /// <summary>How often each slot was stepped through.</summary>
    public int[] Visits { get; }

    /// <summary>States that are remembered at a slot.</summary>
    public int StatesAt(int pc) => _explored[pc]?.Count ?? 0;

    /// <summary>The limit of <see cref="Processed"/>.</summary>
    public int Budget => _budget;

    /// <summary>The processors of the kernel that it is for; 0 when that is not known.</summary>
    public int Processors => _processors;

    /// <summary>The registers that live before each slot, a bit each.</summary>
    public ushort[] Live => _live;

    /// <summary>Decisions of the path that is being walked, latest first.</summary>
    public PathStep? Path => _state.Path;

    /// <summary>Instructions on the path that is being walked.</summary>
    public int PathLength => _state.Length;

    /// <summary>What held on all paths so far.</summary>
    public ProgramFacts Facts { get; }

    private FrameState Frame => _state.Current;

    private RegState[] Registers => _state.Current.Registers;

    /// <summary>Explores all paths.</summary>
    /// <returns>Null when every path is safe.</returns>
    public Refusal? Run(CancellationToken cancellation)
    {
        Begin(_starts.Dequeue());
        if (_refusal is not null) return _refusal;
        int states = 0;
        while (true)
        {
            Visits[_pc]++;
            if (++Processed > _budget)
            {
                Refuse(DiagnosticRules.TooComplex, $"BPF program is too large. Processed {Processed} insn",
                    $"More than {_budget} instructions were stepped through, over all paths, without reaching the end of the last one.");
                return _refusal;
            }

            if ((Processed & 0xfff) == 0) cancellation.ThrowIfCancellationRequested();
            bool goesOn;
            if (_flow.IsPrunePoint[_pc] && _decisions is null)
            {
                switch (Visit(ref states))
                {
                    case Visited.Covered:
                        _observer?.Covered(_pc);
                        goesOn = false;
                        break;
                    case Visited.Loop:
                        Refuse(DiagnosticRules.InfiniteLoop, $"infinite loop detected at insn {_pc}",
                            "A loop comes back here with the same values in every register and on the stack: it may never end.");
                        return _refusal;
                    default:
                        goesOn = Step();
                        break;
                }
            }
            else
            {
                goesOn = Step();
            }

            if (_refusal is not null) return _refusal;
            _state.Length++;
            if (goesOn) continue;
            if (_decisions is not null) return null;
            Checkpoint.EndPath(_state.Parent, _edges);
            _free.Push(_state);
            if (_pending.TryPop(out var next))
            {
                (_state, int from, _pc) = next;
                _observer?.Begin(from, _pc, _state);
                continue;
            }

            if (!_starts.TryDequeue(out var start)) return null;
            Begin(start);
            if (_refusal is not null) return _refusal;
        }
    }

    private enum Visited
    {
        New,
        Covered,
        Loop,
    }

    private Visited Visit(ref int states)
    {
        var list = _explored[_pc] ??= [];
        int jumps = _jumps - _jumpsAtCheckpoint, instructions = Processed - _processedAtCheckpoint;
        // Every round of a loop with may_goto, or of a helper that calls back, is compared with the one before.
        bool round = _flow.IsRound[_pc];
        bool worthwhile = round || (jumps >= 2 && instructions >= 8);
        for (int index = list.Count - 1; index >= 0; index--)
        {
            var checkpoint = list[index];
            if (checkpoint.OpenPaths > 0)
            {
                bool progress = checkpoint.State.Rounds != _state.Rounds;
                if (round && progress && _comparison.Covers(checkpoint, _state, _pc, StateComparison.Comparison.Within)) return ComesBack(checkpoint);

                if (!progress && _comparison.Covers(checkpoint, _state, _pc, StateComparison.Comparison.Exact)) return Visited.Loop;
                // Inside a loop, a state every few rounds is enough.
                if (!round && jumps < 20 && instructions < 100) worthwhile = false;
                // A long loop leaves many of these; old ones are not asked for ever.
                if (worthwhile && ++checkpoint.Misses > (checkpoint.Hits * 64) + 64) Forget(list, index, ref states);
                continue;
            }

            if (checkpoint.Head is not null)
            {
                // What matters of it is not known yet either.
                if (_comparison.Covers(checkpoint, _state, _pc, StateComparison.Comparison.Within)) return ComesBack(checkpoint);
            }
            else if (_comparison.Covers(checkpoint, _state, _pc, StateComparison.Comparison.WhatMattered))
            {
                checkpoint.Hits++;
                for (int frame = 0; frame <= _state.Depth; frame++) Checkpoint.MarkRead(_state, frame, checkpoint.LiveSlots[frame]);
                _precision.MarkAs(_state, checkpoint);
                return Visited.Covered;
            }

            // A round that leaves no state of its own forgets none of those that earlier rounds left.
            if (worthwhile && ++checkpoint.Misses > (checkpoint.Hits * 3) + 3) Forget(list, index, ref states);
        }

        if (!worthwhile) return Visited.New;
        var snapshot = Rent();
        snapshot.CopyFrom(_state);
        var added = new Checkpoint(_pc, snapshot, _state.Parent, [.. _state.History]);
        _state.History.Clear();
        list.Add(added);
        _state.Parent = added;
        for (int frame = 0; frame <= _state.Depth; frame++) _state.FrameAt(frame).WrittenSlots = 0;
        _jumpsAtCheckpoint = _jumps;
        _processedAtCheckpoint = Processed;
        PeakStates = Math.Max(PeakStates, ++states);
        TotalStates++;
        MostStatesOfInstruction = Math.Max(MostStatesOfInstruction, list.Count);
        return Visited.New;
    }

    private Visited ComesBack(Checkpoint checkpoint)
    {
        var path = new PathState();
        path.CopyFrom(_state);
        path.History.AddRange(_state.History);
        LoopEdges.Add(checkpoint, path);
        return Visited.Covered;
    }

    private static void Forget(List<Checkpoint> list, int index, ref int states)
    {
        list.RemoveAt(index);
        states--;
    }

    private PathState Rent() => _free.TryPop(out var state) ? state : new PathState();

    /// <summary>Copies the current state to be explored later from another instruction.</summary>
    private PathState? Fork(int pc)
    {
        if (_pending.Count >= MaxPending)
        {
            Refuse(DiagnosticRules.TooComplex, $"The sequence of {MaxPending + 1} jumps is too complex.",
                $"More than {MaxPending} branches wait to be explored on one path.");
            return null;
        }

        var copy = Rent();
        copy.CopyFrom(_state);
        copy.History.AddRange(_state.History);
        if (copy.Parent is not null) copy.Parent.OpenPaths++;
        _pending.Push((copy, _pc, pc));
        return copy;
    }

    /// <summary>Steps over one instruction.</summary>
    /// <returns>Whether the path goes on at <see cref="_pc"/>; false at its end and on refusal.</returns>
    private bool Step()
    {
        ref readonly var instruction = ref _code[_pc];
        var row = instruction.Row;
        _observer?.Before(_pc, _state);
        Facts.Reach(_pc);
        _entry = new HistoryEntry(_pc);
        bool goesOn = row.Kind switch
        {
            FormKind.Alu => StepAlu(in instruction, row),
            FormKind.Move => StepMove(in instruction, row),
            FormKind.MoveSigned => StepMoveSigned(in instruction, row),
            FormKind.Negate or FormKind.ToLittleEndian or FormKind.ToBigEndian or FormKind.ByteSwap => StepUnary(in instruction, row),
            FormKind.LoadImmediate64 => StepLoadImmediate(in instruction),
            FormKind.Load or FormKind.LoadSigned or FormKind.LoadAcquire => StepLoad(in instruction, row),
            FormKind.Store or FormKind.StoreImmediate or FormKind.StoreRelease => StepStore(in instruction, row),
            FormKind.Atomic or FormKind.AtomicExchange or FormKind.AtomicCompareExchange => StepAtomic(in instruction, row),
            FormKind.LoadPacketAbsolute or FormKind.LoadPacketIndirect => StepLoadPacket(in instruction, row),
            FormKind.Branch => StepBranch(in instruction, row),
            FormKind.Jump => JumpTo(instruction.Target),
            FormKind.MayGoto => StepMayGoto(in instruction),
            FormKind.CallHelper => StepCallHelper(in instruction) && Called(),
            FormKind.CallFunction => StepCallFunction(in instruction),
            FormKind.CallKfunc => StepCallKfunc() && Called(),
            FormKind.AddressSpaceCast => StepAddressSpaceCast(in instruction),
            FormKind.Exit => StepExit(),
            _ => Refuse(DiagnosticRules.NotJudged, $"{row.Mnemonic} is not judged", $"This version of the verifier does not judge '{row.Mnemonic}' and therefore refuses it."),
        };
        if (goesOn) _state.History.Add(_entry);
        return goesOn;
    }

    private bool Next(int slots = 1)
    {
        _pc += slots;
        return true;
    }

    // A call counts as a jump where it is decided whether a state is worth remembering.
    private bool Called()
    {
        _jumps++;
        return true;
    }

    private bool JumpTo(int target)
    {
        _pc = target;
        _jumps++;
        return true;
    }

    private bool Refuse(DiagnosticRule rule, string message, string reason, int register = -1, string suggestion = "")
    {
        _refusal ??= new Refusal(rule, _pc, message, reason, register, suggestion);
        return false;
    }

    /// <summary>Checks that a register may be read.</summary>
    private bool Reads(int register)
    {
        if (Registers[register].Type != RegisterType.Uninitialized) return true;
        return Refuse(DiagnosticRules.UninitializedRegister, $"R{register} !read_ok",
            $"r{register} is read, but nothing was written to it on this path{(register is >= 1 and <= 5 ? " since the program began or since the last call" : "")}.", register);
    }

    /// <summary>Checks that a register may be written.</summary>
    private bool Writes(int register) =>
        register != 10 || Refuse(DiagnosticRules.FramePointerWrite, "frame pointer is read only", "r10, the frame pointer, never changes.", 10);
}

using System.Reflection.Emit;
using PSBpf.Isa;
using PSBpf.Runtime.Jit.Flow;

namespace PSBpf.Runtime.Jit.Emit;

/// <summary>
/// Emits the method of one piece. Registers are locals; the frame pointer and the run are arguments. The other parts of this
/// class emit the kinds of instructions.
/// </summary>
internal sealed partial class MethodEmitter
{
    private const int RegisterCount = 10;

    private readonly JitInput _input;
    private readonly ProgramMethods _methods;
    private readonly Piece? _piece;
    private readonly IlWriter _il;
    private readonly StackLocals _stack;
    private readonly LocalBuilder?[] _registers = new LocalBuilder?[RegisterCount];
    private readonly Dictionary<BasicBlock, Label> _labels = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Piece, Label> _hops = new(ReferenceEqualityComparer.Instance);
    private readonly List<int> _slots = [];
    private readonly int _firstArgument;
    private LocalBuilder? _address, _scratch, _target;
    private BasicBlock _block = null!;

    /// <summary>Prepares a method.</summary>
    /// <param name="input">The program.</param>
    /// <param name="methods">Its other methods and the maps it uses.</param>
    /// <param name="piece">What to emit; null to measure blocks only.</param>
    /// <param name="il">Where to.</param>
    /// <param name="stack">What of the stack is in locals.</param>
    public MethodEmitter(JitInput input, ProgramMethods methods, Piece? piece, IlWriter il, StackLocals stack)
    {
        _stack = stack;
        _input = input;
        _methods = methods;
        _piece = piece;
        _il = il;
        _firstArgument = piece is { IsEntry: true, Function.Entry: 0 } ? 1 : 0;
        for (int register = 0; register < RegisterCount; register++) _registers[register] = il.DeclareLocal(typeof(ulong));
    }

    /// <summary>The instructions that were emitted, in order.</summary>
    public IReadOnlyList<int> Slots => _slots;

    /// <summary>What the method costs.</summary>
    public IlCost Cost => _il.Cost;

    /// <summary>Emits the method.</summary>
    public void Emit()
    {
        var piece = _piece!;
        foreach (var block in piece.Blocks) _labels[block] = _il.DefineLabel();
        if (piece.IsEntry) EmitFunctionStart();
        else EmitPieceStart();
        if (!ReferenceEquals(piece.Blocks[0], piece.Root)) _il.Branch(OpCodes.Br, _labels[piece.Root]);
        for (int index = 0; index < piece.Blocks.Count; index++)
        {
            var block = piece.Blocks[index];
            _il.MarkLabel(_labels[block]);
            EmitBlock(block, index + 1 < piece.Blocks.Count ? piece.Blocks[index + 1] : null);
        }

        _il.Slot = -1;
        EmitLeaves();
        foreach (var (target, label) in _hops)
        {
            _il.MarkLabel(label);
            EmitHop(target);
        }
    }

    /// <summary>Emits a block into nowhere.</summary>
    /// <returns>What it costs, apart from where its registers come from.</returns>
    public IlCost Measure(BasicBlock block)
    {
        var before = _il.Cost;
        EmitBlock(block, null);
        EmitLeaves();
        return _il.Cost - before;
    }

    private void EmitBlock(BasicBlock block, BasicBlock? following)
    {
        _block = block;
        BeginWindows(block);
        int slot = block.Start;
        while (slot < block.End)
        {
            _slots.Add(slot);
            _il.Slot = slot;
            ref readonly var instruction = ref _input.Code[slot];
            bool last = slot + instruction.Row.Slots >= block.End;
            if (last && instruction.Row.Kind is FormKind.Branch or FormKind.MayGoto or FormKind.Jump) EmitJump(in instruction, slot, block);
            else EmitInstruction(in instruction, slot);
            ForgetWindows(in instruction);
            slot += instruction.Row.Slots;
        }

        EndWindows(block);
        if (block.Next is { } next && !ReferenceEquals(next, following)) _il.Branch(OpCodes.Br, LabelOf(next));
        else if (block.Next is null && _input.Code[LastSlot(block)].Row.Kind != FormKind.Exit) EmitRunsOut(block);
    }

    private int LastSlot(BasicBlock block)
    {
        int slot = block.Start;
        while (slot + _input.Code[slot].Row.Slots < block.End) slot += _input.Code[slot].Row.Slots;
        return slot;
    }

    private void EmitInstruction(in DecodedInstruction instruction, int slot)
    {
        switch (instruction.Row.Kind)
        {
            case FormKind.Alu: EmitAlu(in instruction); break;
            case FormKind.Move: EmitMove(in instruction); break;
            case FormKind.MoveSigned: EmitMoveSigned(in instruction); break;
            case FormKind.Negate: EmitNegate(in instruction); break;
            case FormKind.ToLittleEndian: EmitLittleEndian(in instruction); break;
            case FormKind.ToBigEndian or FormKind.ByteSwap: EmitSwap(in instruction); break;
            case FormKind.LoadImmediate64: EmitLoadImmediate(in instruction); break;
            case FormKind.Load or FormKind.LoadSigned: EmitLoad(in instruction, slot); break;
            case FormKind.Store or FormKind.StoreImmediate: EmitStore(in instruction, slot); break;
            case FormKind.Atomic or FormKind.AtomicExchange or FormKind.AtomicCompareExchange: EmitAtomic(in instruction, slot); break;
            case FormKind.LoadAcquire or FormKind.StoreRelease: EmitOrdered(in instruction, slot); break;
            case FormKind.LoadPacketAbsolute or FormKind.LoadPacketIndirect: EmitLoadPacket(in instruction, slot); break;
            case FormKind.CallHelper: EmitCallHelper(in instruction, slot); break;
            case FormKind.CallRegister when _input.Checked: EmitCallThrough(in instruction, slot); break;
            case FormKind.CallKfunc when _input.Facts?.KfuncAt(slot) is >= 0 and var kfunc: EmitKfunc(kfunc); break;
            case FormKind.CallFunction: EmitCallFunction(in instruction, slot); break;
            case FormKind.Exit: EmitExit(); break;
            default: throw new NotCompilableException(slot, instruction.Row.Mnemonic);
        }
    }

    // The place of a block's beginning, which may be in another method.
    private Label LabelOf(BasicBlock block)
    {
        if (_piece is null) return default;
        if (ReferenceEquals(block.Piece, _piece)) return _labels[block];
        if (!_hops.TryGetValue(block.Piece, out var label)) _hops[block.Piece] = label = _il.DefineLabel();
        return label;
    }

    private void LoadRun() => _il.LoadArgument(_firstArgument);

    private void LoadFramePointer() => _il.LoadArgument(_firstArgument + 1);

    private void LoadRegister(int register)
    {
        if (register == 10) LoadFramePointer();
        else _il.Load(_registers[register]);
    }

    private void StoreRegister(int register) => _il.Store(_registers[register]);

    private LocalBuilder? Address => _address ??= _il.DeclareLocal(typeof(ulong));

    private LocalBuilder? Target => _target ??= _il.DeclareLocal(typeof(CompiledProgram));

    private LocalBuilder? Scratch => _scratch ??= _il.DeclareLocal(typeof(long));
}

/// <summary>Stops the compilation of a program that uses what only the interpreter executes.</summary>
internal sealed class NotCompilableException(int slot, string mnemonic) : Exception($"Instruction {slot} ({mnemonic}) is not compiled.");

using System.Reflection.Emit;
using PSBpf.Isa;
using PSBpf.Runtime.Contexts;
using PSBpf.Runtime.Interpreter;
using PSBpf.Verifier;

namespace PSBpf.Runtime.Jit.Emit;

/// <summary>Loads, stores and atomic operations (RFC 9669, section 5).</summary>
internal sealed partial class MethodEmitter
{
    private void EmitLoad(in DecodedInstruction instruction, int slot)
    {
        var row = instruction.Row;
        bool signed = row.Kind == FormKind.LoadSigned;
        if (instruction.Source == 10 && _stack.Find(instruction.Offset, row.Width) is { } local)
        {
            _il.Load(local);
            if (signed) SignExtend(row.Width);
        }
        else if (_input.Checked)
        {
            EmitCheckedLoad(in instruction, row, slot);
            return;
        }
        else if (IsContext(slot))
        {
            LoadContext(in instruction, row, slot);
        }
        else
        {
            LoadMemory(in instruction, row, slot);
        }

        StoreRegister(instruction.Destination);
    }

    private void LoadMemory(in DecodedInstruction instruction, InstructionForm row, int slot)
    {
        bool signed = row.Kind == FormKind.LoadSigned;
        LoadAddress(instruction.Source, instruction.Offset);
        _il.Emit(OpCodes.Conv_U);

        // What another processor changes must be read each time round.
        if (_block.LoopDepth > 0 && (MemoryAt(slot) & (AccessedMemory.MapValue | AccessedMemory.RingBuffer)) != 0) _il.Emit(OpCodes.Volatile);
        _il.Emit(JitMethods.LoadCode(row.Width, signed));
        Widen(row.Width, signed);
    }

    private void EmitStore(in DecodedInstruction instruction, int slot)
    {
        var row = instruction.Row;
        if (instruction.Destination == 10 && _stack.Find(instruction.Offset, row.Width) is { } local)
        {
            LoadStored(in instruction, row);
            if (row.Width < 64)
            {
                _il.Emit(row.Width switch { 8 => OpCodes.Conv_U1, 16 => OpCodes.Conv_U2, _ => OpCodes.Conv_U4 });
                _il.Emit(OpCodes.Conv_U8);
            }

            _il.Store(local);
        }
        else if (_input.Checked)
        {
            EmitCheckedStore(in instruction, row, slot);
        }
        else if (IsContext(slot))
        {
            StoreContext(in instruction, row, slot);
        }
        else
        {
            StoreMemory(in instruction, row);
        }
    }

    private void StoreMemory(in DecodedInstruction instruction, InstructionForm row)
    {
        LoadAddress(instruction.Destination, instruction.Offset);
        _il.Emit(OpCodes.Conv_U);
        LoadStored(in instruction, row);
        NarrowAndStore(row.Width);
    }

    private void NarrowAndStore(int width)
    {
        if (width < 64) _il.Emit(OpCodes.Conv_I4);
        _il.Emit(JitMethods.StoreCode(width));
    }

    private void LoadStored(in DecodedInstruction instruction, InstructionForm row)
    {
        if (row.UsesSource) LoadRegister(instruction.Source);
        else _il.Constant(instruction.Immediate);
    }

    // As the kernel does when it converts context accesses: a field of the UAPI struct becomes one of the internal record. What
    // has no plain counterpart there is left to the run.
    private void LoadContext(in DecodedInstruction instruction, InstructionForm row, int slot)
    {
        int size = row.Width / 8;
        bool signed = row.Kind == FormKind.LoadSigned;
        if (_input.View.TryMap(instruction.Offset, size, write: false, out int offset, out int width) && (width == size || (width == 8 && !signed)))
        {
            LoadAddress(instruction.Source, ContextView.RecordDistance + offset);
            _il.Emit(OpCodes.Conv_U);
            _il.Emit(JitMethods.LoadCode(width * 8, signed));
            Widen(width * 8, signed);
            return;
        }

        LoadRun();
        LoadAddress(instruction.Source, instruction.Offset);
        _il.Constant32(size);
        _il.Constant32(slot);
        _il.Call(JitMethods.LoadWindow);
        if (signed) SignExtend(row.Width);
    }

    private void StoreContext(in DecodedInstruction instruction, InstructionForm row, int slot)
    {
        int size = row.Width / 8;
        var view = _input.View;
        if (view.TryMap(instruction.Offset, size, write: true, out int offset, out int width) && width == size && !view.Ignores(instruction.Offset, ulong.MaxValue))
        {
            LoadAddress(instruction.Destination, ContextView.RecordDistance + offset);
            _il.Emit(OpCodes.Conv_U);
            LoadStored(in instruction, row);
            NarrowAndStore(row.Width);
            return;
        }

        LoadRun();
        LoadAddress(instruction.Destination, instruction.Offset);
        _il.Constant32(size);
        LoadStored(in instruction, row);
        _il.Constant32(slot);
        _il.Call(JitMethods.StoreWindow);
    }

    private void EmitAtomic(in DecodedInstruction instruction, int slot)
    {
        var row = instruction.Row;
        CheckAtomic(in instruction, instruction.Destination, write: true, slot);
        LoadAddress(instruction.Destination, instruction.Offset);
        _il.Emit(OpCodes.Conv_U);
        LoadNarrow(instruction.Source, row.Width);
        if (row.Kind == FormKind.AtomicCompareExchange)
        {
            LoadNarrow(0, row.Width);
            _il.Call(JitMethods.CompareExchangeOf(row.Width));
            StoreWidened(0, row.Width);
            return;
        }

        string name = row.Kind == FormKind.AtomicExchange ? nameof(AtomicOperations.Exchange) : row.Alu switch
        {
            AluOperation.Add => nameof(AtomicOperations.FetchAdd),
            AluOperation.Or => nameof(AtomicOperations.FetchOr),
            AluOperation.And => nameof(AtomicOperations.FetchAnd),
            _ => nameof(AtomicOperations.FetchXor),
        };
        _il.Call(JitMethods.AtomicOf(name, row.Width));
        if (row.Fetches) StoreWidened(instruction.Source, row.Width);
        else _il.Emit(OpCodes.Pop);
    }

    private void EmitOrdered(in DecodedInstruction instruction, int slot)
    {
        var row = instruction.Row;
        if (row.Kind == FormKind.LoadAcquire)
        {
            CheckAtomic(in instruction, instruction.Source, write: false, slot);
            LoadAddress(instruction.Source, instruction.Offset);
            _il.Emit(OpCodes.Conv_U);
            _il.Emit(OpCodes.Volatile);
            _il.Emit(JitMethods.LoadCode(row.Width));
            Widen(row.Width, signed: false);
            StoreRegister(instruction.Destination);
            return;
        }

        CheckAtomic(in instruction, instruction.Destination, write: true, slot);
        LoadAddress(instruction.Destination, instruction.Offset);
        _il.Emit(OpCodes.Conv_U);
        LoadRegister(instruction.Source);
        if (row.Width < 64) _il.Emit(OpCodes.Conv_I4);
        _il.Emit(OpCodes.Volatile);
        _il.Emit(JitMethods.StoreCode(row.Width));
    }

    private void EmitLoadImmediate(in DecodedInstruction instruction)
    {
        switch (instruction.Form)
        {
            case FormId.Lddw:
                _il.Constant(instruction.Immediate);
                break;
            case FormId.LddwMapIndex:
                _il.Constant((long)_input.Maps[instruction.Low].Handle);
                break;
            case FormId.LddwMapIndexValue:
                _il.Constant((long)(_input.Maps[instruction.Low].DirectValueAddress + (ulong)instruction.High));
                break;
            case FormId.LddwFunction:
                _il.Constant(instruction.Target);
                break;
            default:
                throw new NotCompilableException(0, instruction.Row.Mnemonic);
        }

        StoreRegister(instruction.Destination);
    }

    private void EmitLoadPacket(in DecodedInstruction instruction, int slot)
    {
        LoadRun();
        LoadRegister(6);
        _il.Constant32(int.Log2(instruction.Row.Width / 8));
        if (instruction.Row.Kind == FormKind.LoadPacketIndirect)
        {
            LoadNarrow(instruction.Source, 32);
            _il.Constant32((int)instruction.Immediate);
            _il.Emit(OpCodes.Add);
        }
        else
        {
            _il.Constant32((int)instruction.Immediate);
        }

        _il.Constant32(slot);
        _il.Call(JitMethods.LoadPacket);
        _il.Store(Scratch);
        var inside = _il.DefineLabel();
        _il.Load(Scratch);
        _il.Constant(0);
        _il.Branch(OpCodes.Bge, inside);
        _il.Constant(0);
        StoreRegister(0);
        EmitExit();
        _il.MarkLabel(inside);
        _il.Load(Scratch);
        StoreRegister(0);
    }

    private AccessedMemory MemoryAt(int slot) => _input.Facts?.MemoryAt(slot) ?? AccessedMemory.None;

    private bool IsContext(int slot) => !_input.View.IsPlain && MemoryAt(slot) == AccessedMemory.Context;

    private void LoadAddress(int register, int offset)
    {
        LoadRegister(register);
        if (offset == 0) return;
        _il.Constant(offset);
        _il.Emit(OpCodes.Add);
    }

    private void Widen(int width, bool signed)
    {
        if (width < 64) _il.Emit(signed ? OpCodes.Conv_I8 : OpCodes.Conv_U8);
    }

    private void SignExtend(int width)
    {
        _il.Emit(width switch { 8 => OpCodes.Conv_I1, 16 => OpCodes.Conv_I2, _ => OpCodes.Conv_I4 });
        _il.Emit(OpCodes.Conv_I8);
    }
}

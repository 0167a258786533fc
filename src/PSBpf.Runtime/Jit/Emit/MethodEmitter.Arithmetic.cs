using System.Reflection.Emit;
using PSBpf.Isa;
using PSBpf.Runtime.Interpreter;

namespace PSBpf.Runtime.Jit.Emit;

/// <summary>Arithmetic, moves and byte orders (RFC 9669, sections 4.1 and 4.2).</summary>
internal sealed partial class MethodEmitter
{
    private void EmitAlu(in DecodedInstruction instruction)
    {
        var row = instruction.Row;
        switch (row.Alu)
        {
            case AluOperation.Div or AluOperation.Mod or AluOperation.Sdiv or AluOperation.Smod:
                EmitDivision(in instruction, row);
                return;
            case AluOperation.Lsh or AluOperation.Rsh or AluOperation.Arsh:
                EmitShift(in instruction, row);
                return;
        }

        LoadNarrow(instruction.Destination, row.Width);
        LoadOperand(in instruction, row);
        _il.Emit(row.Alu switch
        {
            AluOperation.Add => OpCodes.Add,
            AluOperation.Sub => OpCodes.Sub,
            AluOperation.Mul => OpCodes.Mul,
            AluOperation.Or => OpCodes.Or,
            AluOperation.And => OpCodes.And,
            _ => OpCodes.Xor,
        });
        StoreWidened(instruction.Destination, row.Width);
    }

    // The machine masks shift counts, as .NET does not promise to.
    private void EmitShift(in DecodedInstruction instruction, InstructionForm row)
    {
        int mask = row.Width - 1;
        LoadNarrow(instruction.Destination, row.Width);
        if (row.UsesSource)
        {
            LoadRegister(instruction.Source);
            _il.Emit(OpCodes.Conv_I4);
            _il.Constant32(mask);
            _il.Emit(OpCodes.And);
        }
        else
        {
            _il.Constant32((int)instruction.Immediate & mask);
        }

        _il.Emit(row.Alu switch { AluOperation.Lsh => OpCodes.Shl, AluOperation.Rsh => OpCodes.Shr_Un, _ => OpCodes.Shr });
        StoreWidened(instruction.Destination, row.Width);
    }

    private void EmitDivision(in DecodedInstruction instruction, InstructionForm row)
    {
        bool signed = row.Alu is AluOperation.Sdiv or AluOperation.Smod, remainder = row.Alu is AluOperation.Mod or AluOperation.Smod;
        bool safe = !row.UsesSource && instruction.Immediate != 0 && !(signed && instruction.Immediate == -1);
        LoadNarrow(instruction.Destination, row.Width);
        LoadOperand(in instruction, row);
        if (safe)
        {
            _il.Emit(signed ? (remainder ? OpCodes.Rem : OpCodes.Div) : remainder ? OpCodes.Rem_Un : OpCodes.Div_Un);
        }
        else
        {
            string name = signed
                ? (remainder ? nameof(Division.RemainderSigned) : nameof(Division.DivideSigned))
                : remainder ? nameof(Division.Remainder) : nameof(Division.Divide);
            _il.Call(JitMethods.DivisionOf(name, row.Width));
        }

        StoreWidened(instruction.Destination, row.Width);
    }

    private void EmitMove(in DecodedInstruction instruction)
    {
        var row = instruction.Row;
        if (row.UsesSource)
        {
            LoadRegister(instruction.Source);
            if (row.Width == 32)
            {
                _il.Emit(OpCodes.Conv_U4);
                _il.Emit(OpCodes.Conv_U8);
            }
        }
        else
        {
            _il.Constant(row.Width == 64 ? instruction.Immediate : (uint)instruction.Immediate);
        }

        StoreRegister(instruction.Destination);
    }

    private void EmitMoveSigned(in DecodedInstruction instruction)
    {
        // Width is that of the result; how many bits are moved, the offset field says.
        bool wide = instruction.Form is FormId.Movsx64From8 or FormId.Movsx64From16 or FormId.Movsx64From32;
        LoadRegister(instruction.Source);
        _il.Emit(instruction.Form switch
        {
            FormId.Movsx64From8 or FormId.Movsx32From8 => OpCodes.Conv_I1,
            FormId.Movsx64From16 or FormId.Movsx32From16 => OpCodes.Conv_I2,
            _ => OpCodes.Conv_I4,
        });
        _il.Emit(wide ? OpCodes.Conv_I8 : OpCodes.Conv_U8);
        StoreRegister(instruction.Destination);
    }

    private void EmitNegate(in DecodedInstruction instruction)
    {
        LoadNarrow(instruction.Destination, instruction.Row.Width);
        _il.Emit(OpCodes.Neg);
        StoreWidened(instruction.Destination, instruction.Row.Width);
    }

    private void EmitLittleEndian(in DecodedInstruction instruction)
    {
        if (instruction.Form == FormId.Le64) return;
        LoadRegister(instruction.Destination);
        _il.Emit(instruction.Form == FormId.Le16 ? OpCodes.Conv_U2 : OpCodes.Conv_U4);
        _il.Emit(OpCodes.Conv_U8);
        StoreRegister(instruction.Destination);
    }

    private void EmitSwap(in DecodedInstruction instruction)
    {
        LoadRegister(instruction.Destination);
        switch (instruction.Form)
        {
            case FormId.Be16 or FormId.Bswap16:
                _il.Emit(OpCodes.Conv_U2);
                _il.Call(JitMethods.Swap16);
                _il.Emit(OpCodes.Conv_U8);
                break;
            case FormId.Be32 or FormId.Bswap32:
                _il.Emit(OpCodes.Conv_U4);
                _il.Call(JitMethods.Swap32);
                _il.Emit(OpCodes.Conv_U8);
                break;
            default:
                _il.Call(JitMethods.Swap64);
                break;
        }

        StoreRegister(instruction.Destination);
    }

    // A register as 64-bit number, or its low half as 32-bit one.
    private void LoadNarrow(int register, int width)
    {
        LoadRegister(register);
        if (width == 32) _il.Emit(OpCodes.Conv_U4);
    }

    private void LoadOperand(in DecodedInstruction instruction, InstructionForm row)
    {
        if (row.UsesSource) LoadNarrow(instruction.Source, row.Width);
        else if (row.Width == 64) _il.Constant(instruction.Immediate);
        else _il.Constant32((int)instruction.Immediate);
    }

    // 32-bit results clear the upper half.
    private void StoreWidened(int register, int width)
    {
        if (width == 32) _il.Emit(OpCodes.Conv_U8);
        StoreRegister(register);
    }
}

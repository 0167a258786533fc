using System.Reflection.Emit;
using PSBpf.Isa;
using PSBpf.Runtime.Helpers;
using PSBpf.Runtime.Jit.Flow;
using PSBpf.Runtime.Runs;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Jit.Emit;

/// <summary>Jumps, calls, the beginning and the end of methods.</summary>
internal sealed partial class MethodEmitter
{
    private void EmitJump(in DecodedInstruction instruction, int slot, BasicBlock block)
    {
        int target = instruction.Target;
        if (block.Taken is not { } taken)
        {
            // An unconditional jump, or a branch of which only one side is ever reached; that side is the block's next.
            if (instruction.Row.Kind == FormKind.Jump || (block.Next?.Start == target && target != slot + 1)) CountFuel(target, slot);
            return;
        }

        CountFuel(target, slot);
        EmitCondition(in instruction, LabelOf(taken));
    }

    private void EmitCondition(in DecodedInstruction instruction, Label label)
    {
        var row = instruction.Row;
        if (row.Kind == FormKind.MayGoto)
        {
            EmitMayGoto(label);
            return;
        }

        LoadNarrow(instruction.Destination, row.Width);
        LoadOperand(in instruction, row);
        if (row.Condition == Condition.Jset)
        {
            _il.Emit(OpCodes.And);
            _il.Branch(OpCodes.Brtrue, label);
            return;
        }

        _il.Branch(row.Condition switch
        {
            Condition.Jeq => OpCodes.Beq,
            Condition.Jne => OpCodes.Bne_Un,
            Condition.Jgt => OpCodes.Bgt_Un,
            Condition.Jge => OpCodes.Bge_Un,
            Condition.Jlt => OpCodes.Blt_Un,
            Condition.Jle => OpCodes.Ble_Un,
            Condition.Jsgt => OpCodes.Bgt,
            Condition.Jsge => OpCodes.Bge,
            Condition.Jslt => OpCodes.Blt,
            _ => OpCodes.Ble,
        }, label);
    }

    // The count of rounds lies in the frame, beside the registers that wait for a hop.
    private void EmitMayGoto(Label label)
    {
        LoadSavedAddress(RunFrame.SavedMayGoto);
        _il.Emit(OpCodes.Ldind_I8);
        _il.Branch(OpCodes.Brfalse, label);
        LoadSavedAddress(RunFrame.SavedMayGoto);
        LoadSavedAddress(RunFrame.SavedMayGoto);
        _il.Emit(OpCodes.Ldind_I8);
        _il.Constant(1);
        _il.Emit(OpCodes.Sub);
        _il.Emit(OpCodes.Stind_I8);
    }

    private void EmitCallHelper(in DecodedInstruction instruction, int slot)
    {
        int helper = (int)instruction.Immediate;
        if (HelperTable.Find(helper) is { ReplacesProgram: true })
        {
            EmitTailCall(slot);
            return;
        }

        if (CallbackHelpers.Implements(helper) && !_input.HasOwnHelpers)
        {
            EmitCallback(helper, slot);
            return;
        }

        if (!_input.Checked)
        {
            EmitHelper(helper, slot);
            return;
        }

        EmitCheckedHelper(helper, slot);
        if (MovesPacket(in instruction)) FetchPacket();
    }

    private void EmitHelper(int helper, int slot)
    {
        if (TryEmitMapHelper(helper, slot)) return;
        if (helper == Helpers.TimerHelpers.SetsCallback)
        {
            // As the kernel does: after a tail call the run does not know whose function it is.
            LoadRun();
            LoadRegister(1);
            LoadRegister(2);
            _il.Constant(_input.Token);
            _il.Call(JitMethods.SetTimerCallback);
            StoreRegister(0);
            return;
        }

        var entry = Helpers.HelperSet.Get(helper);
        LoadRun();
        LoadArguments(RegisterMasks.ArgumentsOf(helper));
        _il.Call(entry.Method);
        StoreRegister(0);
    }

    private void EmitKfunc(int kfunc)
    {
        LoadRun();
        LoadArguments(RegisterMasks.Arguments & ((2 << KfuncTable.All[kfunc].Arguments.Length) - 1));
        _il.Call(HelperSet.Get(KfuncSet.First + kfunc).Method);
        StoreRegister(0);
    }

    private void EmitCallThrough(in DecodedInstruction instruction, int slot)
    {
        LoadRun();
        _il.Constant32(instruction.Destination);
        LoadRegister(instruction.Destination);
        _il.Constant32(slot);
        LoadArguments(RegisterMasks.Arguments);
        _il.Call(JitMethods.CallThrough);
        StoreRegister(0);
    }

    // Goes on in the other program's code, in this frame; what it returns is what this method returns. A call that fails changes nothing.
    private void EmitTailCall(int slot)
    {
        // What the interpreter checks of frames and budget is not counted across programs here.
        if (_input.Checked) throw new NotCompilableException(slot, "tail call with checks");
        var failed = _il.DefineLabel();
        LoadRun();
        int map = _input.Facts!.MapAt(slot);
        if (map >= 0) LoadMap(_input.Maps[map]);
        else LoadRegister(2);
        LoadNarrow(3, 32);
        _il.Call(map >= 0 ? JitMethods.TailTarget : JitMethods.TailTargetIn);
        _il.Store(Target);
        _il.Load(Target);
        _il.Branch(OpCodes.Brfalse, failed);
        _il.Load(Target);
        LoadRun();
        LoadFramePointer();
        LoadRegister(1);
        _il.Load(Target);
        _il.LoadField(JitMethods.EntryPointer);
        _il.Emit(OpCodes.Tailcall);
        _il.CallIndirect(typeof(ulong), ProgramMethods.EntryParameters);
        _il.Emit(OpCodes.Ret);
        _il.MarkLabel(failed);
    }

    private void LoadArguments(int read)
    {
        for (int register = 1; register <= 5; register++)
        {
            if ((read >> register & 1) != 0) LoadRegister(register);
            else _il.Constant(0);
        }
    }

    private void EmitCallFunction(in DecodedInstruction instruction, int slot)
    {
        // Only a program that nobody verified calls its own beginning, which is another kind of method.
        if (instruction.Target == 0) throw new NotCompilableException(slot, "call of the main program");
        var callee = _methods.FunctionAt(instruction.Target);
        if (_input.Checked)
        {
            CountFuel(slot, slot);
            SaveFuel();
            LoadRun();
            _il.Constant32(slot);
            _il.Call(JitMethods.EnterFrame);
        }

        LoadRun();
        LoadFramePointer();
        _il.Constant(RunFrame.StackStride);
        _il.Emit(OpCodes.Add);
        foreach (int register in ProgramMethods.ArgumentsOf(callee)) LoadRegister(register);
        if (_piece is null) _il.Call(JitMethods.LeaveFrame);
        else _il.Call(_methods.MethodOf(callee));
        StoreRegister(0);
        if (!_input.Checked) return;
        LoadRun();
        _il.Call(JitMethods.LeaveFrame);
        LoadFuel();
        FetchPacket();
    }

    private void EmitExit()
    {
        SaveFuel();
        LoadRegister(0);
        _il.Emit(OpCodes.Ret);
    }

    // Only a program that nobody verified runs past its end.
    private void EmitRunsOut(BasicBlock block)
    {
        LoadRun();
        _il.Constant32(block.End);
        _il.Call(JitMethods.RunsOut);
        _il.Emit(OpCodes.Ret);
    }

    private void EmitFunctionStart()
    {
        var function = _piece!.Function;
        BeginChecks();
        int argument = _firstArgument + 2;
        foreach (int register in function.Entry == 0 ? [1] : ProgramMethods.ArgumentsOf(function))
        {
            _il.LoadArgument(argument++);
            StoreRegister(register);
        }

        if (_methods.UsesMayGoto(function))
        {
            LoadSavedAddress(RunFrame.SavedMayGoto);
            _il.Constant(RunFrame.MayGotoLimit);
            _il.Emit(OpCodes.Stind_I8);
        }

        // Registers that nothing was written to are zero in a program that nobody verified, as in the interpreter; r2 may be an argument.
        if (_input.Facts is null)
        {
            for (int mask = _piece.Root.LiveIn & ~(function.Entry == 0 ? 2 : RegisterMasks.Arguments); mask != 0; mask &= mask - 1)
            {
                int register = int.TrailingZeroCount(mask);
                if (function.Entry == 0 && register == 2)
                {
                    LoadRun();
                    _il.Call(JitMethods.SecondArgument);
                }
                else
                {
                    _il.Constant(0);
                }

                StoreRegister(register);
            }
        }

        if (_input.Checked || _input.Facts is not { ReadsUnwrittenStack: true } facts || facts.StackDepthOf(function.Number) == 0) return;
        LoadFramePointer();
        _il.Constant32(facts.StackDepthOf(function.Number));
        _il.Call(JitMethods.ClearStack);
    }

    private void EmitPieceStart()
    {
        BeginChecks();
        int index = 0;
        foreach (int register in _piece!.LiveRegisters)
        {
            if (index < Piece.PassedRegisters)
            {
                _il.LoadArgument(2 + index);
            }
            else
            {
                LoadSavedAddress(register);
                _il.Emit(OpCodes.Ldind_I8);
            }

            StoreRegister(register);
            index++;
        }
    }

    // Goes on in another method, which returns to this one's caller.
    private void EmitHop(Piece target)
    {
        SaveFuel();
        var live = target.LiveRegisters.ToArray();
        foreach (int register in live.Skip(Piece.PassedRegisters))
        {
            LoadSavedAddress(register);
            LoadRegister(register);
            _il.Emit(OpCodes.Stind_I8);
        }

        LoadRun();
        LoadFramePointer();
        for (int index = 0; index < Piece.PassedRegisters; index++)
        {
            if (index < live.Length) LoadRegister(live[index]);
            else _il.Constant(0);
        }

        _il.Emit(OpCodes.Tailcall);
        _il.Call(target.Method);
        _il.Emit(OpCodes.Ret);
    }

    private void LoadSavedAddress(int word)
    {
        LoadFramePointer();
        _il.Constant(word * sizeof(ulong));
        _il.Emit(OpCodes.Add);
        _il.Emit(OpCodes.Conv_U);
    }
}

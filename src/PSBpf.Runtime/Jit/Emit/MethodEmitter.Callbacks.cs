using System.Reflection.Emit;
using PSBpf.Runtime.Helpers;
using PSBpf.Runtime.Jit.Flow;
using PSBpf.Runtime.Runs;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Jit.Emit;

/// <summary>Helpers that call functions of the program: a loop in place, with direct calls.</summary>
internal sealed partial class MethodEmitter
{
    // Words above the frame, behind those of hops and may_goto: a MapCursor, whose third word counts rounds, and the key.
    private const int CursorWord = RunFrame.SavedMayGoto + 1, RoundsWord = CursorWord + 2, KeyWord = CursorWord + 4;

    private LocalBuilder? _value;

    private LocalBuilder? Value => _value ??= _il.DeclareLocal(typeof(ulong));

    private void EmitCallback(int helper, int slot)
    {
        // Frames and budget that the interpreter counts are not counted here.
        if (_input.Checked) throw new NotCompilableException(slot, "callback with checks");
        var done = _il.DefineLabel();
        bool drains = helper == CallbackHelpers.DrainRecords;
        if (!drains) EmitRefusal(4, OpCodes.Brfalse, 0, Errno.EINVAL, done);
        if (helper == CallbackHelpers.Loop) EmitRefusal(1, OpCodes.Ble_Un, CallbackHelpers.MaximumRounds, Errno.E2BIG, done);
        for (int word = CursorWord; word < KeyWord; word++)
        {
            LoadSavedAddress(word);
            _il.Constant(0);
            _il.Emit(OpCodes.Stind_I8);
        }

        var again = _il.DefineLabel();
        var end = _il.DefineLabel();
        _il.MarkLabel(again);
        if (helper == CallbackHelpers.Loop) EmitNextRound(end);
        else if (drains) EmitNextRecord(end);
        else EmitNextElement(end);
        EmitCallOfAny(helper, slot);
        _il.Branch(OpCodes.Brfalse, again);
        _il.MarkLabel(end);
        if (drains) LoadEndOfRecords();
        else LoadSaved(RoundsWord);
        StoreRegister(0);
        _il.MarkLabel(done);
    }

    private void EmitNextRecord(Label end)
    {
        LoadRun();
        LoadRegister(1);
        LoadRegister(4);
        LoadSavedAddress(CursorWord);
        _il.Call(JitMethods.NextRecord);
        _il.Store(Value);
        _il.Load(Value);
        _il.Branch(OpCodes.Brfalse, end);
    }

    private void LoadEndOfRecords()
    {
        LoadRun();
        LoadRegister(1);
        LoadSavedAddress(CursorWord);
        _il.Call(JitMethods.EndRecords);
    }

    // A result without a round, unless a register has what it must have.
    private void EmitRefusal(int register, OpCode passes, uint limit, Errno error, Label done)
    {
        var passed = _il.DefineLabel();
        if (passes == OpCodes.Brfalse)
        {
            LoadRegister(register);
        }
        else
        {
            LoadNarrow(register, 32);
            _il.Constant32((int)limit);
        }

        _il.Branch(passes, passed);
        _il.Constant(-(long)error);
        StoreRegister(0);
        _il.Branch(OpCodes.Br, done);
        _il.MarkLabel(passed);
    }

    private void EmitNextRound(Label end)
    {
        // The number of the round, which counts up behind it.
        LoadSaved(RoundsWord);
        _il.Store(Value);
        _il.Load(Value);
        LoadNarrow(1, 32);
        _il.Emit(OpCodes.Conv_U8);
        _il.Branch(OpCodes.Bge_Un, end);
        LoadSavedAddress(RoundsWord);
        _il.Load(Value);
        _il.Constant(1);
        _il.Emit(OpCodes.Add);
        _il.Emit(OpCodes.Stind_I8);
    }

    private void EmitNextElement(Label end)
    {
        LoadRun();
        LoadRegister(1);
        LoadSavedAddress(CursorWord);
        _il.Call(JitMethods.NextElement);
        _il.Store(Value);
        _il.Load(Value);
        _il.Branch(OpCodes.Brfalse, end);
    }

    // Leaves what the function returned on the stack. Nearly always there is one that it can be.
    private void EmitCallOfAny(int helper, int slot)
    {
        int known = _input.Facts!.FunctionAt(slot);
        var functions = _methods.Callbacks.Where(function => known < 0 || function.Number == known).ToArray();
        var called = _il.DefineLabel();
        for (int index = 0; index < functions.Length; index++)
        {
            bool last = index == functions.Length - 1;
            var other = _il.DefineLabel();
            if (!last)
            {
                LoadRegister(2);
                _il.Constant(functions[index].Entry);
                _il.Branch(OpCodes.Bne_Un, other);
            }

            EmitCallOf(functions[index], helper);
            _il.Store(Scratch);
            if (last) continue;
            _il.Branch(OpCodes.Br, called);
            _il.MarkLabel(other);
        }

        _il.MarkLabel(called);
        if (functions.Length > 0) _il.Load(Scratch);
        else _il.Constant(1);
    }

    private void EmitCallOf(FunctionGraph callee, int helper)
    {
        LoadRun();
        LoadFramePointer();
        _il.Constant(RunFrame.StackStride);
        _il.Emit(OpCodes.Add);
        foreach (int parameter in ProgramMethods.ArgumentsOf(callee))
        {
            if (helper != CallbackHelpers.ForEachMapElement)
            {
                if (parameter == 1) _il.Load(Value);
                else LoadRegister(3);
                continue;
            }

            switch (parameter)
            {
                case 1: LoadRegister(1); break;
                case 2: LoadSaved(KeyWord); break;
                case 3: _il.Load(Value); break;
                default: LoadRegister(3); break;
            }
        }

        if (_piece is null) _il.Call(JitMethods.LeaveFrame);
        else _il.Call(_methods.MethodOf(callee));
    }

    private void LoadSaved(int word)
    {
        LoadSavedAddress(word);
        _il.Emit(OpCodes.Ldind_I8);
    }
}

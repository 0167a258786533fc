using System.Reflection.Emit;
using PSBpf.Runtime.Jit.Flow;

namespace PSBpf.Runtime.Jit.Emit;

/// <summary>
/// Where code that checks meets what it has no code for (an access elsewhere than expected, the end of its fuel) it leaves: the
/// interpreter goes on with that instruction, and what it returns the method returns. Nothing is live behind such a way out, so
/// that it costs the ways that stay no register.
/// </summary>
internal sealed partial class MethodEmitter
{
    private readonly List<(Label Label, int Slot, int Live)> _leaves = [];
    private LocalBuilder? _leaveSlot;

    private LocalBuilder? LeaveSlot => _leaveSlot ??= _il.DeclareLocal(typeof(int));

    /// <summary>Where to jump to so that the interpreter goes on with an instruction of this block.</summary>
    private Label LeaveAt(int slot)
    {
        if (_leaves.Count > 0 && _leaves[^1].Slot == slot) return _leaves[^1].Label;
        var label = _il.DefineLabel();
        _leaves.Add((label, slot, LiveRegisters.Before(_input, _block, slot)));
        return label;
    }

    private void EmitLeaves()
    {
        foreach (var group in _leaves.GroupBy(leave => leave.Live))
        {
            var shared = _il.DefineLabel();
            foreach (var (label, slot, _) in group)
            {
                _il.MarkLabel(label);
                _il.Constant32(slot);
                _il.Store(LeaveSlot);
                _il.Branch(OpCodes.Br, shared);
            }

            _il.MarkLabel(shared);
            SaveFuel();
            for (int mask = group.Key; mask != 0; mask &= mask - 1)
            {
                int register = int.TrailingZeroCount(mask);
                LoadSavedAddress(register);
                LoadRegister(register);
                _il.Emit(OpCodes.Stind_I8);
            }

            LoadRun();
            LoadFramePointer();
            _il.Load(LeaveSlot);
            _il.Call(JitMethods.Leave);
            _il.Emit(OpCodes.Ret);
        }

        _leaves.Clear();
    }

    // A jump backwards takes from the budget what it repeats, whether or not it is taken.
    private void CountFuel(int target, int slot)
    {
        if (!_input.Checked || target > slot) return;
        _il.Load(FuelLeft);
        _il.Constant(slot - target + 1);
        _il.Emit(OpCodes.Sub);
        _il.Store(FuelLeft);
        _il.Load(FuelLeft);
        _il.Constant(0);
        _il.Branch(OpCodes.Blt, LeaveAt(slot));
    }
}

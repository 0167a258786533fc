using System.Reflection.Emit;
using PSBpf.Isa;
using PSBpf.Runtime.Helpers;
using PSBpf.Runtime.Contexts;
using PSBpf.Runtime.Maps;
using PSBpf.Runtime.Runs;

namespace PSBpf.Runtime.Jit.Emit;

/// <summary>
/// Code that checks. An access is compared with the one place where the verifier says that it goes: a frame, the packet, the map.
/// Where it does not say one place, and in all of a program that nobody verified, the run looks the address up. The budget is
/// counted in a local, which is written back where other code counts.
/// </summary>
internal sealed partial class MethodEmitter
{
    // Room in the packet is kept less the widest access, so that one comparison is enough for each.
    private const int WidestAccess = 8;

    private LocalBuilder? _fuel, _packetBase, _packetRoom, _context;

    private LocalBuilder? FuelLeft => _fuel ??= _il.DeclareLocal(typeof(long));

    private LocalBuilder? ContextPointer => _context ??= _il.DeclareLocal(typeof(ulong));

    private LocalBuilder? PacketBase => _packetBase ??= _il.DeclareLocal(typeof(ulong));

    private LocalBuilder? PacketRoom => _packetRoom ??= _il.DeclareLocal(typeof(ulong));

    /// <summary>Fetches what the checks of this method compare with.</summary>
    private void BeginChecks()
    {
        if (!_input.Checked) return;
        LoadFuel();
        FetchPacket();
        if (_input.View.IsPlain || _input.Facts is null) return;
        LoadRun();
        _il.Call(JitMethods.ContextAddress);
        _il.Store(ContextPointer);
    }

    private void LoadFuel()
    {
        LoadRun();
        _il.LoadField(JitMethods.Fuel);
        _il.Store(FuelLeft);
    }

    private void SaveFuel()
    {
        if (!_input.Checked) return;
        LoadRun();
        _il.Load(FuelLeft);
        _il.StoreField(JitMethods.Fuel);
    }

    private void FetchPacket()
    {
        if (!_input.Checked || !RunInput.Of(_input.Type.Type).HasPacket || _input.Facts is null) return;
        LoadRun();
        _il.Call(JitMethods.QuickPacketBase);
        _il.Store(PacketBase);
        LoadRun();
        _il.Call(JitMethods.QuickPacketRoom);
        _il.Store(PacketRoom);
    }

    private void EmitCheckedLoad(in DecodedInstruction instruction, InstructionForm row, int slot)
    {
        bool signed = row.Kind == FormKind.LoadSigned;
        if (IsContext(slot))
        {
            ExpectContext(instruction.Source, slot);
            LoadContext(in instruction, row, slot);
        }
        else if (Expect(in instruction, slot))
        {
            LoadMemory(in instruction, row, slot);
        }
        else
        {
            LoadRun();
            LoadAddress(instruction.Source, instruction.Offset);
            _il.Constant32(slot);
            _il.Call(JitMethods.CheckedLoadOf(row.Width));
            if (signed) SignExtend(row.Width);
        }

        StoreRegister(instruction.Destination);
    }

    private void EmitCheckedStore(in DecodedInstruction instruction, InstructionForm row, int slot)
    {
        if (IsContext(slot))
        {
            ExpectContext(instruction.Destination, slot);
            StoreContext(in instruction, row, slot);
        }
        else if (Expect(in instruction, slot))
        {
            StoreMemory(in instruction, row);
        }
        else
        {
            LoadRun();
            LoadAddress(instruction.Destination, instruction.Offset);
            LoadStored(in instruction, row);
            _il.Constant32(slot);
            _il.Call(JitMethods.CheckedStoreOf(row.Width));
        }
    }

    private void CheckAtomic(in DecodedInstruction instruction, int register, bool write, int slot)
    {
        if (!_input.Checked) return;
        int size = instruction.Row.Width / 8;
        if (Expect(in instruction, slot))
        {
            LoadAddress(register, instruction.Offset);
            _il.Constant(size - 1);
            _il.Emit(OpCodes.And);
            _il.Branch(OpCodes.Brtrue, LeaveAt(slot));
            return;
        }

        LoadRun();
        LoadAddress(register, instruction.Offset);
        _il.Constant32(size);
        _il.Constant32(write ? 1 : 0);
        _il.Constant32(slot);
        _il.Call(JitMethods.CheckAtomic);
    }

    private void EmitCheckedHelper(int helper, int slot)
    {
        if (!_input.HasOwnHelpers && _input.Facts is { } facts)
        {
            // What refers to no memory has nothing to check.
            if (HelperSet.Get(helper).Checked.Length == 0)
            {
                EmitHelper(helper, slot);
                return;
            }

            // Keys and values are mostly on the stack, and the map is the one that the verifier saw.
            if (facts.MapAt(slot) is >= 0 and var index && (helper is LookupElement or UpdateElement or DeleteElement || IsReserve(helper, _input.Maps[index])))
            {
                var map = _input.Maps[index];
                LoadRegister(1);
                _il.Constant((long)map.Handle);
                _il.Branch(OpCodes.Bne_Un, LeaveAt(slot));
                if (helper != RingBufferReserve) CheckArgument(2, map.KeySize, slot);
                if (helper == UpdateElement) CheckArgument(3, map.ValueSize, slot);
                EmitHelper(helper, slot);
                return;
            }
        }

        LoadRun();
        _il.Constant32(helper);
        _il.Constant32(slot);
        LoadArguments(RegisterMasks.Arguments);
        _il.Call(JitMethods.CallChecked);
        StoreRegister(0);
    }

    // The lowest address of the frame.
    private void LoadFrame()
    {
        LoadFramePointer();
        _il.Constant(RunFrame.StackSize);
        _il.Emit(OpCodes.Sub);
    }

    private static bool IsReserve(int helper, RuntimeMap map) => helper == RingBufferReserve && map is RingBufferMap;

    // Whether what a helper reads lies in the frame; what does not, the run looks up.
    private void CheckArgument(int register, int size, int slot)
    {
        var inFrame = _il.DefineLabel();
        if (size <= RunFrame.StackSize)
        {
            LoadRegister(register);
            LoadFrame();
            _il.Emit(OpCodes.Sub);
            _il.Constant(RunFrame.StackSize - size);
            _il.Branch(OpCodes.Ble_Un, inFrame);
        }

        LoadRun();
        _il.Constant32(register);
        LoadRegister(register);
        _il.Constant32(size);
        _il.Constant32(slot);
        _il.Call(JitMethods.CheckArgument);
        _il.MarkLabel(inFrame);
    }
}

using System.Reflection.Emit;
using PSBpf.Isa;
using PSBpf.Runtime.Maps;
using PSBpf.Runtime.Memory;
using PSBpf.Runtime.Runs;
using PSBpf.Verifier;

namespace PSBpf.Runtime.Jit.Emit;

/// <summary>
/// Code that checks. An access is first compared with the one place where the verifier says that it goes: a frame, the
/// packet, the map. What is not there, and all of a program that nobody verified, the run looks up. The budget is
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
        if (!_input.Checked || !_input.Type.HasPacket || _input.Facts is null) return;
        LoadRun();
        _il.Call(JitMethods.QuickPacketBase);
        _il.Store(PacketBase);
        LoadRun();
        _il.Call(JitMethods.QuickPacketRoom);
        _il.Store(PacketRoom);
    }

    // A jump backwards takes from the budget what it repeats.
    private void CountFuel(int target, int slot)
    {
        if (!_input.Checked || target > slot) return;
        var enough = _il.DefineLabel();
        _il.Load(FuelLeft);
        _il.Constant(slot - target + 1);
        _il.Emit(OpCodes.Sub);
        _il.Store(FuelLeft);
        _il.Load(FuelLeft);
        _il.Constant(0);
        _il.Branch(OpCodes.Bge, enough);
        SaveFuel();
        LoadRun();
        _il.Constant32(slot);
        _il.Call(JitMethods.Refuel);
        LoadFuel();
        _il.MarkLabel(enough);
    }

    private void EmitCheckedLoad(in DecodedInstruction instruction, InstructionForm row, int slot)
    {
        bool signed = row.Kind == FormKind.LoadSigned;
        var (slow, done) = (_il.DefineLabel(), _il.DefineLabel());
        LoadAddress(instruction.Source, instruction.Offset);
        _il.Store(Address);
        if (IsContext(slot))
        {
            CompareContext(instruction.Source, slow);
            LoadContext(in instruction, row, slot);
            StoreRegister(instruction.Destination);
            _il.Branch(OpCodes.Br, done);
            _il.MarkLabel(slow);
        }
        else if (TryCompare(slot, row.Width / 8, write: false, slow))
        {
            _il.Load(Address);
            _il.Emit(OpCodes.Conv_U);
            if (_block.LoopDepth > 0 && MemoryAt(slot) == AccessedMemory.MapValue) _il.Emit(OpCodes.Volatile);
            _il.Emit(JitMethods.LoadCode(row.Width, signed));
            Widen(row.Width, signed);
            StoreRegister(instruction.Destination);
            _il.Branch(OpCodes.Br, done);
            _il.MarkLabel(slow);
        }

        LoadRun();
        _il.Load(Address);
        _il.Constant32(slot);
        _il.Call(JitMethods.CheckedLoadOf(row.Width));
        if (signed) SignExtend(row.Width);
        StoreRegister(instruction.Destination);
        _il.MarkLabel(done);
    }

    private void EmitCheckedStore(in DecodedInstruction instruction, InstructionForm row, int slot)
    {
        var (slow, done) = (_il.DefineLabel(), _il.DefineLabel());
        LoadAddress(instruction.Destination, instruction.Offset);
        _il.Store(Address);
        if (IsContext(slot))
        {
            CompareContext(instruction.Destination, slow);
            StoreContext(in instruction, row, slot);
            _il.Branch(OpCodes.Br, done);
            _il.MarkLabel(slow);
        }
        else if (TryCompare(slot, row.Width / 8, write: true, slow))
        {
            _il.Load(Address);
            _il.Emit(OpCodes.Conv_U);
            LoadStored(in instruction, row);
            NarrowAndStore(row.Width);
            _il.Branch(OpCodes.Br, done);
            _il.MarkLabel(slow);
        }

        LoadRun();
        _il.Load(Address);
        LoadStored(in instruction, row);
        _il.Constant32(slot);
        _il.Call(JitMethods.CheckedStoreOf(row.Width));
        _il.MarkLabel(done);
    }

    private void CheckAtomic(in DecodedInstruction instruction, int register, bool write, int slot)
    {
        if (!_input.Checked) return;
        int size = instruction.Row.Width / 8;
        var (slow, done) = (_il.DefineLabel(), _il.DefineLabel());
        LoadAddress(register, instruction.Offset);
        _il.Store(Address);
        if (TryCompare(slot, size, write, slow))
        {
            _il.Load(Address);
            _il.Constant(size - 1);
            _il.Emit(OpCodes.And);
            _il.Branch(OpCodes.Brfalse, done);
            _il.MarkLabel(slow);
        }

        LoadRun();
        _il.Load(Address);
        _il.Constant32(size);
        _il.Constant32(write ? 1 : 0);
        _il.Constant32(slot);
        _il.Call(JitMethods.CheckAtomic);
        _il.MarkLabel(done);
    }

    // Which field it is, the offset says; that it is the context, is looked at.
    private void CompareContext(int register, Label slow)
    {
        LoadRegister(register);
        _il.Load(ContextPointer);
        _il.Branch(OpCodes.Bne_Un, slow);
    }

    // Compares the address with the one place that it should be in.
    private bool TryCompare(int slot, int size, bool write, Label slow)
    {
        switch (MemoryAt(slot))
        {
            case AccessedMemory.Stack:
                _il.Load(Address);
                LoadFramePointer();
                _il.Constant(RunFrame.StackSize);
                _il.Emit(OpCodes.Sub);
                _il.Emit(OpCodes.Sub);
                _il.Constant(RunFrame.StackSize - size);
                break;
            case AccessedMemory.Packet:
                _il.Load(Address);
                _il.Load(PacketBase);
                _il.Emit(OpCodes.Sub);
                _il.Load(PacketRoom);
                _il.Constant(WidestAccess - size);
                _il.Emit(OpCodes.Add);
                break;
            case AccessedMemory.MapValue when RegionAt(slot) is { } region && (write ? region.Writable : region.Readable):
                _il.Load(Address);
                _il.Constant((long)region.Start);
                _il.Emit(OpCodes.Sub);
                _il.Constant((long)region.Length - size);
                break;
            default:
                return false;
        }

        _il.Branch(OpCodes.Bgt_Un, slow);
        return true;
    }

    // The slab of an array has nothing but values: what is inside of it may be another element, but never anything else.
    private MemoryRegion? RegionAt(int slot) =>
        _input.Facts!.MapAt(slot) is >= 0 and var map && _input.Maps[map] is ArrayMap { OnlyRegion: { } region } ? region : null;
}

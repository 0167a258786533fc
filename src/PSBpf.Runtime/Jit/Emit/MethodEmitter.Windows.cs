using System.Reflection.Emit;
using PSBpf.Isa;
using PSBpf.Runtime.Jit.Flow;
using PSBpf.Runtime.Runs;
using PSBpf.Uapi;
using PSBpf.Verifier;

namespace PSBpf.Runtime.Jit.Emit;

/// <summary>
/// Comparisons of addresses with the one place where the verifier says that they are. One comparison serves all accesses by the
/// same register in a block, and in the blocks that only this one leads to: a window of bytes around what the register holds.
/// </summary>
internal sealed partial class MethodEmitter
{
    // What lies in one place, relative to a register's present value. Until the register changes it need not be compared again.
    private readonly record struct Window(Place Place, int From, int End, bool Writes);

    // Memory of one kind; for map values, the map's index.
    private readonly record struct Place(AccessedMemory Memory, int Map);

    private readonly Dictionary<BasicBlock, Window?[]> _windowsAfter = new(ReferenceEqualityComparer.Instance);
    private Window?[] _windows = new Window?[RegisterCount + 1];

    private void BeginWindows(BasicBlock block)
    {
        _windows = block.Predecessors is [var only] && _piece is not null && ReferenceEquals(only.Piece, block.Piece) && _windowsAfter.TryGetValue(only, out var known)
            ? [.. known]
            : new Window?[RegisterCount + 1];
    }

    private void EndWindows(BasicBlock block)
    {
        if (_piece is not null) _windowsAfter[block] = _windows;
    }

    // What holds no longer after an instruction.
    private void ForgetWindows(in DecodedInstruction instruction)
    {
        bool moves = MovesPacket(in instruction);
        int writes = RegisterMasks.Of(in instruction).Writes;
        for (int register = 0; register <= RegisterCount; register++)
            if ((writes >> register & 1) != 0 || (moves && _windows[register]?.Place.Memory == AccessedMemory.Packet)) _windows[register] = null;
    }

    /// <summary>Makes sure that an access is where the verifier says, or leaves.</summary>
    /// <returns>False when the verifier does not say one place that one comparison tells.</returns>
    private bool Expect(in DecodedInstruction instruction, int slot)
    {
        if (!AccessOf(in instruction, out var access)) return false;

        // r10 never changes: where in the frame it is, is known here.
        if (access.Register == 10 && access.Offset >= -RunFrame.StackSize && access.Offset + access.Size <= 0) return true;
        if (PlaceOf(slot, access.Writes) is not { } place) return false;
        if (_windows[access.Register] is { } known && known.Place == place && known.From <= access.Offset
            && known.End >= access.Offset + access.Size && (known.Writes || !access.Writes))
        {
            return true;
        }

        var window = WindowFrom(slot, access, place);
        Compare(access.Register, window, LeaveAt(slot));
        _windows[access.Register] = window;
        return true;
    }

    // The context is one address, which the register has to hold; which field it is, the offset says.
    private void ExpectContext(int register, int slot)
    {
        var place = new Place(AccessedMemory.Context, 0);
        if (_windows[register]?.Place == place) return;
        LoadRegister(register);
        _il.Load(ContextPointer);
        _il.Branch(OpCodes.Bne_Un, LeaveAt(slot));
        _windows[register] = new Window(place, 0, 0, Writes: true);
    }

    // Everything that the block accesses by a register from a slot on, until the register changes.
    private Window WindowFrom(int slot, (int Register, int Offset, int Size, bool Writes) first, Place place)
    {
        var window = new Window(place, first.Offset, first.Offset + first.Size, first.Writes);
        ulong room = RoomIn(place);
        for (int at = slot; at < _block.End; at += _input.Code[at].Row.Slots)
        {
            ref readonly var instruction = ref _input.Code[at];
            if (AccessOf(in instruction, out var access) && access.Register == first.Register && PlaceOf(at, access.Writes) == place)
            {
                var wider = window with
                {
                    From = Math.Min(window.From, access.Offset), End = Math.Max(window.End, access.Offset + access.Size), Writes = window.Writes | access.Writes,
                };
                if ((ulong)(wider.End - wider.From) <= room) window = wider;
            }

            if ((RegisterMasks.Of(in instruction).Writes >> first.Register & 1) != 0) break;
            if (place.Memory == AccessedMemory.Packet && MovesPacket(in instruction)) break;
        }

        return window;
    }

    private void Compare(int register, Window window, Label leave)
    {
        int width = window.End - window.From;
        switch (window.Place.Memory)
        {
            case AccessedMemory.Stack when _piece is { Function.Entry: not 0 }:
                // What a subprogram was given lies in its caller's frame, the next one below.
                var inFrame = _il.DefineLabel();
                LoadAddress(register, window.From);
                LoadFrame();
                _il.Emit(OpCodes.Sub);
                _il.Store(Address);
                _il.Load(Address);
                _il.Constant(RunFrame.StackStride);
                _il.Emit(OpCodes.Add);
                _il.Constant(RunFrame.StackSize - width);
                _il.Branch(OpCodes.Ble_Un, inFrame);
                _il.Load(Address);
                _il.Constant(RunFrame.StackSize - width);
                _il.Branch(OpCodes.Bgt_Un, leave);
                _il.MarkLabel(inFrame);
                return;
            case AccessedMemory.Stack:
                LoadAddress(register, window.From);
                LoadFrame();
                _il.Emit(OpCodes.Sub);
                _il.Constant(RunFrame.StackSize - width);
                break;
            case AccessedMemory.Packet:
                // The packet may be shorter than the window, so its two ends are compared, each as the widest access would be.
                LoadAddress(register, window.From);
                _il.Load(PacketBase);
                _il.Emit(OpCodes.Sub);
                _il.Load(PacketRoom);
                if (width > WidestAccess)
                {
                    _il.Branch(OpCodes.Bgt_Un, leave);
                    LoadAddress(register, window.End - WidestAccess);
                    _il.Load(PacketBase);
                    _il.Emit(OpCodes.Sub);
                    _il.Load(PacketRoom);
                }
                else if (width < WidestAccess)
                {
                    _il.Constant(WidestAccess - width);
                    _il.Emit(OpCodes.Add);
                }

                break;
            default:
                var slab = _input.Maps[window.Place.Map].ValueSlab!;
                LoadAddress(register, window.From);
                _il.Constant((long)slab.Start);
                _il.Emit(OpCodes.Sub);
                _il.Constant((long)slab.Length - width);
                break;
        }

        _il.Branch(OpCodes.Bgt_Un, leave);
    }

    // Where the verifier says that an instruction's access is, if one comparison tells whether it is.
    private Place? PlaceOf(int slot, bool writes)
    {
        var memory = MemoryAt(slot);
        switch (memory)
        {
            // A subprogram of the main program may be given one other frame; one of a subprogram, any of several.
            case AccessedMemory.Stack when _piece is null or { Function.Entry: 0 } || !_methods.SubprogramsCall:
                return new Place(memory, 0);
            case AccessedMemory.Packet when !writes || _input.Type.Packet == PacketAccess.Write:
                return new Place(memory, 0);
            case AccessedMemory.MapValue when _input.Facts!.MapAt(slot) is >= 0 and var map && _input.Maps[map].ValueSlab is { } slab && (writes ? slab.Writable : slab.Readable):
                return new Place(memory, map);
            default:
                return null;
        }
    }

    private ulong RoomIn(Place place) => place.Memory switch
    {
        AccessedMemory.Stack => RunFrame.StackSize,
        AccessedMemory.Packet => ushort.MaxValue,
        _ => _input.Maps[place.Map].ValueSlab!.Length,
    };

    private static bool AccessOf(in DecodedInstruction instruction, out (int Register, int Offset, int Size, bool Writes) access)
    {
        var row = instruction.Row;
        bool loads = row.Kind is FormKind.Load or FormKind.LoadSigned or FormKind.LoadAcquire;
        bool stores = row.Kind is FormKind.Store or FormKind.StoreImmediate or FormKind.StoreRelease
            or FormKind.Atomic or FormKind.AtomicExchange or FormKind.AtomicCompareExchange;
        access = (loads ? instruction.Source : instruction.Destination, instruction.Offset, row.Width / 8, stores);
        return loads || stores;
    }

    private bool MovesPacket(in DecodedInstruction instruction) => instruction.Row.Kind switch
    {
        FormKind.CallFunction or FormKind.CallRegister => true,
        FormKind.CallHelper => _input.HasOwnHelpers || HelperTable.Find((int)instruction.Immediate) is not { ChangesPacket: false },
        _ => false,
    };
}

using System.Runtime.CompilerServices;
using PSBpf.Runtime.Contexts;
using PSBpf.Runtime.Memory;
using PSBpf.Runtime.Runs;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Helpers;

#pragma warning disable IDE0060 // All helpers have the same signature.

/// <summary>bpf_dynptr_*, helpers and kernel functions, and the ring buffers' forms. Sizes and offsets have 32 bits, as in the kernel.</summary>
internal static unsafe class DynptrHelpers
{
    [MethodImpl(HotCode.Optimized)]
    public static ulong FromMemory(RunState run, ulong data, ulong size, ulong flags, ulong dynptr, ulong r5) =>
        Make(dynptr, DynptrKind.Local, data, (uint)size, (uint)size > Dynptr.LargestSize ? Errno.E2BIG : flags != 0 ? Errno.EINVAL : Errno.None);

    [MethodImpl(HotCode.Optimized)]
    public static ulong FromPacket(RunState run, ulong context, ulong flags, ulong dynptr, ulong r4, ulong r5) => OfPacket(run, DynptrKind.Packet, context, flags, dynptr);

    [MethodImpl(HotCode.Optimized)]
    public static ulong FromFrame(RunState run, ulong context, ulong flags, ulong dynptr, ulong r4, ulong r5) => OfPacket(run, DynptrKind.Frame, context, flags, dynptr);

    [MethodImpl(HotCode.Optimized)]
    public static ulong Read(RunState run, ulong target, ulong length, ulong dynptr, ulong offset, ulong flags)
    {
        var source = (Dynptr*)dynptr;
        if (source->IsNull || flags != 0) return Answer(Errno.EINVAL);
        if (!source->Holds((uint)offset, (uint)length)) return Answer(Errno.E2BIG);
        Copy(Bytes(run, source, (uint)offset, (uint)length, write: false), (byte*)target, (uint)length);
        return 0;
    }

    [MethodImpl(HotCode.Optimized)]
    public static ulong Write(RunState run, ulong dynptr, ulong offset, ulong data, ulong length, ulong flags)
    {
        var target = (Dynptr*)dynptr;
        if (target->IsNull || target->IsReadOnly) return Answer(Errno.EINVAL);
        if (!target->Holds((uint)offset, (uint)length)) return Answer(Errno.E2BIG);
        if (target->Kind == DynptrKind.Packet && run.Program.Input is SkbInput) return SkbHelpers.StoreBytes(run, target->Data, target->Offset + (uint)offset, data, length, flags);
        if (flags != 0) return Answer(Errno.EINVAL);
        Copy((byte*)data, Bytes(run, target, (uint)offset, (uint)length, write: true), (uint)length);
        return 0;
    }

    /// <summary>Bytes that lie in the program's own memory; null for those of a packet, which have slices.</summary>
    [MethodImpl(HotCode.Optimized)]
    public static ulong Data(RunState run, ulong dynptr, ulong offset, ulong length, ulong r4, ulong r5)
    {
        var bytes = (Dynptr*)dynptr;
        if (bytes->IsNull || bytes->IsReadOnly || bytes->IsPacket || !bytes->Holds((uint)offset, (uint)length)) return 0;
        return (ulong)Bytes(run, bytes, (uint)offset, (uint)length, write: true);
    }

    /// <summary>bpf_dynptr_slice. The engine's packets lie side by side: the buffer for those that do not stays as it is.</summary>
    [MethodImpl(HotCode.Optimized)]
    public static ulong Slice(RunState run, ulong dynptr, ulong offset, ulong buffer, ulong length, ulong r5)
    {
        var bytes = (Dynptr*)dynptr;
        if (bytes->IsNull || !bytes->Holds((uint)offset, (uint)length)) return 0;
        return (ulong)Bytes(run, bytes, (uint)offset, (uint)length, write: false);
    }

    [MethodImpl(HotCode.Optimized)]
    public static ulong WritableSlice(RunState run, ulong dynptr, ulong offset, ulong buffer, ulong length, ulong r5) =>
        ((Dynptr*)dynptr)->IsReadOnly ? 0 : Slice(run, dynptr, offset, buffer, length, r5);

    [MethodImpl(HotCode.Optimized)]
    public static ulong Adjust(RunState run, ulong dynptr, ulong start, ulong end, ulong r4, ulong r5)
    {
        var bytes = (Dynptr*)dynptr;
        if (bytes->IsNull || (uint)start > (uint)end) return Answer(Errno.EINVAL);
        if ((uint)end > bytes->Size) return Answer(Errno.ERANGE);
        bytes->Narrow((uint)start, (uint)end);
        return 0;
    }

    [MethodImpl(HotCode.Optimized)]
    public static ulong IsNull(RunState run, ulong dynptr, ulong r2, ulong r3, ulong r4, ulong r5) => ((Dynptr*)dynptr)->IsNull ? 1u : 0;

    [MethodImpl(HotCode.Optimized)]
    public static ulong IsReadOnly(RunState run, ulong dynptr, ulong r2, ulong r3, ulong r4, ulong r5) => ((Dynptr*)dynptr)->IsReadOnly ? 1u : 0;

    /// <summary>An unsigned 32-bit number, also where it is an error.</summary>
    [MethodImpl(HotCode.Optimized)]
    public static ulong Size(RunState run, ulong dynptr, ulong r2, ulong r3, ulong r4, ulong r5) =>
        ((Dynptr*)dynptr)->IsNull ? (uint)Answer(Errno.EINVAL) : ((Dynptr*)dynptr)->Size;

    [MethodImpl(HotCode.Optimized)]
    public static ulong Clone(RunState run, ulong dynptr, ulong clone, ulong r3, ulong r4, ulong r5)
    {
        var bytes = *(Dynptr*)dynptr;
        *(Dynptr*)clone = bytes;
        return bytes.IsNull ? Answer(Errno.EINVAL) : 0;
    }

    /// <summary>bpf_ringbuf_reserve_dynptr: there is something to give back even where nothing could be reserved.</summary>
    [MethodImpl(HotCode.Optimized)]
    public static ulong Reserve(RunState run, ulong map, ulong size, ulong flags, ulong dynptr, ulong r5)
    {
        var error = flags != 0 ? Errno.EINVAL : (uint)size > Dynptr.LargestSize ? Errno.E2BIG : Errno.None;
        ulong sample = error == Errno.None ? RingBufferHelpers.Reserve(run, map, (uint)size, 0, 0, 0) : 0;
        return Make(dynptr, DynptrKind.RingBuffer, sample, (uint)size, sample == 0 && error == Errno.None ? Errno.EINVAL : error);
    }

    [MethodImpl(HotCode.Optimized)]
    public static ulong Submit(RunState run, ulong dynptr, ulong flags, ulong r3, ulong r4, ulong r5) => GiveBack(run, (Dynptr*)dynptr, flags, discard: false);

    [MethodImpl(HotCode.Optimized)]
    public static ulong Discard(RunState run, ulong dynptr, ulong flags, ulong r3, ulong r4, ulong r5) => GiveBack(run, (Dynptr*)dynptr, flags, discard: true);

    private static ulong GiveBack(RunState run, Dynptr* dynptr, ulong flags, bool discard)
    {
        ulong sample = dynptr->Data;
        *dynptr = default;
        if (sample != 0) run.TakeReservation(sample)?.Commit(sample, flags, discard);
        return 0;
    }

    private static ulong OfPacket(RunState run, DynptrKind kind, ulong context, ulong flags, ulong dynptr)
    {
        uint size = (uint)(run.DataEnd - run.Data);
        var error = flags != 0 ? Errno.EINVAL : size > Dynptr.LargestSize ? Errno.E2BIG : Errno.None;
        return Make(dynptr, kind, context, size, error, isReadOnly: run.Program.Type.Packet != PacketAccess.Write);
    }

    private static ulong Make(ulong target, DynptrKind kind, ulong address, uint size, Errno error, bool isReadOnly = false)
    {
        *(Dynptr*)target = error == Errno.None ? new Dynptr(kind, address, size, isReadOnly) : default;
        return Answer(error);
    }

    // Where a range of its bytes lies. They are asked for although the verifier has proven that they are the run's: what holds their address is
    // only stack to a program that nobody verified.
    private static byte* Bytes(RunState run, Dynptr* dynptr, uint offset, uint length, bool write)
    {
        if (dynptr->IsPacket && !run.HasPacket) throw run.Fault(run.Instruction, "asks for bytes of a packet, where there is none");
        byte* at = (dynptr->IsPacket ? run.Data : (byte*)dynptr->Data) + dynptr->Offset + offset;
        if (length > 0 && !run.Owns((ulong)at, length, write)) throw run.Fault(run.Instruction, $"asks for {length} bytes of a dynptr that leads to 0x{(ulong)at:x}, where the run owns less");
        return at;
    }

    // The two may overlap.
    private static void Copy(byte* from, byte* to, uint length) => new ReadOnlySpan<byte>(from, (int)length).CopyTo(new Span<byte>(to, (int)length));

    private static ulong Answer(Errno error) => (ulong)-(long)error;
}

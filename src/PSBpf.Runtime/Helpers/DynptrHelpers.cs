using PSBpf.Runtime.Memory;
using PSBpf.Runtime.Runs;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Helpers;

#pragma warning disable IDE0060 // All helpers have the same signature.

/// <summary>What is done with dynptrs of memory that lies in one piece.</summary>
internal static unsafe class DynptrHelpers
{
    /// <summary>bpf_dynptr_read.</summary>
    public static ulong Read(RunState run, ulong target, ulong length, ulong source, ulong offset, ulong flags)
    {
        var dynptr = (Dynptr*)source;
        if (dynptr->Data == 0 || flags != 0) return Answer(Errno.EINVAL);
        if (!Fits(dynptr, offset, length)) return Answer(Errno.E2BIG);
        Buffer.MemoryCopy((void*)AddressIn(dynptr, offset), (void*)target, length, length);
        return 0;
    }

    /// <summary>bpf_dynptr_write.</summary>
    public static ulong Write(RunState run, ulong target, ulong offset, ulong source, ulong length, ulong flags)
    {
        var dynptr = (Dynptr*)target;
        if (dynptr->Data == 0 || dynptr->IsReadOnly) return Answer(Errno.EINVAL);
        if (!Fits(dynptr, offset, length)) return Answer(Errno.E2BIG);
        if (flags != 0) return Answer(Errno.EINVAL);
        Buffer.MemoryCopy((void*)source, (void*)AddressIn(dynptr, offset), length, length);
        return 0;
    }

    /// <summary>bpf_dynptr_data.</summary>
    public static ulong Data(RunState run, ulong source, ulong offset, ulong length, ulong r4, ulong r5)
    {
        var dynptr = (Dynptr*)source;
        return dynptr->Data == 0 || dynptr->IsReadOnly || !Fits(dynptr, offset, length) ? 0 : AddressIn(dynptr, offset);
    }

    // Offsets and lengths are of 32 bits in the kernel too.
    private static bool Fits(Dynptr* dynptr, ulong offset, ulong length) => dynptr->Holds((uint)offset, (uint)length);

    private static ulong AddressIn(Dynptr* dynptr, ulong offset) => dynptr->Data + dynptr->Offset + (uint)offset;

    private static ulong Answer(Errno error) => (ulong)-(long)error;
}

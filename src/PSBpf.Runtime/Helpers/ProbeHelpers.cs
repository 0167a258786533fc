using System.Runtime.CompilerServices;
using PSBpf.Runtime.Memory;
using PSBpf.Runtime.Runs;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Helpers;

#pragma warning disable IDE0060 // All helpers have the same signature.

/// <summary>
/// Reads of any address: what the program owns counts as kernel memory, everything else is what the environment says. What is not there
/// gives EFAULT and zeros, and what could not even be kernel memory ERANGE.
/// </summary>
internal static unsafe class ProbeHelpers
{
    // Where user space ends, and where kernel addresses begin.
    private const ulong UserLimit = 0x0000_7fff_ffff_f000, FirstKernelAddress = 0xffff_8000_0000_0000;

    private const ulong Faulty = unchecked((ulong)-(long)Errno.EFAULT);

    /// <summary>bpf_probe_read: kernel or user memory, as the address is.</summary>
    [MethodImpl(HotCode.Optimized)]
    public static ulong Read(RunState run, ulong target, ulong size, ulong address, ulong r4, ulong r5) =>
        Copy(run, target, size, address, (address >= UserLimit || run.Owns(address, 1, write: false)) ? AddressSpace.Kernel : AddressSpace.User);

    [MethodImpl(HotCode.Optimized)]
    public static ulong ReadKernel(RunState run, ulong target, ulong size, ulong address, ulong r4, ulong r5) => Copy(run, target, size, address, AddressSpace.Kernel);

    [MethodImpl(HotCode.Optimized)]
    public static ulong ReadUser(RunState run, ulong target, ulong size, ulong address, ulong r4, ulong r5) => Copy(run, target, size, address, AddressSpace.User);

    /// <summary>bpf_probe_read_str.</summary>
    [MethodImpl(HotCode.Optimized)]
    public static ulong ReadText(RunState run, ulong target, ulong size, ulong address, ulong r4, ulong r5) =>
        CopyText(run, target, size, address, (address >= UserLimit || run.Owns(address, 1, write: false)) ? AddressSpace.Kernel : AddressSpace.User);

    [MethodImpl(HotCode.Optimized)]
    public static ulong ReadKernelText(RunState run, ulong target, ulong size, ulong address, ulong r4, ulong r5) => CopyText(run, target, size, address, AddressSpace.Kernel);

    [MethodImpl(HotCode.Optimized)]
    public static ulong ReadUserText(RunState run, ulong target, ulong size, ulong address, ulong r4, ulong r5) => CopyText(run, target, size, address, AddressSpace.User);

    /// <summary>bpf_copy_from_user, for programs that may sleep.</summary>
    [MethodImpl(HotCode.Optimized)]
    public static ulong CopyFromUser(RunState run, ulong target, ulong size, ulong address, ulong r4, ulong r5) => Copy(run, target, size, address, AddressSpace.User);

    /// <summary>bpf_probe_write_user: changes the bytes of the environment's user memory, and nothing else.</summary>
    [MethodImpl(HotCode.Optimized)]
    public static ulong WriteUser(RunState run, ulong address, ulong source, ulong size, ulong r4, ulong r5)
    {
        var bytes = run.Imaged(address, (int)size, AddressSpace.User);
        if (bytes.IsEmpty) return Faulty;
        new ReadOnlySpan<byte>((byte*)source, (int)size).CopyTo(bytes);
        return 0;
    }

    private static ulong Copy(RunState run, ulong target, ulong size, ulong address, AddressSpace space)
    {
        if (size > 0 && run.TryProbe(address, new Span<byte>((byte*)target, (int)size), space)) return 0;
        var error = ErrorOf(run, address, size, space);
        if (size == 0 && error == Errno.EFAULT && (space == AddressSpace.Kernel || address + size <= UserLimit)) return 0;
        new Span<byte>((byte*)target, (int)size).Clear();
        return (ulong)-(long)error;
    }

    /// <summary>The kernel does not even try addresses that cannot be its own (copy_from_kernel_nofault_allowed of x86-64, 48 bits).</summary>
    public static bool MayBeKernel(RunState run, ulong address, ulong size) => address >= FirstKernelAddress || run.Owns(address, (uint)Math.Max(size, 1), write: false);

    private static Errno ErrorOf(RunState run, ulong address, ulong size, AddressSpace space) =>
        space == AddressSpace.Kernel && !MayBeKernel(run, address, size) ? Errno.ERANGE : Errno.EFAULT;

    // Up to the zero byte, which counts; text that is longer is cut, with a zero at its end.
    private static ulong CopyText(RunState run, ulong target, ulong size, ulong address, AddressSpace space)
    {
        const int most = 64;
        Span<byte> part = stackalloc byte[most];
        var into = new Span<byte>((byte*)target, (int)size);
        for (int length = 0; length < into.Length;)
        {
            // Many bytes at once where all of them can be read; near an edge one after the other.
            var chunk = part[..Math.Min(most, into.Length - length)];
            if (!run.TryProbe(address + (ulong)length, chunk, space) && !run.TryProbe(address + (ulong)length, chunk = part[..1], space))
            {
                into.Clear();
                return (ulong)-(long)ErrorOf(run, address, 1, space);
            }

            int end = chunk.IndexOf((byte)0);
            if (end >= 0) chunk = chunk[..(end + 1)];
            chunk.CopyTo(into[length..]);
            length += chunk.Length;
            if (end >= 0) return (ulong)length;
        }

        if (into.Length > 0) into[^1] = 0;
        return size;
    }
}

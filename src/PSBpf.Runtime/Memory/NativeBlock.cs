using System.Runtime.InteropServices;
using PSBpf.Diagnostics;

namespace PSBpf.Runtime.Memory;

/// <summary>
/// Zeroed native memory that does not move. Large blocks come as untouched pages, so that a map of a million entries costs
/// what is used of it. It is freed when nothing refers to the block any more, or before that by who knows that nobody
/// holds a pointer into it.
/// </summary>
internal sealed unsafe class NativeBlock
{
    /// <summary>A cache line, so that neighbours never share one.</summary>
    public const int Alignment = 64;

    private nint _allocation;

    /// <summary>Takes memory.</summary>
    /// <exception cref="BpfException">BPF2004 when the machine has none left.</exception>
    public NativeBlock(long length)
    {
        Length = length;
        try
        {
            _allocation = (nint)NativeMemory.AllocZeroed((nuint)(length + Alignment));
        }
        catch (OutOfMemoryException exception)
        {
            throw new BpfException(DiagnosticRules.MapMemory.At($"{length} bytes of native memory cannot be had."), exception);
        }

        Address = (byte*)((_allocation + Alignment - 1) & ~(nint)(Alignment - 1));
        GC.AddMemoryPressure(length + Alignment);
    }

    ~NativeBlock() => Free();

    /// <summary>The first byte, aligned to a cache line.</summary>
    public byte* Address { get; }

    /// <summary>Bytes.</summary>
    public long Length { get; }

    /// <summary>Frees it now.</summary>
    public void Free()
    {
        nint allocation = Interlocked.Exchange(ref _allocation, 0);
        if (allocation == 0) return;
        NativeMemory.Free((void*)allocation);
        GC.RemoveMemoryPressure(Length + Alignment);
    }
}

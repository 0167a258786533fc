using System.Runtime.InteropServices;
using PSBpf.Diagnostics;

namespace PSBpf.Runtime.Memory;

/// <summary>
/// Zeroed native memory that does not move, with one owner. Large blocks come as untouched pages, so that a map of a
/// million entries costs what is used of it.
/// </summary>
internal sealed unsafe class NativeBlock : IDisposable
{
    /// <summary>A cache line, so that neighbours never share one.</summary>
    public const int Alignment = 64;

    private void* _allocation;

    /// <summary>Takes memory.</summary>
    /// <exception cref="BpfException">BPF2004 when the machine has none left.</exception>
    public NativeBlock(long length)
    {
        Length = length;
        try
        {
            _allocation = NativeMemory.AllocZeroed((nuint)(length + Alignment));
        }
        catch (OutOfMemoryException exception)
        {
            throw new BpfException(DiagnosticRules.MapMemory.At($"{length} bytes of native memory cannot be had."), exception);
        }

        Address = (byte*)(((nuint)_allocation + Alignment - 1) & ~(nuint)(Alignment - 1));
        GC.AddMemoryPressure(length + Alignment);
    }

    ~NativeBlock() => Free();

    /// <summary>The first byte, aligned to a cache line.</summary>
    public byte* Address { get; }

    /// <summary>Bytes.</summary>
    public long Length { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        void* allocation = _allocation;
        if (allocation == null) return;
        _allocation = null;
        NativeMemory.Free(allocation);
        GC.RemoveMemoryPressure(Length + Alignment);
    }
}

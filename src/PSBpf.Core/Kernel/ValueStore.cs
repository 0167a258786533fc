using System.Runtime.InteropServices;

namespace PSBpf.Kernel;

/// <summary>Writes into memory that programs read and write meanwhile.</summary>
public static class ValueStore
{
    /// <summary>Writes bytes; 1, 2, 4 or 8 of them at an address that is a multiple of that at once, so that nobody sees half of a number.</summary>
    /// <param name="target">Where, as many bytes.</param>
    /// <param name="bytes">What.</param>
    public static unsafe void Write(Span<byte> target, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* address = target)
        {
            switch (bytes.Length)
            {
                case sizeof(ulong) when (nuint)address % sizeof(ulong) == 0:
                    Volatile.Write(ref *(ulong*)address, MemoryMarshal.Read<ulong>(bytes));
                    break;
                case sizeof(uint) when (nuint)address % sizeof(uint) == 0:
                    Volatile.Write(ref *(uint*)address, MemoryMarshal.Read<uint>(bytes));
                    break;
                case sizeof(ushort) when (nuint)address % sizeof(ushort) == 0:
                    Volatile.Write(ref *(ushort*)address, MemoryMarshal.Read<ushort>(bytes));
                    break;
                default:
                    bytes.CopyTo(target);
                    break;
            }
        }
    }
}

using System.Runtime.CompilerServices;

namespace PSBpf.Runtime.Memory;

/// <summary>Copies keys and values: most have 4, 8 or 16 bytes, for which a call costs more than the copy.</summary>
internal static unsafe class SmallCopy
{
    /// <summary>Copies bytes that do not overlap.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Copy(byte* from, byte* to, int size)
    {
        if (size == sizeof(ulong))
        {
            *(ulong*)to = *(ulong*)from;
        }
        else if (size == sizeof(uint))
        {
            *(uint*)to = *(uint*)from;
        }
        else if (size == 2 * sizeof(ulong))
        {
            ulong first = *(ulong*)from, second = *(ulong*)(from + sizeof(ulong));
            *(ulong*)to = first;
            *(ulong*)(to + sizeof(ulong)) = second;
        }
        else
        {
            Unsafe.CopyBlockUnaligned(to, from, (uint)size);
        }
    }
}

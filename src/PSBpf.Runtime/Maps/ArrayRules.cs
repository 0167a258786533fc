using System.Runtime.CompilerServices;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Maps;

/// <summary>What bpf(2) says about keys of all array-like maps.</summary>
internal static unsafe class ArrayRules
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Errno CheckUpdate(uint index, uint count, ulong flags)
    {
        if (flags > (ulong)MapUpdateFlags.Exist) return Errno.EINVAL;
        if (index >= count) return Errno.E2BIG;
        return flags == (ulong)MapUpdateFlags.NoExist ? Errno.EEXIST : Errno.None;
    }

    /// <summary>The next element of a walk; its key is in the cursor.</summary>
    public static ulong NextElement(RuntimeMap map, MapCursor* cursor, int cpu, out ulong key)
    {
        key = (ulong)&cursor->Index;
        if (cursor->Rounds >= map.Spec.MaxEntries) return 0;
        cursor->Index = cursor->Rounds++;
        return map.Lookup((byte*)key, cpu);
    }

    public static Errno NextKey(byte* key, byte* next, uint count)
    {
        uint index = key == null ? uint.MaxValue : *(uint*)key;
        if (index == count - 1) return Errno.ENOENT;
        *(uint*)next = index < count ? index + 1 : 0;
        return Errno.None;
    }
}

using System.Runtime.CompilerServices;
using PSBpf.Isa;

namespace PSBpf.Runtime.Interpreter;

/// <summary>Atomic instructions on real memory (RFC 9669, section 5.3). The address is checked and aligned.</summary>
internal static unsafe class AtomicOperations
{
    /// <summary>Executes one; results go to the registers.</summary>
    public static void Execute(Operation* operation, ulong address, ulong* registers)
    {
        ref long wide = ref Unsafe.AsRef<long>((void*)address);
        ref int narrow = ref Unsafe.AsRef<int>((void*)address);
        ulong* source = registers + operation->Source;
        long value = (long)*source;
        switch (operation->Form)
        {
            case FormId.AtomicAdd64: Interlocked.Add(ref wide, value); break;
            case FormId.AtomicAdd32: Interlocked.Add(ref narrow, (int)value); break;
            case FormId.AtomicOr64: Interlocked.Or(ref wide, value); break;
            case FormId.AtomicOr32: Interlocked.Or(ref narrow, (int)value); break;
            case FormId.AtomicAnd64: Interlocked.And(ref wide, value); break;
            case FormId.AtomicAnd32: Interlocked.And(ref narrow, (int)value); break;
            case FormId.AtomicXor64: FetchXor(ref wide, value); break;
            case FormId.AtomicXor32: FetchXor(ref narrow, (int)value); break;
            case FormId.AtomicFetchAdd64: *source = (ulong)FetchAdd(ref wide, value); break;
            case FormId.AtomicFetchAdd32: *source = (uint)FetchAdd(ref narrow, (int)value); break;
            case FormId.AtomicFetchOr64: *source = (ulong)Interlocked.Or(ref wide, value); break;
            case FormId.AtomicFetchOr32: *source = (uint)Interlocked.Or(ref narrow, (int)value); break;
            case FormId.AtomicFetchAnd64: *source = (ulong)Interlocked.And(ref wide, value); break;
            case FormId.AtomicFetchAnd32: *source = (uint)Interlocked.And(ref narrow, (int)value); break;
            case FormId.AtomicFetchXor64: *source = (ulong)FetchXor(ref wide, value); break;
            case FormId.AtomicFetchXor32: *source = (uint)FetchXor(ref narrow, (int)value); break;
            case FormId.AtomicXchg64: *source = (ulong)Interlocked.Exchange(ref wide, value); break;
            case FormId.AtomicXchg32: *source = (uint)Interlocked.Exchange(ref narrow, (int)value); break;
            case FormId.AtomicCmpxchg64: registers[0] = (ulong)Interlocked.CompareExchange(ref wide, value, (long)registers[0]); break;
            case FormId.AtomicCmpxchg32: registers[0] = (uint)Interlocked.CompareExchange(ref narrow, (int)value, (int)registers[0]); break;
            default: throw new InvalidOperationException($"{operation->Form} is no atomic operation.");
        }
    }

    /// <summary>Loads with acquire order.</summary>
    public static ulong LoadAcquire(FormId form, ulong address) => form switch
    {
        FormId.LoadAcquireb => Volatile.Read(ref *(byte*)address),
        FormId.LoadAcquireh => Volatile.Read(ref *(ushort*)address),
        FormId.LoadAcquirew => Volatile.Read(ref *(uint*)address),
        _ => Volatile.Read(ref *(ulong*)address),
    };

    /// <summary>Stores with release order.</summary>
    public static void StoreRelease(FormId form, ulong address, ulong value)
    {
        switch (form)
        {
            case FormId.StoreReleaseb: Volatile.Write(ref *(byte*)address, (byte)value); break;
            case FormId.StoreReleaseh: Volatile.Write(ref *(ushort*)address, (ushort)value); break;
            case FormId.StoreReleasew: Volatile.Write(ref *(uint*)address, (uint)value); break;
            default: Volatile.Write(ref *(ulong*)address, value); break;
        }
    }

    /// <summary>Bytes that a form accesses.</summary>
    public static uint SizeOf(FormId form) => form switch
    {
        FormId.LoadAcquireb or FormId.StoreReleaseb => 1,
        FormId.LoadAcquireh or FormId.StoreReleaseh => 2,
        FormId.LoadAcquirew or FormId.StoreReleasew => 4,
        FormId.LoadAcquiredw or FormId.StoreReleasedw => 8,
        _ => ((form - FormId.AtomicAdd64) & 1) == 0 ? 8u : 4u,
    };

    // One operation each, which compiled code calls too.

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long FetchAdd(ref long target, long value) => Interlocked.Add(ref target, value) - value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int FetchAdd(ref int target, int value) => Interlocked.Add(ref target, value) - value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long FetchOr(ref long target, long value) => Interlocked.Or(ref target, value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int FetchOr(ref int target, int value) => Interlocked.Or(ref target, value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long FetchAnd(ref long target, long value) => Interlocked.And(ref target, value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int FetchAnd(ref int target, int value) => Interlocked.And(ref target, value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long Exchange(ref long target, long value) => Interlocked.Exchange(ref target, value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Exchange(ref int target, int value) => Interlocked.Exchange(ref target, value);

    public static long FetchXor(ref long target, long value)
    {
        long old = Volatile.Read(ref target);
        while (true)
        {
            long seen = Interlocked.CompareExchange(ref target, old ^ value, old);
            if (seen == old) return old;
            old = seen;
        }
    }

    public static int FetchXor(ref int target, int value)
    {
        int old = Volatile.Read(ref target);
        while (true)
        {
            int seen = Interlocked.CompareExchange(ref target, old ^ value, old);
            if (seen == old) return old;
            old = seen;
        }
    }
}

using System.Buffers.Binary;
using System.Reflection;
using System.Reflection.Emit;
using PSBpf.Runtime.Interpreter;
using PSBpf.Runtime.Runs;

namespace PSBpf.Runtime.Jit.Emit;

/// <summary>Methods and fields that compiled code uses.</summary>
internal static class JitMethods
{
    private const BindingFlags All = BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    public static readonly MethodInfo Swap16 = Of(typeof(BinaryPrimitives), nameof(BinaryPrimitives.ReverseEndianness), typeof(ushort));
    public static readonly MethodInfo Swap32 = Of(typeof(BinaryPrimitives), nameof(BinaryPrimitives.ReverseEndianness), typeof(uint));
    public static readonly MethodInfo Swap64 = Of(typeof(BinaryPrimitives), nameof(BinaryPrimitives.ReverseEndianness), typeof(ulong));

    public static readonly MethodInfo LoadWindow = Of(typeof(RunState), nameof(RunState.Load));
    public static readonly MethodInfo StoreWindow = Of(typeof(RunState), nameof(RunState.Store));
    public static readonly MethodInfo LoadPacket = Of(typeof(CompiledCalls), nameof(CompiledCalls.LoadPacket));
    public static readonly MethodInfo CallChecked = Of(typeof(CompiledCalls), nameof(CompiledCalls.CallHelper));
    public static readonly MethodInfo CallThrough = Of(typeof(CompiledCalls), nameof(CompiledCalls.CallThrough));
    public static readonly MethodInfo SecondArgument = Of(typeof(CompiledCalls), nameof(CompiledCalls.SecondArgument));
    public static readonly MethodInfo CheckAtomic = Of(typeof(CompiledCalls), nameof(CompiledCalls.CheckAtomic));
    public static readonly MethodInfo ContextAddress = Of(typeof(CheckedMemory), nameof(CheckedMemory.ContextAddress));
    public static readonly MethodInfo QuickPacketBase = Of(typeof(CheckedMemory), nameof(CheckedMemory.QuickPacketBase));
    public static readonly MethodInfo QuickPacketRoom = Of(typeof(CheckedMemory), nameof(CheckedMemory.QuickPacketRoom));
    public static readonly MethodInfo EnterFrame = Of(typeof(CompiledCalls), nameof(CompiledCalls.EnterFrame));
    public static readonly MethodInfo LeaveFrame = Of(typeof(CompiledCalls), nameof(CompiledCalls.LeaveFrame));
    public static readonly MethodInfo NextElement = Of(typeof(CompiledCalls), nameof(CompiledCalls.NextElement));
    public static readonly MethodInfo NextRecord = Of(typeof(CompiledCalls), nameof(CompiledCalls.NextRecord));
    public static readonly MethodInfo EndRecords = Of(typeof(CompiledCalls), nameof(CompiledCalls.EndRecords));
    public static readonly MethodInfo RunsOut = Of(typeof(CompiledCalls), nameof(CompiledCalls.RunsOut));
    public static readonly MethodInfo Leave = Of(typeof(CompiledCalls), nameof(CompiledCalls.Leave));
    public static readonly MethodInfo CheckArgument = Of(typeof(CompiledCalls), nameof(CompiledCalls.CheckArgument));
    public static readonly MethodInfo ClearStack = Of(typeof(CompiledCalls), nameof(CompiledCalls.ClearStack));

    public static readonly MethodInfo SetTimerCallback = Of(typeof(CompiledCalls), nameof(CompiledCalls.SetTimerCallback));
    public static readonly MethodInfo TailTarget = Of(typeof(CompiledCalls), nameof(CompiledCalls.TailTarget));
    public static readonly MethodInfo TailTargetIn = Of(typeof(CompiledCalls), nameof(CompiledCalls.TailTargetIn));

    public static readonly FieldInfo EntryPointer = FieldOf(typeof(CompiledProgram), nameof(CompiledProgram.EntryPointer));
    public static readonly FieldInfo Fuel = FieldOf(typeof(RunState), nameof(RunState.Fuel));
    public static readonly FieldInfo CpuId = FieldOf(typeof(RunState), nameof(RunState.CpuId));

    private static readonly OpCode[] LoadCodes = [OpCodes.Ldind_U1, OpCodes.Ldind_U2, OpCodes.Ldind_U4, OpCodes.Ldind_I8];
    private static readonly OpCode[] SignedLoadCodes = [OpCodes.Ldind_I1, OpCodes.Ldind_I2, OpCodes.Ldind_I4, OpCodes.Ldind_I8];
    private static readonly OpCode[] StoreCodes = [OpCodes.Stind_I1, OpCodes.Stind_I2, OpCodes.Stind_I4, OpCodes.Stind_I8];

    /// <summary>The division or remainder of a width that never throws.</summary>
    public static MethodInfo DivisionOf(string name, int width)
    {
        var type = width == 64 ? typeof(ulong) : typeof(uint);
        return Of(typeof(Division), name, type, type);
    }

    /// <summary>An atomic operation that gives the old value.</summary>
    public static MethodInfo AtomicOf(string name, int width)
    {
        var type = width == 64 ? typeof(long) : typeof(int);
        return Of(typeof(AtomicOperations), name, type.MakeByRefType(), type);
    }

    /// <summary>Compare and exchange.</summary>
    public static MethodInfo CompareExchangeOf(int width)
    {
        var type = width == 64 ? typeof(long) : typeof(int);
        return Of(typeof(Interlocked), nameof(Interlocked.CompareExchange), type.MakeByRefType(), type, type);
    }

    /// <summary>The load of a width that checks.</summary>
    public static MethodInfo CheckedLoadOf(int width) => Of(typeof(CheckedMemory), "Load" + width);

    /// <summary>The store of a width that checks.</summary>
    public static MethodInfo CheckedStoreOf(int width) => Of(typeof(CheckedMemory), "Store" + width);

    public static OpCode LoadCode(int width, bool signed = false) => (signed ? SignedLoadCodes : LoadCodes)[int.Log2(width / 8)];

    public static OpCode StoreCode(int width) => StoreCodes[int.Log2(width / 8)];

    /// <summary>A method by name, and by parameters where there are several.</summary>
    public static MethodInfo Of(Type type, string name, params Type[] parameters) =>
        (parameters.Length == 0 ? type.GetMethod(name, All) : type.GetMethod(name, All, parameters)) ?? throw new MissingMethodException(type.FullName, name);

    /// <summary>The method that a call of a virtual one on an object of a known type ends in.</summary>
    public static MethodInfo Of(Type type, string name, bool inherited)
    {
        const BindingFlags instance = BindingFlags.Instance | BindingFlags.Public;
        return type.GetMethod(name, inherited ? instance : instance | BindingFlags.DeclaredOnly) ?? throw new MissingMethodException(type.FullName, name);
    }

    private static FieldInfo FieldOf(Type type, string name) => type.GetField(name, All) ?? throw new MissingFieldException(type.FullName, name);
}

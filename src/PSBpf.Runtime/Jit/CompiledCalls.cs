using System.Runtime.CompilerServices;
using PSBpf.Runtime.Maps;
using PSBpf.Runtime.Runs;

namespace PSBpf.Runtime.Jit;

/// <summary>What compiled code calls besides helpers.</summary>
internal static unsafe class CompiledCalls
{
    /// <summary>A legacy packet load; negative outside of the packet.</summary>
    public static long LoadPacket(RunState run, ulong context, int size, int offset, int slot)
    {
        run.Frame->Registers[6] = context;
        return run.LoadPacket(size, offset, slot) ? (long)run.Frame->Registers[0] : -1;
    }

    /// <summary>Calls a helper after checking its arguments by the prototype.</summary>
    public static ulong CallHelper(RunState run, int helper, int slot, ulong r1, ulong r2, ulong r3, ulong r4, ulong r5)
    {
        ulong* registers = run.Frame->Registers;
        registers[1] = r1;
        registers[2] = r2;
        registers[3] = r3;
        registers[4] = r4;
        registers[5] = r5;
        run.Instruction = slot;
        return run.CallHelper(helper, registers);
    }

    /// <summary>Calls the helper whose number a register holds.</summary>
    public static ulong CallThrough(RunState run, int register, ulong helper, int slot, ulong r1, ulong r2, ulong r3, ulong r4, ulong r5)
    {
        run.Instruction = slot;
        run.CheckHelper(register, helper);
        return CallHelper(run, (int)helper, slot, r1, r2, r3, r4, r5);
    }

    /// <summary>bpf_timer_set_callback, with the program whose function it is.</summary>
    public static ulong SetTimerCallback(RunState run, ulong timer, ulong function, ulong token) =>
        Helpers.TimerHelpers.SetCallback(run, timer, Interpreter.ProgramToken.ProgramOf(token), function);

    /// <summary>The second argument of a program that nobody verified.</summary>
    public static ulong SecondArgument(RunState run) => run.Frame->Registers[2];

    /// <summary>The program that a tail call goes on in; null when the call fails.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static CompiledProgram? TailTarget(RunState run, ProgArrayMap programs, uint index)
    {
        var frame = run.Frame;
        if (frame->TailCalls >= RunFrame.MaximumTailCalls || programs.Target(index) is not { } target) return null;
        frame->TailCalls++;
        return target.Unchecked ?? target.CompileUnchecked(run.Engine.Jit);
    }

    /// <summary>The same for a map that is only known when the call happens.</summary>
    public static CompiledProgram? TailTargetIn(RunState run, ulong map, uint index) => TailTarget(run, (ProgArrayMap)run.MapOf(map), index);

    /// <summary>Checks the address of an atomic instruction.</summary>
    public static void CheckAtomic(RunState run, ulong address, int size, bool write, int slot) => run.CheckAtomic(address, (uint)size, write, slot);

    /// <summary>Opens a checked frame for a subprogram.</summary>
    public static void EnterFrame(RunState run, int slot) => run.EnterFunction(slot);

    /// <summary>Closes it.</summary>
    public static void LeaveFrame(RunState run) => run.LeaveFunction();

    /// <summary>The next element of a map that a program walks through.</summary>
    /// <param name="run">The run.</param>
    /// <param name="map">The map's handle.</param>
    /// <param name="cursor">Where the walk is; behind it comes the key's address.</param>
    /// <returns>The value's address; 0 at the end.</returns>
    public static ulong NextElement(RunState run, ulong map, ulong cursor)
    {
        ulong value = run.MapOf(map).NextElement((MapCursor*)cursor, run.CpuId, out ulong key);
        *(ulong*)(cursor + (ulong)sizeof(MapCursor)) = key;
        return value;
    }

    /// <summary>The next record that a program takes out of a user ring buffer.</summary>
    public static ulong NextRecord(RunState run, ulong map, ulong flags, ulong cursor) => run.NextRecord(map, flags, (MapCursor*)cursor);

    /// <summary>There are no more, or the program wants no more.</summary>
    /// <returns>What the helper returns.</returns>
    public static ulong EndRecords(RunState run, ulong map, ulong cursor) => run.EndRecords(map, (MapCursor*)cursor);

    /// <summary>Goes on in the interpreter; registers are in the words above the frame.</summary>
    public static ulong Leave(RunState run, ulong framePointer, int slot) => run.GoOnInterpreted((ulong*)framePointer, slot);

    /// <summary>Checks memory that a register passes to a helper for reading.</summary>
    public static void CheckArgument(RunState run, int register, ulong address, int size, int slot)
    {
        run.Instruction = slot;
        run.CheckMemory(register - 1, address, (ulong)size, write: false);
    }

    /// <summary>The fault of running past the end.</summary>
    public static ulong RunsOut(RunState run, int slot) => throw run.UnknownOperation(slot);

    /// <summary>Clears what a function uses of its stack.</summary>
    public static void ClearStack(ulong framePointer, int bytes) => new Span<byte>((byte*)framePointer - bytes, bytes).Clear();
}

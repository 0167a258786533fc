using PSBpf.Runtime.Helpers;
using PSBpf.Runtime.Maps;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Runs;

/// <summary>
/// Helpers that call functions of the program, for the interpreter: the call is executed again after each round, as the verifier
/// sees it, until there are no more.
/// </summary>
internal sealed unsafe partial class RunState
{
    // One for each frame that may be in such a call; made when the first one is.
    private CallbackLoop[]? _loops;

    // Beside them, in memory that does not move, since arrays have their keys there.
    private MapCursor[] _cursors = [];

    /// <summary>Begins the next round of a call, or ends it: r0 has its result then.</summary>
    /// <param name="index">The call's slot.</param>
    /// <param name="helper">Which helper.</param>
    /// <returns>The slot to go on with, in a new frame; −1 when the call is done.</returns>
    /// <exception cref="Diagnostics.BpfException">BPF2101: what is called back is no function.</exception>
    public int StepCallback(int index, int helper)
    {
        var frame = Frame;
        ulong* registers = frame->Registers;
        if (_loops is null)
        {
            _loops = new CallbackLoop[RunFrame.DeepestFrames];
            _cursors = GC.AllocateArray<MapCursor>(RunFrame.DeepestFrames, pinned: true);
        }

        var cursor = (MapCursor*)System.Runtime.CompilerServices.Unsafe.AsPointer(ref _cursors[frame->Depth]);
        ref var loop = ref _loops[frame->Depth];
        if (!loop.IsActive)
        {
            *cursor = default;
            var error = Begin(ref loop, helper, index, registers);
            if (error != Errno.None)
            {
                registers[0] = (ulong)-(long)error;
                return -1;
            }
        }
        else if (registers[0] != 0)
        {
            return End(ref loop, cursor, registers);
        }

        ulong first, second, third = 0, fourth = 0;
        if (loop.IsDrain)
        {
            ulong record = NextRecord(loop.Handle, loop.Flags, cursor);
            if (record == 0) return End(ref loop, cursor, registers);
            (first, second) = (record, loop.Context);
        }
        else if (loop.Map is { } map)
        {
            ulong value = map.NextElement(cursor, Cpu.Id, out loop.Key);
            if (value == 0) return End(ref loop, cursor, registers);
            loop.KeyLength = (uint)map.KeySize;
            (first, second, third, fourth) = (loop.Handle, loop.Key, value, loop.Context);
        }
        else
        {
            if (cursor->Rounds >= loop.Count) return End(ref loop, cursor, registers);
            (first, second) = (cursor->Rounds++, loop.Context);
        }

        // It returns to the call itself.
        EnterFunction(index - 1);
        _loops[frame->Depth].IsActive = false;
        registers[1] = first;
        registers[2] = second;
        registers[3] = third;
        registers[4] = fourth;
        return loop.Function;
    }

    private Errno Begin(ref CallbackLoop loop, int helper, int index, ulong* registers)
    {
        bool drains = helper == CallbackHelpers.DrainRecords;
        if (registers[4] != 0 && !drains) return Errno.EINVAL;
        if (helper == CallbackHelpers.Loop && (uint)registers[1] > CallbackHelpers.MaximumRounds) return Errno.E2BIG;
        if (!Program.IsFunction(registers[2])) throw Fault(index, $"calls back 0x{registers[2]:x}, which is no function");
        bool walks = helper == CallbackHelpers.ForEachMapElement;
        loop = new CallbackLoop
        {
            IsActive = true,
            Function = (int)registers[2],
            Context = registers[3],
            Handle = registers[1],
            Count = (uint)registers[1],
            IsDrain = drains,
            Flags = registers[4],
            Map = walks || drains ? MapPassed(index, registers[1]) : null,
        };
        return Errno.None;
    }

    private RuntimeMap MapPassed(int index, ulong handle) => Engine.Maps.Find(handle) ?? throw Fault(index, $"passes 0x{handle:x} as r1, which is no map");

    private int End(ref CallbackLoop loop, MapCursor* cursor, ulong* registers)
    {
        registers[0] = loop.IsDrain ? EndRecords(loop.Handle, cursor) : cursor->Rounds;
        loop.IsActive = false;
        loop.Map = null;
        return -1;
    }

    private void ForgetLoops()
    {
        if (_loops is not null) Array.Clear(_loops);
    }

    // A key that a helper hands out may be read as long as the call goes on.
    private bool OwnsKey(ulong address, uint size, bool write)
    {
        if (write) return false;
        if (Contains(_calledKey, _calledKeyLength, address, size)) return true;
        if (_loops is null) return false;
        for (int depth = 0; depth < Frame->Depth; depth++)
            if (_loops[depth].IsActive && Contains(_loops[depth].Key, _loops[depth].KeyLength, address, size)) return true;
        return false;
    }

    private struct CallbackLoop
    {
        public bool IsActive, IsDrain;
        public int Function;
        public ulong Context, Handle, Count, Key, Flags;
        public uint KeyLength;
        public RuntimeMap? Map;
    }
}

using PSBpf.Runtime.Interpreter;
using PSBpf.Runtime.Maps;

namespace PSBpf.Runtime.Runs;

/// <summary>Tail calls: another program in the place of the running one, or of a subprogram of it.</summary>
internal sealed unsafe partial class RunState
{
    // Programs that wait for what took the place of one of their subprograms, with the depth of that frame; innermost last.
    private readonly (ExecutableProgram Program, int Depth)[] _waiting = new (ExecutableProgram, int)[RunFrame.MaximumTailCalls];
    private int _waitingCount;

    /// <summary>bpf_tail_call. When it succeeds, the target begins in the current frame, and <see cref="Program"/> is the target.</summary>
    /// <param name="index">The call's slot.</param>
    /// <returns>False when there is no program at the index, or there were too many tail calls in this run.</returns>
    public bool TailCall(int index)
    {
        var frame = Frame;
        ulong* registers = frame->Registers;
        if (registers[1] != (ulong)Context) throw Fault(index, $"passes 0x{registers[1]:x} as r1, which is not the context");
        if (Engine.Maps.Find(registers[2]) is not ProgArrayMap programs) throw Fault(index, $"passes 0x{registers[2]:x} as r2, which is no program array");
        if (frame->TailCalls == RunFrame.MaximumTailCalls || programs.Target((uint)registers[3]) is not { } target) return false;
        frame->TailCalls++;
        if (frame->Depth > frame->ReplacedDepth)
        {
            _waiting[_waitingCount++] = (Program, frame->Depth);
            frame->ReplacedDepth = frame->Depth;
        }

        Program = target;
        ulong context = registers[1];
        new Span<ulong>(registers, RegisterCount).Clear();
        registers[1] = context;
        frame->MayGoto = RunFrame.MayGotoLimit;
        OpenStack(frame->Depth);
        return true;
    }

    /// <summary>The end of a program that took a subprogram's place: the caller's program goes on, once the frame is left.</summary>
    public ExecutableProgram ResumeWaiting()
    {
        Program = _waiting[--_waitingCount].Program;
        _waiting[_waitingCount] = default;
        Frame->ReplacedDepth = _waitingCount > 0 ? _waiting[_waitingCount - 1].Depth : 0;
        return Program;
    }

    // What an earlier run left, which may have ended anywhere.
    private void ForgetTailCalls()
    {
        Program = _entry;
        Frame->TailCalls = 0;
        Frame->ReplacedDepth = 0;
        if (_waitingCount == 0) return;
        Array.Clear(_waiting, 0, _waitingCount);
        _waitingCount = 0;
    }
}

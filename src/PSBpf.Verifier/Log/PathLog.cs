using System.Globalization;
using System.Text;
using PSBpf.Isa;
using PSBpf.Kernel;
using PSBpf.Objects;
using PSBpf.Verifier.Cfg;
using PSBpf.Verifier.Domain;
using PSBpf.Verifier.Explain;

namespace PSBpf.Verifier.Log;

/// <summary>
/// Writes what a verifier does while it walks, line by line as the kernel's log has it: each instruction with the registers and stack slots that it
/// touched as they are afterwards, where paths begin, and where one ends because a state that was explored covers it.
/// </summary>
internal sealed class PathLog(ProgramSpec spec, IReadOnlyList<MapSpec> maps, ProgramSetting setting, DecodedInstruction[] code, TextWriter output) : IPathObserver
{
    private const int All = 0x7ff, ReturnValue = 1;

    // Where the kernel starts what an instruction did, and the step by which it gives way to long ones.
    private const int Column = 40, Step = 8;

    private readonly StateNotation _notation = new(maps, setting);
    private readonly string[] _mapNames = [.. spec.Maps.Select(map => map.Name)];
    private readonly StringBuilder _text = new();
    private string _sourceLine = "";
    private Awaited _awaited = Awaited.Start;
    private int _lastPc, _lineLength, _registers;
    private ulong _slots;

    // What is written when the state after the last instruction is known.
    private enum Awaited
    {
        Start,
        Changes,
        Call,
        Return,
        Path,
    }

    /// <summary>What comes before the first path in a log of level 2: the functions, and the registers that live.</summary>
    public void WriteOutline(ControlFlow flow, ushort[] live)
    {
        for (int function = 0; function < flow.Functions.Count; function++) Line($"func#{function} @{flow.Functions[function]}");
        Line($"Live regs before insn:");
        for (int pc = 0; pc < code.Length; pc++)
        {
            if (code[pc].Form == FormId.None) continue;
            _text.Append(CultureInfo.InvariantCulture, $"    {pc,3}: ");
            for (int register = 0; register < 10; register++) _text.Append((live[pc] >> register & 1) != 0 ? (char)('0' + register) : '.');
            _text.Append(' ');
            AppendInstruction(pc);
            EndLine();
        }
    }

    /// <inheritdoc/>
    public void Before(int pc, PathState state)
    {
        Complete(pc, state);
        if (spec.LineAt(pc)?.Source is { } source && source.ToString() is var place && place != _sourceLine)
        {
            _sourceLine = place;
            Line($"; {source.Text.Trim()} @ {Path.GetFileName(source.File)}:{source.Line}");
        }

        _text.Append(CultureInfo.InvariantCulture, $"{pc}: ");
        AppendInstruction(pc);
        _lineLength = _text.Length;
        _lastPc = pc;
        _awaited = Awaited.Changes;
        ref readonly var instruction = ref code[pc];
        var (reads, writes) = RegisterMasks.Of(in instruction);
        _registers = instruction.Row.Kind == FormKind.CallHelper ? ReturnValue : (reads | writes) & All;
        _slots = SlotsOf(in instruction, state);
        switch (instruction.Row.Kind)
        {
            case FormKind.CallFunction:
                EndLine();
                _text.Append("caller:\n");
                AppendFrame(state, state.Depth);
                _awaited = Awaited.Call;
                break;
            case FormKind.Exit when state.Depth > 0:
                EndLine();
                _text.Append("returning from callee:\n");
                AppendFrame(state, state.Depth);
                _awaited = Awaited.Return;
                break;
        }
    }

    /// <inheritdoc/>
    public void Wrote(int frame, int from, int end) => _slots |= FrameState.SlotMask(from, end);

    /// <inheritdoc/>
    public void Begin(int from, int to, PathState state)
    {
        EndLine();
        _text.Append(CultureInfo.InvariantCulture, $"\nfrom {from} to {to}:");
        _lastPc = from;
        _awaited = Awaited.Path;
    }

    /// <inheritdoc/>
    public void Covered(int pc)
    {
        if (_awaited == Awaited.Path)
        {
            _text.Append(" safe\n");
            Flush();
        }
        else
        {
            EndLine();
            Line($"{pc}: safe");
        }

        _awaited = Awaited.Start;
    }

    /// <summary>What comes last: the objection, if there is one, and the figures.</summary>
    public void Finish(BpfVerification report, Explorer explorer)
    {
        EndLine();
        if (report.Message.Length > 0) Line($"{report.Message}");
        Line($"stack depth {report.StackDepth}");
        Line($"processed {explorer.Processed} insns (limit {explorer.Budget}) max_states_per_insn {explorer.MostStatesOfInstruction} total_states {explorer.TotalStates} peak_states {explorer.PeakStates} mark_read 0");
    }

    private void Complete(int pc, PathState state)
    {
        switch (_awaited)
        {
            case Awaited.Changes:
                // The registers of a function that was left mean nothing any more.
                _text.Append(' ', Padding(_lineLength)).Append(';');
                _notation.Append(_text, state, state.Depth, _registers, _slots);
                EndLine();
                break;
            case Awaited.Start:
                AppendPoint(pc, state);
                break;
            case Awaited.Call:
                _text.Append("callee:\n");
                AppendFrame(state, state.Depth);
                AppendPoint(pc, state);
                break;
            case Awaited.Return:
                _text.Append(CultureInfo.InvariantCulture, $"to caller at {pc}:\n");
                AppendFrame(state, state.Depth);
                _text.Append(CultureInfo.InvariantCulture, $"\nfrom {_lastPc} to {pc}:");
                AppendFrame(state, state.Depth);
                break;
            case Awaited.Path:
                AppendFrame(state, state.Depth);
                AppendPoint(pc, state);
                break;
        }
    }

    private void AppendPoint(int pc, PathState state)
    {
        _text.Append(CultureInfo.InvariantCulture, $"{pc}:");
        AppendFrame(state, state.Depth);
    }

    private void AppendFrame(PathState state, int depth)
    {
        _notation.Append(_text, state, depth, All, ulong.MaxValue);
        EndLine();
    }

    private void AppendInstruction(int pc)
    {
        // The log says from where a distance counts.
        string text = Disassembler.Format(spec.Instructions, pc, _mapNames).Replace(" +", code[pc].Row.Kind is FormKind.Branch or FormKind.Jump or FormKind.MayGoto ? " pc+" : " +", StringComparison.Ordinal);
        _text.Append(CultureInfo.InvariantCulture, $"({spec.Instructions[pc].Opcode:x2}) {text}");
    }

    private static ulong SlotsOf(in DecodedInstruction instruction, PathState state)
    {
        var kind = instruction.Row.Kind;
        bool loads = kind is FormKind.Load or FormKind.LoadSigned or FormKind.LoadAcquire;
        if (!loads && kind is not (FormKind.Store or FormKind.StoreImmediate or FormKind.StoreRelease or FormKind.Atomic or FormKind.AtomicExchange or FormKind.AtomicCompareExchange)) return 0;
        ref readonly var pointer = ref state.Current.Registers[loads ? instruction.Source : instruction.Destination];
        if (pointer.Type != RegisterType.Stack) return 0;
        long at = (long)pointer.Offset + instruction.Offset, least = at + pointer.SignedMin, end = at + pointer.SignedMax + (instruction.Row.Width / 8);
        return least >= -FrameState.StackBytes && end <= 0 ? FrameState.SlotMask((int)least, (int)end) : 0;
    }

    private static int Padding(int length)
    {
        int position = length + 1, column = Math.Max(position + (Step / 2), Column);
        return ((column + Step - 1) / Step * Step) - position - 1;
    }

    private void Line(FormattableString line)
    {
        _text.Append(line.ToString(CultureInfo.InvariantCulture));
        EndLine();
    }

    private void EndLine()
    {
        if (_text.Length > 0 && _text[^1] != '\n') _text.Append('\n');
        Flush();
    }

    private void Flush()
    {
        output.Write(_text);
        _text.Clear();
    }
}

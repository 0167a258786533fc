using System.Globalization;
using PSBpf.Diagnostics;
using PSBpf.Isa;
using PSBpf.Kernel;
using PSBpf.Objects;
using PSBpf.Verifier.Domain;

namespace PSBpf.Verifier.Explain;

/// <summary>A path that was walked, instruction by instruction: the source of causes and logs.</summary>
internal sealed class Trail(ProgramSpec spec, IReadOnlyList<TrailStep> steps)
{
    /// <summary>How the note of a call ends that took away what was known of a pointer.</summary>
    public const string Lost = "this call ends what was known of it";

    private const int MaxCauses = 8;

    private readonly string[] _mapNames = [.. spec.Maps.Select(map => map.Name)];

    /// <summary>
    /// The instructions that made the value that was refused, oldest first: backwards from the refusal through the
    /// registers and stack slots that went into it, into functions that were called and out to their callers.
    /// </summary>
    public IReadOnlyList<VerificationPoint> Causes(Refusal refusal)
    {
        if (refusal.Rule == DiagnosticRules.ReferenceLeak) return SinceAcquired(refusal);
        if (refusal.Register < 0 || steps.Count == 0) return [];
        var refused = steps[^1].Registers[refusal.Register];
        var causes = new List<VerificationPoint>();
        var slots = new HashSet<int>();
        var callers = new Stack<int>();
        int wanted = 1 << refusal.Register, depth = steps[^1].Depth;
        for (int index = steps.Count - 2; index >= 0 && (wanted != 0 || slots.Count > 0) && causes.Count < MaxCauses; index--)
        {
            var step = steps[index];
            if (step.Depth > depth)
            {
                // Out of this function's call comes r0; what else happened there does not matter.
                if ((wanted & 1) == 0 || step.Depth != depth + 1 || index + 1 >= steps.Count || steps[index + 1].Depth != depth) continue;
                callers.Push(wanted & ~1);
                (wanted, depth) = (1, step.Depth);
                slots.Clear();
            }
            else if (step.Depth < depth)
            {
                // The call: arguments come from the caller, and what it wanted itself it wants still.
                wanted = (wanted & CallerSaved) | (callers.TryPop(out int others) ? others : 0);
                depth = step.Depth;
                slots.Clear();
                continue;
            }

            var slot = spec.Instructions[step.Pc];
            if (InstructionTable.Find(slot) is not { } row) continue;
            if (LostByCall(index, row, wanted) is { } lost)
            {
                causes.Add(lost);
                break;
            }

            bool compares = row.Kind == FormKind.Branch && ((wanted & (1 << slot.Destination)) != 0 || (row.UsesSource && (wanted & (1 << slot.Source)) != 0));
            if (IsPacketCheck(step, row, slot, in refused))
            {
                causes.Add(Point(step.Pc, DescribeProven(index + 1, in refused)) with { Before = DescribeProven(index, in refused) });
                continue;
            }

            if (row.Kind == FormKind.Store && slot.Destination == 10 && slots.Remove(slot.Offset))
            {
                if (row.UsesSource) wanted |= 1 << slot.Source;
                continue;
            }

            int written = Written(row, slot);
            if ((written & wanted) == 0 && !compares) continue;
            int about = compares ? ((wanted & (1 << slot.Destination)) != 0 ? slot.Destination : slot.Source) : System.Numerics.BitOperations.TrailingZeroCount(written & wanted);
            var after = After(index, about);
            bool told = compares || (row.Kind is not (FormKind.Load or FormKind.LoadSigned or FormKind.LoadAcquire) && (Sources(row, slot) & (1 << about)) != 0);
            string before = told && step.Registers[about].Type != RegisterType.Uninitialized ? Describe(about, in step.Registers[about]) : "";
            string note = Describe(about, in after);
            if (ProofLost(in step.Registers[about], in after, compares, written)) note += string.Create(CultureInfo.InvariantCulture, $": the {step.Registers[about].Range} bytes proven before do not count for it");
            causes.Add(Point(step.Pc, note) with { Before = before == note ? "" : before });
            if (compares) continue;
            wanted &= ~written;
            if (row.Kind == FormKind.Load && slot.Source == 10) slots.Add(slot.Offset);
            wanted |= Sources(row, slot) & ~(1 << 10);
        }

        causes.Reverse();
        return causes;
    }

    // Where it was reserved, and the branches that led past giving it back.
    private List<VerificationPoint> SinceAcquired(Refusal refusal)
    {
        var path = new List<VerificationPoint>();
        int at = steps.Count - 1;
        while (at >= 0 && steps[at].Pc != refusal.Acquired) at--;
        if (at < 0) return path;
        path.Add(Point(steps[at].Pc, "reserved here: " + Describe(0, After(at, 0))));
        for (int index = at + 1; index < steps.Count - 1 && path.Count < MaxCauses; index++)
        {
            var slot = spec.Instructions[steps[index].Pc];
            if (InstructionTable.Find(slot) is not { Kind: FormKind.Branch }) continue;
            bool jumps = steps[index + 1].Pc != steps[index].Pc + 1;
            path.Add(Point(steps[index].Pc, $"{(jumps ? "jumps" : "goes on")}: {Describe(slot.Destination, After(index, slot.Destination))}") with
            {
                Before = Describe(slot.Destination, in steps[index].Registers[slot.Destination]),
            });
        }

        return path;
    }

    private const int CallerSaved = 0b11_1110;

    // A call that changes the packet, or gives something back, takes what was known of pointers to it although it writes no register of theirs.
    private VerificationPoint? LostByCall(int index, InstructionForm row, int wanted)
    {
        if (row.Kind is not (FormKind.CallHelper or FormKind.CallKfunc)) return null;
        for (int register = 6; register <= 9; register++)
        {
            if ((wanted & (1 << register)) == 0) continue;
            var before = steps[index].Registers[register];
            var after = After(index, register);
            if (!before.IsPointer || after.IsPointer) continue;
            return Point(steps[index].Pc, $"r{register} is no pointer any more: {Lost}") with { Before = Describe(register, in before) };
        }

        return null;
    }

    private static bool ProofLost(in RegState before, in RegState after, bool compares, int written) =>
        !compares && written != 0 && RegisterTypes.IsPacket(before.Type) && after.Type == before.Type && before.Range > 0 && after.Range == 0;

    // A comparison of packet data with its end bears on every pointer with the same variable offset.
    private static bool IsPacketCheck(TrailStep step, InstructionForm row, Instruction slot, in RegState refused)
    {
        if (row.Kind != FormKind.Branch || !row.UsesSource || !RegisterTypes.IsPacket(refused.Type)) return false;
        var left = step.Registers[slot.Destination];
        var right = step.Registers[slot.Source];
        return (IsSameData(in left, in refused) && right.Type == RegisterType.PacketEnd) || (IsSameData(in right, in refused) && left.Type == RegisterType.PacketEnd);

        static bool IsSameData(in RegState data, in RegState refused) => data.Type == refused.Type && data.Id == refused.Id;
    }

    private string DescribeProven(int index, in RegState refused)
    {
        int proven = 0;
        foreach (var register in steps[index].Registers)
            if (register.Type == refused.Type && register.Id == refused.Id) proven = Math.Max(proven, register.Range);
        string start = refused.Type == RegisterType.PacketMeta ? "data_meta" : "data";
        if (refused.Id != 0) start += " plus the variable offset";
        return string.Create(CultureInfo.InvariantCulture, $"{start}: {proven} bytes proven");
    }

    private RegState After(int index, int register)
    {
        int depth = steps[index].Depth;
        for (int next = index + 1; next < steps.Count; next++)
            if (steps[next].Depth == depth) return steps[next].Registers[register];
        return default;
    }

    private VerificationPoint Point(int pc, string note) =>
        new(pc, Disassembler.Format(spec.Instructions, pc, _mapNames), spec.LineAt(pc)?.Source, note);

    private string Describe(int register, in RegState state)
    {
        var culture = CultureInfo.InvariantCulture;
        string name = "r" + register.ToString(culture);
        string variable = state.Bits.IsConstant ? "" : state.SignedMin >= 0
            ? string.Create(culture, $" + [{state.Min}, {state.Max}]")
            : string.Create(culture, $" + [{state.SignedMin}, {state.SignedMax}]");
        string offset = state.Offset == 0 ? "" : string.Create(culture, $" {(state.Offset < 0 ? '-' : '+')} {Math.Abs((long)state.Offset)}");
        switch (state.Type)
        {
            case RegisterType.Uninitialized: return $"{name} = nothing that may be read";
            case RegisterType.Scalar:
                if (state.Bits.IsConstant) return string.Create(culture, $"{name} = {(long)state.Bits.Value}");
                if (state.Bits.IsUnknown && state.Min == 0 && state.Max == ulong.MaxValue) return $"{name} = some number";
                return state.SignedMin >= 0
                    ? string.Create(culture, $"{name} = a number from {state.Min} to {state.Max}")
                    : string.Create(culture, $"{name} = a number from {state.SignedMin} to {state.SignedMax}");
            case RegisterType.Packet:
                return string.Create(culture, $"{name} = data{offset}{variable}, {Math.Max(state.Range - state.Offset, 0)} bytes proven after it");
            case RegisterType.PacketMeta:
                return string.Create(culture, $"{name} = data_meta{offset}{variable}, {Math.Max(state.Range - state.Offset, 0)} bytes proven after it");
            case RegisterType.PacketEnd: return $"{name} = data_end";
            case RegisterType.Stack: return $"{name} = r10{offset}{variable}";
            case RegisterType.Context: return $"{name} = the context{offset}{variable}";
            case RegisterType.Map: return $"{name} = map '{MapName(state.Map)}'";
            case RegisterType.MapValue:
                return $"{name} = a value of '{MapName(state.Map)}'{offset}{variable}{(state.MaybeNull ? ", or null" : "")}";
            case RegisterType.Function: return $"{name} = the address of a function{offset}{variable}";
            case RegisterType.SocketCommon or RegisterType.Socket: return $"{name} = a socket{(state.MaybeNull ? ", or null" : "")}";
            case RegisterType.TcpSocket: return $"{name} = a TCP socket{(state.MaybeNull ? ", or null" : "")}";
            case RegisterType.XdpSocket: return $"{name} = an AF_XDP socket{(state.MaybeNull ? ", or null" : "")}";
            case RegisterType.FlowKeys: return $"{name} = the flow's keys{offset}";
            case RegisterType.TracepointBuffer: return $"{name} = the tracepoint's buffer{offset}";
            case RegisterType.Arena: return $"{name} = an address in the arena";
            case RegisterType.LocalObject: return $"{name} = {state.TypeName}{offset}{variable}: an object that the program made{(state.MaybeNull ? ", or null" : "")}";
            case RegisterType.KernelStructure: return $"{name} = {state.TypeName}{offset}{variable}: a structure of the kernel{(state.MaybeNull ? ", or null" : "")}";
            case RegisterType.KernelMemory or RegisterType.KernelBuffer: return $"{name} = {state.TypeName}{offset}{variable}: the kernel's memory{(state.MaybeNull ? ", or null" : "")}";
            default: return $"{name} = {state.Range} reserved bytes{offset}{variable}{(state.MaybeNull ? ", or null" : "")}";
        }
    }

    private string MapName(int index) => (uint)index < (uint)_mapNames.Length ? _mapNames[index] : index.ToString(CultureInfo.InvariantCulture);

    private static int Written(InstructionForm row, Instruction slot)
    {
        int written = 0;
        if (row.Uses.HasFlag(RegisterUse.WritesDestination)) written |= 1 << slot.Destination;
        if (row.Uses.HasFlag(RegisterUse.WritesSource)) written |= 1 << slot.Source;
        if (row.Uses.HasFlag(RegisterUse.WritesR0)) written |= 1;
        return written;
    }

    private static int Sources(InstructionForm row, Instruction slot)
    {
        int sources = 0;
        if (row.Uses.HasFlag(RegisterUse.ReadsDestination)) sources |= 1 << slot.Destination;
        if (row.Uses.HasFlag(RegisterUse.ReadsSource)) sources |= 1 << slot.Source;
        return sources;
    }
}

using System.Globalization;
using PSBpf.Isa;
using PSBpf.Kernel;
using PSBpf.Objects;
using PSBpf.Verifier.Domain;

namespace PSBpf.Verifier.Explain;

/// <summary>A path that was walked, instruction by instruction: the source of causes and logs.</summary>
internal sealed class Trail(ProgramSpec spec, IReadOnlyList<TrailStep> steps)
{
    private const int MaxCauses = 8;

    private readonly string[] _mapNames = [.. spec.Maps.Select(map => map.Name)];

    /// <summary>
    /// The instructions that made the value that was refused, oldest first: backwards from the refusal through the
    /// registers that went into it.
    /// </summary>
    public IReadOnlyList<VerificationPoint> Causes(Refusal refusal)
    {
        if (refusal.Register < 0 || steps.Count == 0) return [];
        var refused = steps[^1].Registers[refusal.Register];
        var causes = new List<VerificationPoint>();
        int wanted = 1 << refusal.Register, depth = steps[^1].Depth;
        for (int index = steps.Count - 2; index >= 0 && wanted != 0 && causes.Count < MaxCauses; index--)
        {
            var step = steps[index];
            if (step.Depth != depth) continue;
            var slot = spec.Instructions[step.Pc];
            if (InstructionTable.Find(slot) is not { } row) continue;
            int written = Written(row, slot);
            bool compares = row.Kind == FormKind.Branch && ((wanted & (1 << slot.Destination)) != 0 || (row.UsesSource && (wanted & (1 << slot.Source)) != 0));
            if (IsPacketCheck(step, row, slot, in refused))
            {
                causes.Add(Point(step.Pc, DescribeProven(index + 1, in refused)));
                continue;
            }

            if ((written & wanted) == 0 && !compares) continue;
            int about = compares ? ((wanted & (1 << slot.Destination)) != 0 ? slot.Destination : slot.Source) : System.Numerics.BitOperations.TrailingZeroCount(written & wanted);
            causes.Add(Point(step.Pc, Describe(about, After(index, about))));
            if (compares) continue;
            wanted &= ~written;
            wanted |= Sources(row, slot) & ~(1 << 10);
        }

        causes.Reverse();
        return causes;
    }

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

using PSBpf.Uapi;

namespace PSBpf.Isa;

/// <summary>The registers that an instruction reads and writes, a bit each: what liveness is computed from.</summary>
public static class RegisterMasks
{
    /// <summary>r1 to r5.</summary>
    public const int Arguments = 0b11_1110;

    private const int Scratched = 0b11_1111;

    /// <summary>
    /// Those of an instruction. A call of a helper reads as many arguments as it may look at, any other call r1 to r5; what an exit
    /// returns is left to the caller.
    /// </summary>
    public static (int Reads, int Writes) Of(in DecodedInstruction instruction)
    {
        var row = instruction.Row;
        int destination = 1 << instruction.Destination, source = 1 << instruction.Source;
        int reads = 0, writes = 0;
        if (row.Uses.HasFlag(RegisterUse.ReadsDestination)) reads |= destination;
        if (row.Uses.HasFlag(RegisterUse.ReadsSource)) reads |= source;
        if (row.Uses.HasFlag(RegisterUse.ReadsR0)) reads |= 1;
        if (row.Uses.HasFlag(RegisterUse.WritesDestination)) writes |= destination;
        if (row.Uses.HasFlag(RegisterUse.WritesSource)) writes |= source;
        if (row.Uses.HasFlag(RegisterUse.WritesR0)) writes |= 1;
        if (row.Uses.HasFlag(RegisterUse.ClobbersArguments)) writes |= Scratched;
        if (row.Kind == FormKind.CallHelper) reads |= ArgumentsOf((int)instruction.Immediate);
        else if (row.Kind is FormKind.CallFunction or FormKind.CallKfunc or FormKind.CallRegister) reads |= Arguments;

        // Legacy packet loads take the context from r6.
        if (row.Kind is FormKind.LoadPacketAbsolute or FormKind.LoadPacketIndirect) reads |= 1 << 6;
        return (reads, writes);
    }

    /// <summary>The argument registers that a helper may read.</summary>
    public static int ArgumentsOf(int helper) =>
        HelperTable.Find(helper) is { } prototype ? Arguments & ((2 << prototype.RegistersRead) - 1) : Arguments;
}

namespace PSBpf.Isa;

/// <summary>One row of <see cref="InstructionTable"/>: all that any stage needs to know of an instruction form.</summary>
public sealed record InstructionForm
{
    /// <summary>Its name.</summary>
    public required FormId Id { get; init; }

    /// <summary>The opcode byte.</summary>
    public required byte Opcode { get; init; }

    /// <summary>What it does, in general.</summary>
    public required FormKind Kind { get; init; }

    /// <summary>The kernel's notation, e.g. <c>{d} += {s}</c>; <see cref="NotationPattern"/> lists the placeholders.</summary>
    public required string Kernel { get; init; }

    /// <summary>
    /// The notation of the RFC 9669 test vectors, e.g. <c>add %{d}, %{s}</c>, with the same placeholders.
    /// </summary>
    public required string MnemonicPattern { get; init; }

    /// <summary>A short name for messages, e.g. <c>add</c>, <c>jeq32</c>, <c>atomic_fetch_or</c>, <c>lddw_map_fd</c>.</summary>
    public required string Mnemonic { get; init; }

    /// <summary>Bits that are computed with, compared, loaded or stored.</summary>
    public int Width { get; init; }

    /// <summary>The arithmetic of <see cref="FormKind.Alu"/>; of atomics, what is done to memory.</summary>
    public AluOperation Alu { get; init; }

    /// <summary>The comparison of <see cref="FormKind.Branch"/>.</summary>
    public Condition Condition { get; init; }

    /// <summary>Whether the second operand is the source register rather than the immediate.</summary>
    public bool UsesSource { get; init; }

    /// <summary>Whether an atomic operation returns the old value.</summary>
    public bool Fetches { get; init; }

    /// <summary>What the destination field may hold.</summary>
    public OperandBounds Destination { get; init; } = OperandBounds.Zero;

    /// <summary>What the source field may hold.</summary>
    public OperandBounds Source { get; init; } = OperandBounds.Zero;

    /// <summary>What the offset field may hold.</summary>
    public OperandBounds Offset { get; init; } = OperandBounds.Zero;

    /// <summary>What the immediate field (of the first slot) may hold.</summary>
    public OperandBounds Immediate { get; init; } = OperandBounds.Zero;

    /// <summary>Registers it reads and writes.</summary>
    public RegisterUse Uses { get; init; }

    /// <summary>The first -mcpu level of LLVM that has it.</summary>
    public IsaLevel Level { get; init; } = IsaLevel.V1;

    /// <summary>Its conformance group in RFC 9669.</summary>
    public ConformanceGroup Group { get; init; }

    /// <summary>Slots it takes: 2 for 64-bit immediates.</summary>
    public int Slots => Kind == FormKind.LoadImmediate64 ? 2 : 1;

    /// <summary>Whether the second slot's immediate means something.</summary>
    public bool ShowsSecondSlot => Kernel.Contains("{i64}", StringComparison.Ordinal) || Kernel.Contains("{i2}", StringComparison.Ordinal);

    /// <summary>How it is written in a notation.</summary>
    public string PatternOf(Notation notation) => notation == Notation.Mnemonic ? MnemonicPattern : Kernel;

    /// <summary>Whether the fields of a slot with this opcode make this form.</summary>
    public bool Matches(Instruction instruction) =>
        instruction.Opcode == Opcode && Destination.Accepts(instruction.Destination) && Source.Accepts(instruction.Source)
        && Offset.Accepts(instruction.Offset) && Immediate.Accepts(instruction.Immediate);
}

/// <summary>The range of an operand field.</summary>
/// <param name="Minimum">Smallest value.</param>
/// <param name="Maximum">Largest value.</param>
public readonly record struct OperandBounds(int Minimum, int Maximum)
{
    /// <summary>A field that must be zero.</summary>
    public static OperandBounds Zero => default;

    /// <summary>A register, r0 to r10.</summary>
    public static OperandBounds Register => new(0, 10);

    /// <summary>Any 16-bit offset.</summary>
    public static OperandBounds Any16 => new(short.MinValue, short.MaxValue);

    /// <summary>Any 32-bit immediate.</summary>
    public static OperandBounds Any32 => new(int.MinValue, int.MaxValue);

    /// <summary>One value only.</summary>
    public static OperandBounds Exactly(int value) => new(value, value);

    /// <summary>Whether the field may hold it.</summary>
    public bool Accepts(int value) => value >= Minimum && value <= Maximum;
}

/// <summary>What a form does, in general: the first distinction every stage makes.</summary>
public enum FormKind : byte
{
    /// <summary>No instruction.</summary>
    None,

    /// <summary>dst = dst op src or immediate.</summary>
    Alu,

    /// <summary>dst = src or immediate.</summary>
    Move,

    /// <summary>dst = sign-extended low bits of src.</summary>
    MoveSigned,

    /// <summary>dst = −dst.</summary>
    Negate,

    /// <summary>Conversion to a byte order; <see cref="ByteSwap"/> swaps always.</summary>
    ToLittleEndian,

    /// <summary>Conversion to big endian.</summary>
    ToBigEndian,

    /// <summary>Unconditional byte swap.</summary>
    ByteSwap,

    /// <summary>Conversion between arena address spaces.</summary>
    AddressSpaceCast,

    /// <summary>Conditional jump.</summary>
    Branch,

    /// <summary>Unconditional jump, by offset or by immediate.</summary>
    Jump,

    /// <summary>Loop exit that the runtime may take.</summary>
    MayGoto,

    /// <summary>Call of a helper by id.</summary>
    CallHelper,

    /// <summary>Call of a subprogram.</summary>
    CallFunction,

    /// <summary>Call of a kernel function by BTF id.</summary>
    CallKfunc,

    /// <summary>Call through a register.</summary>
    CallRegister,

    /// <summary>Return.</summary>
    Exit,

    /// <summary>dst = memory, zero-extended.</summary>
    Load,

    /// <summary>dst = memory, sign-extended.</summary>
    LoadSigned,

    /// <summary>memory = immediate.</summary>
    StoreImmediate,

    /// <summary>memory = src.</summary>
    Store,

    /// <summary>dst = 64-bit immediate or what a pseudo source names.</summary>
    LoadImmediate64,

    /// <summary>r0 = packet bytes at a fixed offset, in network order; ends the program when outside.</summary>
    LoadPacketAbsolute,

    /// <summary>r0 = packet bytes at src plus an offset.</summary>
    LoadPacketIndirect,

    /// <summary>Read-modify-write in one step.</summary>
    Atomic,

    /// <summary>Compare and exchange: r0 is expected and gets the old value.</summary>
    AtomicCompareExchange,

    /// <summary>Exchange.</summary>
    AtomicExchange,

    /// <summary>Load with acquire order.</summary>
    LoadAcquire,

    /// <summary>Store with release order.</summary>
    StoreRelease,
}

/// <summary>Arithmetic.</summary>
public enum AluOperation : byte
{
#pragma warning disable CS1591 // RFC 9669, section 4.1.
    None, Add, Sub, Mul, Div, Or, And, Lsh, Rsh, Mod, Xor, Mov, Arsh, Sdiv, Smod,
#pragma warning restore CS1591
}

/// <summary>Comparisons of conditional jumps.</summary>
public enum Condition : byte
{
#pragma warning disable CS1591 // RFC 9669, section 4.3.
    None, Jeq, Jgt, Jge, Jset, Jne, Jsgt, Jsge, Jlt, Jle, Jslt, Jsle,
#pragma warning restore CS1591
}

/// <summary>Registers that a form reads and writes.</summary>
[Flags]
public enum RegisterUse : byte
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>Reads the destination register.</summary>
    ReadsDestination = 1,

    /// <summary>Reads the source register.</summary>
    ReadsSource = 2,

    /// <summary>Writes the destination register.</summary>
    WritesDestination = 4,

    /// <summary>Writes the source register.</summary>
    WritesSource = 8,

    /// <summary>Reads r0.</summary>
    ReadsR0 = 16,

    /// <summary>Writes r0.</summary>
    WritesR0 = 32,

    /// <summary>Clobbers r1 to r5, as calls do; which of them it reads is the callee's affair.</summary>
    ClobbersArguments = 64,
}

/// <summary>LLVM's -mcpu levels, and what only the kernel has.</summary>
public enum IsaLevel : byte
{
#pragma warning disable CS1591 // The names are LLVM's.
    V1 = 1, V2 = 2, V3 = 3, V4 = 4,

    /// <summary>Accepted by Linux, beyond any -mcpu level.</summary>
    Linux = 5,
#pragma warning restore CS1591
}

/// <summary>Conformance groups of RFC 9669, section 2.4.</summary>
public enum ConformanceGroup : byte
{
    /// <summary>Not in RFC 9669.</summary>
    None,

    /// <summary>base32.</summary>
    Base32,

    /// <summary>base64.</summary>
    Base64,

    /// <summary>atomic32.</summary>
    Atomic32,

    /// <summary>atomic64.</summary>
    Atomic64,

    /// <summary>divmul32.</summary>
    Divmul32,

    /// <summary>divmul64.</summary>
    Divmul64,

    /// <summary>packet, deprecated.</summary>
    Packet,
}

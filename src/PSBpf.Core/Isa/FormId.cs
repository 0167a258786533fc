namespace PSBpf.Isa;

/// <summary>
/// Names every instruction form: opcode, sources and whatever else tells one instruction from another.
/// <see cref="InstructionTable"/> holds the row that describes each. The order within a family is relied on there.
/// </summary>
public enum FormId : byte
{
#pragma warning disable CS1591 // The names are RFC 9669's mnemonics with width and operand; the table's rows document them.
    /// <summary>No instruction: the second slot of a 64-bit immediate.</summary>
    None = 0,

    // Two-operand arithmetic: for each operation 64-bit with immediate, with register, then 32-bit.
    Add64Imm, Add64Reg, Add32Imm, Add32Reg,
    Sub64Imm, Sub64Reg, Sub32Imm, Sub32Reg,
    Mul64Imm, Mul64Reg, Mul32Imm, Mul32Reg,
    Div64Imm, Div64Reg, Div32Imm, Div32Reg,
    Or64Imm, Or64Reg, Or32Imm, Or32Reg,
    And64Imm, And64Reg, And32Imm, And32Reg,
    Lsh64Imm, Lsh64Reg, Lsh32Imm, Lsh32Reg,
    Rsh64Imm, Rsh64Reg, Rsh32Imm, Rsh32Reg,
    Mod64Imm, Mod64Reg, Mod32Imm, Mod32Reg,
    Xor64Imm, Xor64Reg, Xor32Imm, Xor32Reg,
    Mov64Imm, Mov64Reg, Mov32Imm, Mov32Reg,
    Arsh64Imm, Arsh64Reg, Arsh32Imm, Arsh32Reg,
    Sdiv64Imm, Sdiv64Reg, Sdiv32Imm, Sdiv32Reg,
    Smod64Imm, Smod64Reg, Smod32Imm, Smod32Reg,

    // Negation.
    Neg64, Neg32,

    // Sign-extending moves.
    Movsx64From8, Movsx64From16, Movsx64From32, Movsx32From8,
    Movsx32From16,

    // Byte order: to little endian, to big endian, unconditional swap.
    Le16, Le32, Le64, Be16,
    Be32, Be64, Bswap16, Bswap32,
    Bswap64,

    // Conversion between address spaces (arena).
    AddrSpaceCastToKernel, AddrSpaceCastToUser,

    // Conditional jumps: for each condition 64-bit with immediate, with register, then 32-bit.
    Jeq64Imm, Jeq64Reg, Jeq32Imm, Jeq32Reg,
    Jgt64Imm, Jgt64Reg, Jgt32Imm, Jgt32Reg,
    Jge64Imm, Jge64Reg, Jge32Imm, Jge32Reg,
    Jset64Imm, Jset64Reg, Jset32Imm, Jset32Reg,
    Jne64Imm, Jne64Reg, Jne32Imm, Jne32Reg,
    Jsgt64Imm, Jsgt64Reg, Jsgt32Imm, Jsgt32Reg,
    Jsge64Imm, Jsge64Reg, Jsge32Imm, Jsge32Reg,
    Jlt64Imm, Jlt64Reg, Jlt32Imm, Jlt32Reg,
    Jle64Imm, Jle64Reg, Jle32Imm, Jle32Reg,
    Jslt64Imm, Jslt64Reg, Jslt32Imm, Jslt32Reg,
    Jsle64Imm, Jsle64Reg, Jsle32Imm, Jsle32Reg,

    // Other control flow.
    Ja, Gotol, MayGoto, CallHelper,
    CallFunction, CallKfunc, CallReg, Exit,

    // Loads, zero- and sign-extended.
    Ldxb, Ldxh, Ldxw, Ldxdw,
    Ldxsb, Ldxsh, Ldxsw,

    // Stores of an immediate and of a register.
    Stb, Sth, Stw, Stdw,
    Stxb, Stxh, Stxw, Stxdw,

    // 64-bit immediates (two slots): plain and pseudo sources 1 to 6.
    Lddw, LddwMapFd, LddwMapValue, LddwBtfId,
    LddwFunction, LddwMapIndex, LddwMapIndexValue,

    // Legacy packet access: absolute and indirect.
    Ldabsb, Ldabsh, Ldabsw, Ldindb,
    Ldindh, Ldindw,

    // Atomic read-modify-write: for each operation 64-bit, then 32-bit.
    AtomicAdd64, AtomicAdd32, AtomicOr64, AtomicOr32,
    AtomicAnd64, AtomicAnd32, AtomicXor64, AtomicXor32,
    AtomicFetchAdd64, AtomicFetchAdd32, AtomicFetchOr64, AtomicFetchOr32,
    AtomicFetchAnd64, AtomicFetchAnd32, AtomicFetchXor64, AtomicFetchXor32,
    AtomicXchg64, AtomicXchg32, AtomicCmpxchg64, AtomicCmpxchg32,

    // Load-acquire and store-release.
    LoadAcquireb, LoadAcquireh, LoadAcquirew, LoadAcquiredw,
    StoreReleaseb, StoreReleaseh, StoreReleasew, StoreReleasedw,
#pragma warning restore CS1591
}

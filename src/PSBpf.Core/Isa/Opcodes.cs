namespace PSBpf.Isa;

/// <summary>
/// The fields that opcode bytes are composed of (RFC 9669, sections 3 to 5).
/// <code>
///  arithmetic and jumps:  7      4 3      2       0        loads and stores:  7    5 4    3 2       0
///                         |  code  | src |  class |                          | mode | size |  class |
/// </code>
/// </summary>
public static class Opcodes
{
#pragma warning disable CS1591 // The names are those of RFC 9669 and the UAPI.
    public const byte ClassMask = 0x07;
    public const byte Ld = 0x00, Ldx = 0x01, St = 0x02, Stx = 0x03, Alu = 0x04, Jmp = 0x05, Jmp32 = 0x06, Alu64 = 0x07;

    public const byte SourceMask = 0x08;
    public const byte K = 0x00, X = 0x08;

    public const byte CodeMask = 0xf0;
    public const byte Add = 0x00, Sub = 0x10, Mul = 0x20, Div = 0x30, Or = 0x40, And = 0x50, Lsh = 0x60, Rsh = 0x70;
    public const byte Neg = 0x80, Mod = 0x90, Xor = 0xa0, Mov = 0xb0, Arsh = 0xc0, End = 0xd0;

    public const byte Ja = 0x00, Jeq = 0x10, Jgt = 0x20, Jge = 0x30, Jset = 0x40, Jne = 0x50, Jsgt = 0x60, Jsge = 0x70;
    public const byte Call = 0x80, Exit = 0x90, Jlt = 0xa0, Jle = 0xb0, Jslt = 0xc0, Jsle = 0xd0, Jcond = 0xe0;

    public const byte SizeMask = 0x18;
    public const byte W = 0x00, H = 0x08, B = 0x10, Dw = 0x18;

    public const byte ModeMask = 0xe0;
    public const byte Imm = 0x00, Abs = 0x20, Ind = 0x40, Mem = 0x60, Memsx = 0x80, Atomic = 0xc0;

    // Immediates of atomic instructions; the operation reuses the arithmetic code.
    public const int Fetch = 0x01, Xchg = 0xe0 | Fetch, Cmpxchg = 0xf0 | Fetch, LoadAcquire = 0x100, StoreRelease = 0x110;

    // Pseudo sources of 64-bit immediates (BPF_PSEUDO_*).
    public const int PseudoMapFd = 1, PseudoMapValue = 2, PseudoBtfId = 3, PseudoFunction = 4, PseudoMapIndex = 5, PseudoMapIndexValue = 6;

    // Sources of calls: helper by id, subprogram, kernel function by BTF id.
    public const int PseudoCall = 1, PseudoKfuncCall = 2;
#pragma warning restore CS1591
}

using PSBpf.Isa;

namespace PSBpf.Runtime.Tests.Interpreter;

/// <summary>Values where arithmetic goes wrong if it does, and programs of one instruction.</summary>
internal static class Operands
{
    public static readonly ulong[] Edges =
    [
        0, 1, 2, 3, 7, 31, 32, 33, 63, 64, 65, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x1_0000,
        0x7fff_ffff, 0x8000_0000, 0xffff_fffe, 0xffff_ffff, 0x1_0000_0000, 0x1_0000_0001, 0x0123_4567_89ab_cdef,
        0x7fff_ffff_ffff_ffff, 0x8000_0000_0000_0000, 0x8000_0000_0000_0001, 0xffff_ffff_0000_0000,
        0xffff_ffff_7fff_ffff, 0xffff_ffff_8000_0000, 0xffff_ffff_ffff_fffe, ulong.MaxValue,
    ];

    public static readonly int[] Immediates = [0, 1, 2, 7, 31, 32, 63, 64, 127, -1, -2, -64, 0x7fff, 0x8000, 0xffff, int.MaxValue, int.MinValue, int.MinValue + 1];

    /// <summary>A 64-bit immediate.</summary>
    public static Instruction[] Load(int register, ulong value) =>
    [
        new(Opcodes.Imm | Opcodes.Dw | Opcodes.Ld, register, 0, 0, (int)value),
        new(0, 0, 0, 0, (int)(value >> 32)),
    ];

    public static Instruction Move(int to, int from) => new(Opcodes.Mov | Opcodes.X | Opcodes.Alu64, to, from, 0, 0);

    public static Instruction MoveImmediate(int to, int value) => new(Opcodes.Mov | Opcodes.K | Opcodes.Alu64, to, 0, 0, value);

    public static Instruction Exit => new(Opcodes.Exit | Opcodes.Jmp, 0, 0, 0, 0);
}

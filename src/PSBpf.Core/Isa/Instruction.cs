using System.Runtime.InteropServices;

namespace PSBpf.Isa;

/// <summary>
/// One 64-bit instruction slot as it lies in memory (RFC 9669, section 3); lddw takes two.
/// <code>
///  0        8    12   16              32                            64
///  | opcode | dst | src |    offset     |          immediate          |
/// </code>
/// </summary>
[StructLayout(LayoutKind.Sequential, Size = Size)]
public readonly record struct Instruction
{
    /// <summary>Bytes of a slot.</summary>
    public const int Size = 8;

    private readonly byte _opcode;
    private readonly byte _registers;
    private readonly short _offset;
    private readonly int _immediate;

    /// <summary>Composes a slot.</summary>
    /// <param name="opcode">The whole first byte.</param>
    /// <param name="destination">Register number, 0–15 as encoded.</param>
    /// <param name="source">Register number or pseudo source, 0–15 as encoded.</param>
    /// <param name="offset">The 16-bit offset field.</param>
    /// <param name="immediate">The 32-bit immediate field.</param>
    public Instruction(byte opcode, int destination, int source, short offset, int immediate)
    {
        _opcode = opcode;
        _registers = (byte)((destination & 0xf) | (source << 4));
        _offset = offset;
        _immediate = immediate;
    }

    /// <summary>The first byte: class, and operation or size and mode.</summary>
    public byte Opcode => _opcode;

    /// <summary>The destination register's number.</summary>
    public int Destination => _registers & 0xf;

    /// <summary>The source register's number, or a pseudo source.</summary>
    public int Source => _registers >> 4;

    /// <summary>The signed 16-bit offset.</summary>
    public short Offset => _offset;

    /// <summary>The signed 32-bit immediate.</summary>
    public int Immediate => _immediate;

    /// <summary>The eight bytes as one little-endian number, as dumps show it.</summary>
    public ulong Raw => _opcode | (ulong)_registers << 8 | (ulong)(ushort)_offset << 16 | (ulong)(uint)_immediate << 32;

    /// <summary>The same slot with another immediate.</summary>
    public Instruction WithImmediate(int immediate) => new(_opcode, Destination, Source, _offset, immediate);

    /// <summary>The same slot with another source field.</summary>
    public Instruction WithSource(int source) => new(_opcode, Destination, source, _offset, _immediate);

    /// <summary>The same slot with another offset.</summary>
    public Instruction WithOffset(short offset) => new(_opcode, Destination, Source, offset, _immediate);
}

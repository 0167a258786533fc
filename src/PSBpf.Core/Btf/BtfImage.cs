using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text;
using PSBpf.Diagnostics;
using PSBpf.Elf;

namespace PSBpf.Btf;

/// <summary>
/// The bytes of a .BTF section (the kernel's Documentation/bpf/btf.rst): a header, type records one after the other, strings.
/// Opening finds where each record starts; what is in it is read when somebody asks. Split BTF counts on from its base:
/// its first id is the number of the base's types, its first string offset the length of the base's strings.
/// </summary>
internal sealed class BtfImage
{
    public const ushort Magic = 0xeb9f;
    public const int HeaderSize = 24;

    /// <summary>struct btf_type.</summary>
    public const int RecordSize = 12;

    /// <summary>The kernel's BTF_MAX_TYPE.</summary>
    public const int MaxTypes = 0xfffff;

    private readonly DiagnosticLocation _location;
    private readonly BtfImage? _base;
    private readonly StringTable _strings;
    private readonly int _stringStart;
    private readonly int[] _offsets;
    private readonly byte[] _kinds;

    public BtfImage(ReadOnlyMemory<byte> data, BtfImage? @base, DiagnosticLocation location)
    {
        Data = data;
        _base = @base;
        _location = location with { Section = location.Section ?? ".BTF" };
        ReadOnlySpan<byte> bytes = data.Span;
        if (bytes.Length < HeaderSize) throw Malformed($"The BTF header takes {HeaderSize} bytes, but there are only {bytes.Length}.", 0);

        ushort magic = BinaryPrimitives.ReadUInt16LittleEndian(bytes);
        if (magic == BinaryPrimitives.ReverseEndianness(Magic)) throw Malformed("The BTF is big-endian.", 0);
        if (magic != Magic) throw Malformed($"The BTF starts with {magic:x4} instead of {Magic:x4}.", 0);
        if (bytes[2] != 1) throw Malformed($"The BTF version is {bytes[2]}, but only 1 exists.", 2);

        uint header = U32(4);
        if (header < HeaderSize || header > (uint)bytes.Length) throw Malformed($"The BTF header is said to take {header} bytes.", 4);
        (int typeStart, int typeLength) = Part(header, 8, "types");
        (_stringStart, int stringLength) = Part(header, 16, "strings");
        if (typeStart % 4 != 0) throw Malformed("The BTF types are not aligned to four bytes.", 8);
        // The strings of split BTF go on where those of its base end, and may be none.
        if (@base is null ? stringLength == 0 || bytes[_stringStart] != 0 || bytes[_stringStart + stringLength - 1] != 0
            : stringLength > 0 && bytes[_stringStart + stringLength - 1] != 0)
            throw Malformed("The BTF strings do not start and end with NUL.", 16);

        _strings = new StringTable(data.Slice(_stringStart, stringLength));
        End = typeStart + typeLength;
        FirstId = @base?.Count ?? 0;
        FirstString = @base is null ? 0 : @base.StringEnd;
        (_offsets, _kinds) = FindRecords(typeStart);
    }

    public ReadOnlyMemory<byte> Data { get; }

    /// <summary>Where the records end.</summary>
    public int End { get; }

    /// <summary>The id of the first record here: 0, which is void and has none, or the number of the base's types.</summary>
    public int FirstId { get; }

    /// <summary>Number of types, void and the base's included.</summary>
    public int Count => FirstId + _offsets.Length;

    /// <summary>The offset of the first string here.</summary>
    public uint FirstString { get; }

    /// <summary>Where the strings end: every offset below is one of a string, here or in the base.</summary>
    public uint StringEnd => FirstString + (uint)_strings.Length;

    /// <summary>The strings, each up to a NUL.</summary>
    public ReadOnlySpan<byte> Strings => Data.Span.Slice(_stringStart, _strings.Length);

    /// <summary>Where each record starts, from <see cref="FirstId"/> on; 0 for void.</summary>
    public ReadOnlySpan<int> Offsets => _offsets;

    /// <summary>Where a type's record starts in <see cref="Data"/>; the id must be one of this image's own.</summary>
    public int OffsetOf(int id) => _offsets[id - FirstId];

    /// <summary>Bytes of each member, enumerator, parameter or variable of a kind; 0 for kinds without.</summary>
    public static int PartSize(BtfKind kind) => ExtraPerPart[(int)kind];

    public BtfKind KindOf(int id) => id < FirstId ? _base!.KindOf(id) : (BtfKind)_kinds[id - FirstId];

    /// <summary>The bytes of a type's name, up to and without the NUL; empty where it has none.</summary>
    public ReadOnlySpan<byte> NameBytes(int id) => id == 0 ? default : id < FirstId ? _base!.NameBytes(id) : StringBytes(U32(OffsetOf(id)));

    /// <summary>A type's name, for messages; empty where it has none.</summary>
    public string NameOf(int id) => Encoding.UTF8.GetString(NameBytes(id));

    /// <summary>A string, for messages.</summary>
    public string TextAt(uint offset) => Encoding.UTF8.GetString(StringBytes(offset));

    /// <summary>The third word of a record: a size in bytes, or the id of a type.</summary>
    public uint SizeOrTypeOf(int id) => id < FirstId ? _base!.SizeOrTypeOf(id) : U32(OffsetOf(id) + 8);

    /// <summary>kind_flag of a record.</summary>
    public bool FlagOf(int id) => id < FirstId ? _base!.FlagOf(id) : U32(OffsetOf(id) + 4) >> 31 != 0;

    /// <summary>How many members, enumerators, parameters or variables a record has, or a function's linkage.</summary>
    public int PartCountOf(int id) => id < FirstId ? _base!.PartCountOf(id) : (int)(U32(OffsetOf(id) + 4) & 0xffff);

    /// <summary>Number of elements of an array.</summary>
    public uint ArrayLengthOf(int id) => id < FirstId ? _base!.ArrayLengthOf(id) : U32(OffsetOf(id) + RecordSize + 8);

    /// <summary>What follows the record of an integer.</summary>
    public (BtfIntEncoding Encoding, int Offset, int Bits) IntDetailOf(int id)
    {
        if (id < FirstId) return _base!.IntDetailOf(id);
        // u32: | bits 0-7 | 8-15 unused | offset 16-23 | encoding 24-27 |
        uint detail = U32(OffsetOf(id) + RecordSize);
        return ((BtfIntEncoding)(detail >> 24 & 0xf), (int)(detail >> 16 & 0xff), (int)(detail & 0xff));
    }

    public bool TryGetString(uint offset, [NotNullWhen(true)] out string? text)
    {
        if (offset < FirstString) return _base!.TryGetString(offset, out text);
        lock (_strings) return _strings.TryGet(offset - FirstString, out text);
    }

    public uint U32(int at) => BinaryPrimitives.ReadUInt32LittleEndian(Data.Span[at..]);

    public BpfException Malformed(string message, int? at) =>
        DiagnosticRules.BtfMalformed.Error(message, _location with { Offset = at });

    /// <summary>Strings may begin anywhere in one long string, and then are more text than anybody means.</summary>
    public BpfException Overlapping(uint offset, int? at) =>
        Malformed($"The BTF strings overlap until they are far longer than their section; the one at offset {offset} is one too many.", at);

    // void, int, ptr, array, struct, union, enum, fwd, typedef, volatile, const, restrict, func, func_proto, var, datasec, float, decl_tag, type_tag, enum64.

    /// <summary>Bytes that follow struct btf_type, by kind.</summary>
    private static ReadOnlySpan<byte> FixedExtra => [0, 4, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 4, 0, 0];

    /// <summary>Bytes of each member, enumerator, parameter or variable, by kind.</summary>
    private static ReadOnlySpan<byte> ExtraPerPart => [0, 0, 0, 0, 12, 12, 8, 0, 0, 0, 0, 0, 0, 8, 0, 12, 0, 0, 0, 12];

    private ReadOnlySpan<byte> StringBytes(uint offset)
    {
        if (offset < FirstString) return _base!.StringBytes(offset);
        offset -= FirstString;
        if (offset >= (uint)_strings.Length) return default;
        ReadOnlySpan<byte> rest = Data.Span.Slice(_stringStart + (int)offset, _strings.Length - (int)offset);
        int end = rest.IndexOf((byte)0);
        return end < 0 ? rest : rest[..end];
    }

    // Once over a hundred thousand records in a process that has just started: nothing in here may be code that is still to be optimised.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private (int[] Offsets, byte[] Kinds) FindRecords(int start)
    {
        ReadOnlySpan<byte> data = Data.Span[..End], fixedExtra = FixedExtra, extraPerPart = ExtraPerPart;
        // The smallest record has only the common part; most have more.
        int[] offsets = new int[Math.Min(MaxTypes, (End - start) / 24) + 1];
        byte[] kinds = new byte[offsets.Length];
        int count = FirstId == 0 ? 1 : 0;
        for (int at = start; at < data.Length;)
        {
            if (FirstId + count > MaxTypes) throw Malformed($"There are more than {MaxTypes} BTF types.", at);
            if (data.Length - at < RecordSize) throw Malformed("The BTF types end in the middle of one.", at);
            if (count == offsets.Length)
            {
                Array.Resize(ref offsets, count * 2);
                Array.Resize(ref kinds, count * 2);
            }

            offsets[count] = at;
            uint info = BinaryPrimitives.ReadUInt32LittleEndian(data[(at + 4)..]);
            int parts = (int)(info & 0xffff), kind = (int)(info >> 24 & 0x1f);
            if (kind == 0 || kind >= fixedExtra.Length) throw Malformed($"BTF type {FirstId + count} is of kind {kind}, which is not known.", at);
            kinds[count++] = (byte)kind;
            int extra = fixedExtra[kind] + extraPerPart[kind] * parts;
            if (extra > data.Length - at - RecordSize)
                throw Malformed(parts > 0 ? $"A BTF type has {parts} parts, but the section ends before." : "The BTF types end in the middle of one.", at);
            at += RecordSize + extra;
        }

        Array.Resize(ref offsets, count);
        Array.Resize(ref kinds, count);
        return (offsets, kinds);
    }

    private (int Start, int Length) Part(uint header, int field, string what)
    {
        uint offset = U32(field), length = U32(field + 4);
        ulong start = (ulong)header + offset;
        if (start + length > (ulong)Data.Length)
            throw Malformed($"The BTF {what} ({length} bytes at offset {start}) lie outside the section, which has {Data.Length} bytes.", field);
        return ((int)start, (int)length);
    }
}

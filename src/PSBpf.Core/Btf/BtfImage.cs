using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
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
        FirstString = @base is null ? 0 : @base.FirstString + (uint)@base._strings.Length;
        _offsets = FindRecords(typeStart);
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

    /// <summary>The strings, each up to a NUL.</summary>
    public ReadOnlySpan<byte> Strings => Data.Span.Slice(_stringStart, _strings.Length);

    /// <summary>Where each record starts, from <see cref="FirstId"/> on; 0 for void.</summary>
    public ReadOnlySpan<int> Offsets => _offsets;

    /// <summary>Where a type's record starts in <see cref="Data"/>; the id must be one of this image's own.</summary>
    public int OffsetOf(int id) => _offsets[id - FirstId];

    public BtfKind KindOf(int id) => id < FirstId ? _base!.KindOf(id) : id == 0 ? BtfKind.Void : KindAt(_offsets[id - FirstId]);

    /// <summary>The bytes of a type's name, up to and without the NUL; empty where it has none.</summary>
    public ReadOnlySpan<byte> NameBytes(int id) => id == 0 ? default : StringBytes(U32(OffsetOf(id)));

    public bool TryGetString(uint offset, [NotNullWhen(true)] out string? text)
    {
        if (offset < FirstString) return _base!.TryGetString(offset, out text);
        lock (_strings) return _strings.TryGet(offset - FirstString, out text);
    }

    public uint U32(int at) => BinaryPrimitives.ReadUInt32LittleEndian(Data.Span[at..]);

    public BpfException Malformed(string message, int? at) =>
        DiagnosticRules.BtfMalformed.Error(message, _location with { Offset = at });

    // void, int, ptr, array, struct, union, enum, fwd, typedef, volatile, const, restrict, func, func_proto, var, datasec, float, decl_tag, type_tag, enum64.

    /// <summary>Bytes that follow struct btf_type, by kind.</summary>
    private static ReadOnlySpan<byte> FixedExtra => [0, 4, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 4, 0, 0];

    /// <summary>Bytes of each member, enumerator, parameter or variable, by kind.</summary>
    private static ReadOnlySpan<byte> ExtraPerPart => [0, 0, 0, 0, 12, 12, 8, 0, 0, 0, 0, 0, 0, 8, 0, 12, 0, 0, 0, 12];

    private BtfKind KindAt(int at) => (BtfKind)(U32(at + 4) >> 24 & 0x1f);

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
    private int[] FindRecords(int start)
    {
        ReadOnlySpan<byte> data = Data.Span[..End], fixedExtra = FixedExtra, extraPerPart = ExtraPerPart;
        // The smallest record has only the common part; most have more.
        int[] offsets = new int[Math.Min(MaxTypes, (End - start) / 24) + 1];
        int count = FirstId == 0 ? 1 : 0;
        for (int at = start; at < data.Length;)
        {
            if (FirstId + count > MaxTypes) throw Malformed($"There are more than {MaxTypes} BTF types.", at);
            if (data.Length - at < RecordSize) throw Malformed("The BTF types end in the middle of one.", at);
            if (count == offsets.Length) Array.Resize(ref offsets, count * 2);
            offsets[count++] = at;
            uint info = BinaryPrimitives.ReadUInt32LittleEndian(data[(at + 4)..]);
            int parts = (int)(info & 0xffff), kind = (int)(info >> 24 & 0x1f);
            if (kind == 0 || kind >= fixedExtra.Length) throw Malformed($"BTF type {FirstId + count - 1} is of kind {kind}, which is not known.", at);
            int extra = fixedExtra[kind] + extraPerPart[kind] * parts;
            if (extra > data.Length - at - RecordSize)
                throw Malformed(parts > 0 ? $"A BTF type has {parts} parts, but the section ends before." : "The BTF types end in the middle of one.", at);
            at += RecordSize + extra;
        }

        Array.Resize(ref offsets, count);
        return offsets;
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

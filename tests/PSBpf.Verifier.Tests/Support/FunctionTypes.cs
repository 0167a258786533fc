using System.Buffers.Binary;
using System.Text;
using PSBpf.Btf;
using PSBpf.Objects;

namespace PSBpf.Verifier.Tests.Support;

/// <summary>Type information for the functions of a case: what a C compiler would write of functions without parameters.</summary>
internal static class FunctionTypes
{
    // Their ids are their places, counted from 1; void has no record.
    private static readonly string[] Returns = ["int", "long", "char", "huge", "ptr", "enum", "typedef", "void"];

    /// <summary>Describes functions.</summary>
    /// <param name="functions">Name, first slot and what it returns, perhaps followed by <c>global</c>, ascending by slot.</param>
    public static (BtfTypeSet Types, IReadOnlyList<FunctionSpec> Functions) Describe(IReadOnlyList<(string Name, int Start, string Returns)> functions)
    {
        var types = new List<byte>();
        var strings = new List<byte> { 0 };
        int count = 0;
        int Record(string name, BtfKind kind, uint sizeOrType, uint entries = 0, params uint[] rest)
        {
            Word(types, name.Length == 0 ? 0 : (uint)strings.Count);
            Word(types, (uint)kind << 24 | entries);
            Word(types, sizeOrType);
            foreach (uint word in rest) Word(types, word);
            if (name.Length > 0) strings.AddRange([.. Encoding.UTF8.GetBytes(name), 0]);
            return ++count;
        }

        const uint signed = 1u << 24;
        Record("int", BtfKind.Int, 4, 0, signed | 32);
        Record("long", BtfKind.Int, 8, 0, signed | 64);
        Record("char", BtfKind.Int, 1, 0, signed | 8);
        Record("__int128", BtfKind.Int, 16, 0, signed | 128);
        Record("", BtfKind.Pointer, 1);
        // The enumerator has the name of the enumeration, whose text comes next.
        Record("choice", BtfKind.Enum, 4, 1, (uint)strings.Count, 0);
        Record("number", BtfKind.Typedef, 1);
        var specs = new List<FunctionSpec>();
        foreach (var (name, start, returns) in functions)
        {
            string[] words = returns.Split(' ');
            int type = Array.IndexOf(Returns, words[0]) + 1;
            var linkage = words.Length > 1 && words[1] == "global" ? BtfLinkage.Global : BtfLinkage.Static;
            if (type == 0) throw new FormatException($"a function returns {string.Join(", ", Returns)}, not {returns}");
            int prototype = Record("", BtfKind.FunctionPrototype, (uint)(type < Returns.Length ? type : 0));
            specs.Add(new FunctionSpec(start, name, linkage, Record(name, BtfKind.Function, (uint)prototype, (uint)linkage)));
        }

        var header = new byte[24];
        BinaryPrimitives.WriteUInt16LittleEndian(header, 0xeb9f);
        header[2] = 1;
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(4), header.Length);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(12), types.Count);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(16), types.Count);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(20), strings.Count);
        return (BtfTypeSet.Read((byte[])[.. header, .. types, .. strings]), specs);
    }

    private static void Word(List<byte> into, uint value) => into.AddRange([(byte)value, (byte)(value >> 8), (byte)(value >> 16), (byte)(value >> 24)]);
}

using System.Buffers.Binary;
using System.Globalization;
using PSBpf.Isa;

namespace PSBpf.Conformance.Tests.Format;

/// <summary>
/// Reads vector files; Vectors/README.md describes them.
/// <code>
/// == title
///     ldxdw %r0, [%r1]          a program, indented, in the mnemonic notation
///     exit
/// 0x1 => 0x1                    cases: memory => r0 | memory afterwards
/// </code>
/// </summary>
internal static class VectorFile
{
    private const string Arrow = " => ", After = " | ";

    private static readonly (string Mark, VectorKind Kind)[] Marks = [(" [packet]", VectorKind.Packet), (" [helpers]", VectorKind.Helpers)];

    /// <summary>Every file beside the tests.</summary>
    public static string Folder { get; } = Path.Combine(AppContext.BaseDirectory, "Vectors");

    public static IReadOnlyList<VectorSection> Read(string name) => Parse(File.ReadAllLines(Path.Combine(Folder, name)));

    public static IReadOnlyList<VectorSection> Parse(string[] lines)
    {
        var sections = new List<VectorSection>();
        for (int at = 0; at < lines.Length;)
        {
            if (lines[at].Length == 0 || lines[at][0] == '#')
            {
                at++;
                continue;
            }

            if (!lines[at].StartsWith("== ", StringComparison.Ordinal)) throw Error(at, "a section begins with '== '");
            sections.Add(Section(lines, ref at));
        }

        return sections;
    }

    private static VectorSection Section(string[] lines, ref int at)
    {
        int first = at++;
        string title = lines[first][3..];
        var (mark, kind) = Marks.FirstOrDefault(row => title.EndsWith(row.Mark, StringComparison.Ordinal));
        int code = at;
        while (at < lines.Length && lines[at].StartsWith("    ", StringComparison.Ordinal)) at++;
        var instructions = Assembler.Assemble(string.Join('\n', lines[code..at]), notation: Notation.Mnemonic).Instructions;
        var cases = new List<VectorCase>();
        for (; at < lines.Length && !lines[at].StartsWith("== ", StringComparison.Ordinal); at++)
        {
            if (lines[at].Length == 0 || lines[at][0] == '#') continue;
            cases.Add(Case(lines[at], at));
            if (cases[^1].Memory.Length != cases[0].Memory.Length) throw Error(at, "the cases of a section have as much memory");
        }

        if (instructions.Length == 0 || cases.Count == 0) throw Error(first, "a section has a program and cases");
        return new VectorSection(title[..^(mark ?? "").Length], first + 1, instructions, kind, cases);
    }

    private static VectorCase Case(string line, int at)
    {
        int arrow = line.IndexOf(Arrow, StringComparison.Ordinal);
        if (arrow < 0) throw Error(at, "a case is 'memory => result'");
        byte[] memory = Bytes(line[..arrow], at);
        string result = line[(arrow + Arrow.Length)..];
        int bar = result.IndexOf(After, StringComparison.Ordinal);
        byte[] after = bar < 0 ? memory : Bytes(result[(bar + After.Length)..], at);
        if (bar >= 0) result = result[..bar];
        if (after.Length != memory.Length) throw Error(at, "memory has as many bytes afterwards as before");
        return new VectorCase(at + 1, line, memory, result == "fault" ? null : Number(result, at), after);
    }

    private static byte[] Bytes(string text, int at)
    {
        if (text == "-") return [];
        var bytes = new List<byte>();
        foreach (string item in text.Split(' '))
        {
            if (item.StartsWith("x:", StringComparison.Ordinal))
            {
                bytes.AddRange(Convert.FromHexString(item.AsSpan(2)));
                continue;
            }

            byte[] word = new byte[8];
            BinaryPrimitives.WriteUInt64LittleEndian(word, Number(item, at));
            bytes.AddRange(word);
        }

        return [.. bytes];
    }

    private static ulong Number(string text, int at) =>
        text.StartsWith("0x", StringComparison.Ordinal) && ulong.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong value)
            ? value : throw Error(at, $"'{text}' is no number 0x…");

    private static FormatException Error(int line, string what) => new($"line {line + 1}: {what}");
}

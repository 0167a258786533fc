using PSBpf.Diagnostics;

namespace PSBpf.Isa;

/// <summary>
/// Reads programs in either notation, one instruction a line, with <c>label:</c> and comments after <c>;</c>,
/// <c>#</c> or <c>//</c>. Jumps name a label or a distance (<c>+3</c>, <c>pc+3</c>); calls name a helper or its number,
/// or, for subprograms, a label; <c>map[name]</c> and <c>map[name][0] +8</c> name maps; <c>.8byte 0x…</c> is a slot as it is.
/// A program is written in one notation: the one of its first instruction that belongs to one of them only.
/// </summary>
public sealed class Assembler
{
    private const string RawSlot = ".8byte";

    private static readonly Notation[] Notations = [Notation.Kernel, Notation.Mnemonic];

    private readonly List<Instruction> _slots = [];
    private readonly Dictionary<string, int> _labels = new(StringComparer.Ordinal);
    private readonly List<(int Slot, int Line, NotationToken Token, bool InImmediate)> _references = [];
    private readonly List<string> _maps;
    private Notation? _notation;
    private int _notationLine;

    private Assembler(IEnumerable<string> maps, Notation? notation)
    {
        _maps = [.. maps];
        _notation = notation;
    }

    /// <summary>Assembles a program.</summary>
    /// <param name="text">Its lines.</param>
    /// <param name="mapNames">Maps that have an index already; others get the next one as they are named.</param>
    /// <param name="notation">How it is written; null to see from the text.</param>
    /// <exception cref="BpfException">BPF0001 to BPF0003, with line and column in the message.</exception>
    public static AssembledProgram Assemble(string text, IEnumerable<string>? mapNames = null, Notation? notation = null)
    {
        var assembler = new Assembler(mapNames ?? [], notation);
        int number = 0;
        foreach (string line in text.Split('\n')) assembler.Line(line, ++number);
        assembler.Resolve();
        return new AssembledProgram([.. assembler._slots], [.. assembler._maps], assembler._labels, assembler._notation);
    }

    internal static BpfException Error(DiagnosticRule rule, int line, int column, string message) =>
        rule.Error($"{message} (line {line}, column {column + 1})");

    private void Line(string line, int number)
    {
        line = NotationLexer.WithoutComment(line).TrimEnd();
        var tokens = NotationLexer.Tokenize(line);
        while (tokens.Count >= 2 && tokens[1].Text == ":" && (NotationLexer.IsName(tokens[0].Text) || char.IsAsciiDigit(tokens[0].Text[0])))
        {
            if (!_labels.TryAdd(tokens[0].Text, _slots.Count))
                throw Error(DiagnosticRules.AssemblyLabel, number, tokens[0].Column, $"Label '{tokens[0].Text}' is defined twice.");
            tokens.RemoveRange(0, 2);
        }

        if (tokens.Count == 0) return;
        if (tokens[0].Text == RawSlot) Raw(line, number, tokens);
        else Add(Read(line, number, tokens));
    }

    // Both notations write some instructions alike (exit, call 5): they tell nothing.
    private LineMatch Read(string line, int number, List<NotationToken> tokens)
    {
        if (_notation is { } known)
        {
            if (LineMatch.Find(known, tokens, number, out var failure) is { } match) return match;
            bool other = LineMatch.Find(Notations[1 - (int)known], tokens, number, out _) is not null;
            throw failure.Error(line, tokens, number, other ? OtherNotation(known) : "");
        }

        var kernel = LineMatch.Find(Notation.Kernel, tokens, number, out var kernelFailure);
        var mnemonic = LineMatch.Find(Notation.Mnemonic, tokens, number, out var mnemonicFailure);
        if ((kernel ?? mnemonic) is not { } found)
            throw LineFailure.Farther(kernelFailure, mnemonicFailure).Error(line, tokens, number, "");
        if (kernel is null || mnemonic is null)
        {
            _notation = kernel is null ? Notation.Mnemonic : Notation.Kernel;
            _notationLine = number;
        }

        return found;
    }

    private string OtherNotation(Notation known)
    {
        string why = _notationLine == 0 ? "was asked for" : $"line {_notationLine} is in";
        return known == Notation.Kernel
            ? $" This line is in the mnemonic notation; the kernel's {why}."
            : $" This line is in the kernel's notation; the mnemonic one {why}.";
    }

    private void Raw(string line, int number, List<NotationToken> tokens)
    {
        int at = 1;
        var number64 = NotationNumber.Read(tokens, ref at);
        if (number64 is not { Fits64: true } value || at != tokens.Count)
            throw Error(DiagnosticRules.AssemblySyntax, number, at < tokens.Count ? tokens[at].Column : line.Length, $"'{line.Trim()}' is no slot: expected one 64-bit number after {RawSlot}.");
        ulong raw = (ulong)value.Value;
        _slots.Add(new Instruction((byte)raw, (int)(raw >> 8 & 0xf), (int)(raw >> 12 & 0xf), (short)(raw >> 16), (int)(raw >> 32)));
    }

    private void Add(LineMatch match)
    {
        if (match.Problem is { } problem) throw problem;
        if (match.Label is { } label) _references.Add((_slots.Count, match.Line, label, match.LabelInImmediate));
        int? map = null;
        if (match.Map is { } name)
        {
            map = _maps.IndexOf(name);
            if (map < 0)
            {
                map = _maps.Count;
                _maps.Add(name);
            }
        }

        match.Emit(_slots, map);
    }

    private void Resolve()
    {
        foreach (var (slot, line, token, inImmediate) in _references)
        {
            if (!_labels.TryGetValue(token.Text, out int target))
                throw Error(DiagnosticRules.AssemblyLabel, line, token.Column, $"Label '{token.Text}' is not defined.");
            int distance = target - slot - 1;
            if (!inImmediate && distance is < short.MinValue or > short.MaxValue)
                throw Error(DiagnosticRules.AssemblyOperand, line, token.Column, $"Label '{token.Text}' is {distance} slots away; a jump by offset reaches 32767. Use gotol (ja32).");
            _slots[slot] = inImmediate ? _slots[slot].WithImmediate(distance) : _slots[slot].WithOffset((short)distance);
        }
    }
}

/// <summary>What the assembler made.</summary>
/// <param name="Instructions">The slots.</param>
/// <param name="Maps">Names of maps, by the index that instructions use.</param>
/// <param name="Labels">Slot of each label.</param>
/// <param name="Notation">How it was written; null when all its instructions are the same in both notations.</param>
public sealed record AssembledProgram(Instruction[] Instructions, IReadOnlyList<string> Maps, IReadOnlyDictionary<string, int> Labels, Notation? Notation);

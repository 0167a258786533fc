using System.Globalization;
using PSBpf.Diagnostics;
using PSBpf.Uapi;

namespace PSBpf.Isa;

/// <summary>
/// Reads programs in the kernel's notation, one instruction a line, with <c>label:</c> and comments after <c>;</c>,
/// <c>#</c> or <c>//</c>. Jumps name a label or a distance (<c>+3</c>, <c>pc+3</c>); calls name a helper, its number,
/// or a label; <c>r1 = map[name]</c> and <c>r1 = map[name][0] +8</c> name maps.
/// </summary>
public sealed class Assembler
{
    private readonly List<Instruction> _slots = [];
    private readonly Dictionary<string, int> _labels = new(StringComparer.Ordinal);
    private readonly List<(int Slot, int Line, NotationToken Token, bool InImmediate)> _references = [];
    private readonly List<string> _maps;

    private Assembler(IEnumerable<string> maps) => _maps = [.. maps];

    /// <summary>Assembles a program.</summary>
    /// <param name="text">Its lines.</param>
    /// <param name="mapNames">Maps that have an index already; others get the next one as they are named.</param>
    /// <exception cref="BpfException">BPF0001 to BPF0003, with line and column in the message.</exception>
    public static AssembledProgram Assemble(string text, IEnumerable<string>? mapNames = null)
    {
        var assembler = new Assembler(mapNames ?? []);
        int number = 0;
        foreach (string line in text.Split('\n')) assembler.Line(line, ++number);
        assembler.Resolve();
        return new AssembledProgram([.. assembler._slots], [.. assembler._maps], assembler._labels);
    }

    private void Line(string line, int number)
    {
        int comment = line.AsSpan().IndexOfAny(';', '#');
        while (comment > 0 && line[comment] == '#' && char.IsLetterOrDigit(line[comment - 1])) // helper#5 is no comment
        {
            int next = line.AsSpan(comment + 1).IndexOfAny(';', '#');
            comment = next < 0 ? -1 : comment + 1 + next;
        }

        if (comment >= 0) line = line[..comment];
        int slashes = line.IndexOf("//", StringComparison.Ordinal);
        if (slashes >= 0) line = line[..slashes];
        var tokens = NotationLexer.Tokenize(line);
        while (tokens.Count >= 2 && tokens[1].Text == ":")
        {
            if (!_labels.TryAdd(tokens[0].Text, _slots.Count))
                throw Error(DiagnosticRules.AssemblyLabel, number, tokens[0].Column, $"Label '{tokens[0].Text}' is defined twice.");
            tokens.RemoveRange(0, 2);
        }

        if (tokens.Count == 0) return;
        BpfException? nearest = null;
        foreach (var pattern in NotationPattern.All[1..])
        {
            var match = new Match(this, pattern.Form, number);
            if (match.Try(pattern.Tokens, tokens))
            {
                if (match.Problem is { } problem)
                {
                    nearest ??= problem;
                    continue;
                }

                match.Emit();
                return;
            }
        }

        throw nearest ?? Error(DiagnosticRules.AssemblySyntax, number, tokens[0].Column, $"'{line.Trim()}' is no instruction.");
    }

    private void Resolve()
    {
        foreach (var (slot, line, token, inImmediate) in _references)
        {
            if (!_labels.TryGetValue(token.Text, out int target))
                throw Error(DiagnosticRules.AssemblyLabel, line, token.Column, $"Label '{token.Text}' is not defined.");
            int distance = target - slot - 1;
            if (!inImmediate && distance is < short.MinValue or > short.MaxValue)
                throw Error(DiagnosticRules.AssemblyOperand, line, token.Column, $"Label '{token.Text}' is {distance} slots away; a jump by offset reaches 32767. Use gotol.");
            _slots[slot] = inImmediate ? _slots[slot].WithImmediate(distance) : _slots[slot].WithOffset((short)distance);
        }
    }

    private static BpfException Error(DiagnosticRule rule, int line, int column, string message) =>
        rule.Error($"{message} (line {line}, column {column + 1})");

    /// <summary>One attempt to read a line as one form.</summary>
    private struct Match(Assembler owner, InstructionForm form, int line)
    {
        private int _destination = -1, _source = -1, _offset, _high;
        private long _immediate;
        private string? _map;
        private NotationToken? _label;
        private bool _labelInImmediate;

        /// <summary>An operand that has the right shape but does not fit.</summary>
        public BpfException? Problem { get; private set; }

        public bool Try(string[] pattern, List<NotationToken> tokens)
        {
            int at = 0;
            foreach (string expected in pattern)
            {
                if (expected[0] != '{' || expected.Length < 3)
                {
                    // An offset that is not written is zero; "ll" may not be left out.
                    if (at >= tokens.Count || tokens[at].Text != expected) return false;
                    at++;
                }
                else if (!Operand(expected, tokens, ref at))
                {
                    return false;
                }
            }

            return at == tokens.Count;
        }

        private bool Operand(string placeholder, List<NotationToken> tokens, ref int at)
        {
            switch (placeholder)
            {
                case "{d}": return Register('r', ref _destination, tokens, ref at);
                case "{s}": return Register('r', ref _source, tokens, ref at);
                case "{dw}": return Register('w', ref _destination, tokens, ref at);
                case "{sw}": return Register('w', ref _source, tokens, ref at);
                case "{i}": return Number(tokens, ref at, out _immediate) && Fits32(tokens[at - 1], ref _immediate);
                case "{i64}": return Number(tokens, ref at, out _immediate);
                case "{i2}":
                    if (at == tokens.Count) return true;
                    if (!Number(tokens, ref at, out long high) || !Fits32(tokens[at - 1], ref high)) return false;
                    _high = (int)high;
                    return true;
                case "{o}":
                    if (at < tokens.Count && tokens[at].Text is not ("+" or "-")) return true;
                    if (at == tokens.Count) return true;
                    if (!Number(tokens, ref at, out long offset)) return false;
                    _offset = Fits16(tokens[at - 1], offset);
                    return true;
                case "{j}" or "{ji}": return Jump(placeholder == "{ji}", tokens, ref at);
                case "{h}": return Helper(tokens, ref at);
                case "{m}":
                    if (at >= tokens.Count) return false;
                    _map = tokens[at++].Text;
                    return true;
                default: return false;
            }
        }

        private static bool Register(char prefix, ref int register, List<NotationToken> tokens, ref int at)
        {
            if (at >= tokens.Count) return false;
            string text = tokens[at].Text;
            if (text.Length is < 2 or > 3 || text[0] != prefix || !int.TryParse(text.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out int number)) return false;
            if (number > 10 || (register >= 0 && register != number)) return false;
            register = number;
            at++;
            return true;
        }

        private static bool Number(List<NotationToken> tokens, ref int at, out long value)
        {
            value = 0;
            int start = at;
            bool negative = false;
            if (start < tokens.Count && tokens[start].Text is "-" or "+") negative = tokens[start++].Text == "-";
            if (start >= tokens.Count || !char.IsAsciiDigit(tokens[start].Text[0])) return false;
            var text = tokens[start].Text.AsSpan();
            ulong magnitude;
            bool read = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
                ? ulong.TryParse(text[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out magnitude)
                : ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out magnitude);
            if (!read) return false;
            value = negative ? -(long)magnitude : (long)magnitude;
            at = start + 1;
            return true;
        }

        private bool Fits32(NotationToken token, ref long value)
        {
            if (value is < int.MinValue or > uint.MaxValue)
                Problem ??= Error(DiagnosticRules.AssemblyOperand, line, token.Column, $"{value} does not fit 32 bits.");
            value = (int)value;
            return true;
        }

        private int Fits16(NotationToken token, long value)
        {
            if (value is < short.MinValue or > short.MaxValue)
                Problem ??= Error(DiagnosticRules.AssemblyOperand, line, token.Column, $"{value} does not fit the 16-bit offset.");
            return (short)value;
        }

        private bool Jump(bool inImmediate, List<NotationToken> tokens, ref int at)
        {
            if (at >= tokens.Count) return false;
            if (tokens[at].Text == "pc" && at + 1 < tokens.Count) at++;
            var token = tokens[at];
            if (Number(tokens, ref at, out long distance))
            {
                if (token.Text is not ("+" or "-")) return false;
                if (inImmediate) _immediate = distance;
                else _offset = Fits16(token, distance);
                return !inImmediate || Fits32(token, ref _immediate);
            }

            if (!char.IsAsciiLetter(token.Text[0]) && token.Text[0] is not ('_' or '.')) return false;
            _label = token;
            _labelInImmediate = inImmediate;
            at++;
            return true;
        }

        private bool Helper(List<NotationToken> tokens, ref int at)
        {
            // A sign would make it the distance to a subprogram.
            if (at >= tokens.Count || tokens[at].Text is "+" or "-") return false;
            if (Number(tokens, ref at, out _immediate)) return Fits32(tokens[at - 1], ref _immediate);
            if (HelperTable.Find(tokens[at].Text) is not { } helper) return false;
            _immediate = helper.Id;
            at++;
            if (at == tokens.Count || tokens[at].Text != "#") return true;
            at++;
            return Number(tokens, ref at, out long id) && id == helper.Id;
        }

        public readonly void Emit()
        {
            long immediate = _immediate;
            if (_map is { } map)
            {
                int index = owner._maps.IndexOf(map);
                if (index < 0)
                {
                    index = owner._maps.Count;
                    owner._maps.Add(map);
                }

                immediate = index;
            }

            // Fields that the pattern does not show hold the one value that the row allows.
            int Fixed(OperandBounds bounds, int shown) => bounds.Minimum == bounds.Maximum ? bounds.Minimum : shown;
            if (_label is { } label) owner._references.Add((owner._slots.Count, line, label, _labelInImmediate));
            owner._slots.Add(new Instruction(
                form.Opcode,
                Fixed(form.Destination, Math.Max(_destination, 0)),
                Fixed(form.Source, Math.Max(_source, 0)),
                (short)Fixed(form.Offset, _offset),
                Fixed(form.Immediate, (int)immediate)));
            if (form.Slots == 2)
                owner._slots.Add(new Instruction(0, 0, 0, 0, form.Id == FormId.Lddw ? (int)(immediate >> 32) : _high));
        }
    }
}

/// <summary>What the assembler made.</summary>
/// <param name="Instructions">The slots.</param>
/// <param name="Maps">Names of maps, by the index that instructions use.</param>
/// <param name="Labels">Slot of each label.</param>
public sealed record AssembledProgram(Instruction[] Instructions, IReadOnlyList<string> Maps, IReadOnlyDictionary<string, int> Labels);

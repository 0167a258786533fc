using PSBpf.Diagnostics;
using PSBpf.Uapi;

namespace PSBpf.Isa;

/// <summary>An assembly line read as one form.</summary>
internal sealed class LineMatch
{
    private readonly InstructionForm _form;
    private readonly Notation _notation;
    private readonly List<NotationToken> _tokens;
    private int _destination = -1, _source = -1, _offset, _high;
    private long _immediate;

    private LineMatch(InstructionForm form, Notation notation, List<NotationToken> tokens, int line)
    {
        _form = form;
        _notation = notation;
        _tokens = tokens;
        Line = line;
    }

    /// <summary>The line's number.</summary>
    public int Line { get; }

    /// <summary>An operand that has the right shape but does not fit.</summary>
    public BpfException? Problem { get; private set; }

    /// <summary>The label that it refers to.</summary>
    public NotationToken? Label { get; private set; }

    /// <summary>Whether the label's distance goes into the immediate rather than the offset.</summary>
    public bool LabelInImmediate { get; private set; }

    /// <summary>The map that it names.</summary>
    public string? Map { get; private set; }

    /// <summary>Looks for the form that a line has in a notation.</summary>
    /// <param name="notation">The notation.</param>
    /// <param name="tokens">The line.</param>
    /// <param name="line">Its number.</param>
    /// <param name="failure">How far the forms that do not fit could be read.</param>
    /// <returns>The first form that fits; one with a <see cref="Problem"/> only when no other fits; null when none has this shape.</returns>
    public static LineMatch? Find(Notation notation, List<NotationToken> tokens, int line, out LineFailure failure)
    {
        failure = new LineFailure();
        LineMatch? nearest = null;
        foreach (var pattern in NotationPattern.All(notation))
        {
            var match = new LineMatch(pattern.Form, notation, tokens, line);
            if (!match.Try(pattern.Tokens, failure)) continue;
            if (match.Problem is null) return match;
            nearest ??= match;
        }

        return nearest;
    }

    /// <summary>Appends the slots.</summary>
    /// <param name="slots">Where to.</param>
    /// <param name="map">The index of the map that it names.</param>
    public void Emit(List<Instruction> slots, int? map)
    {
        // Fields that the pattern does not show hold the one value that the row allows.
        static int Fixed(OperandBounds bounds, int shown) => bounds.Minimum == bounds.Maximum ? bounds.Minimum : shown;
        slots.Add(new Instruction(
            _form.Opcode,
            Fixed(_form.Destination, Math.Max(_destination, 0)),
            Fixed(_form.Source, Math.Max(_source, 0)),
            (short)Fixed(_form.Offset, _offset),
            Fixed(_form.Immediate, map ?? (int)_immediate)));
        if (_form.Slots == 2) slots.Add(new Instruction(0, 0, 0, 0, _form.Id == FormId.Lddw ? (int)(_immediate >> 32) : _high));
    }

    private bool Try(string[] pattern, LineFailure failure)
    {
        int at = 0;
        foreach (string expected in pattern)
        {
            int before = at;
            if (expected[0] == '{' && expected.Length > 2 ? Operand(expected, ref at) : Literal(expected, ref at)) continue;
            failure.Note(Math.Max(before, at), this, expected);
            return false;
        }

        if (at == _tokens.Count) return true;
        failure.Note(at, this, "");
        return false;
    }

    /// <summary>What a pattern's token stands for, in words.</summary>
    public string Describe(string expected) => expected switch
    {
        "" => "the end of the line",
        "{d}" when _destination >= 0 => RegisterName('r', _destination),
        "{s}" when _source >= 0 => RegisterName('r', _source),
        "{dw}" when _destination >= 0 => RegisterName('w', _destination),
        "{sw}" when _source >= 0 => RegisterName('w', _source),
        "{d}" or "{s}" => $"a register ({RegisterName('r', 0)} to {RegisterName('r', 10)})",
        "{dw}" or "{sw}" => "a 32-bit register (w0 to w10)",
        "{i}" or "{i2}" => "a number",
        "{i64}" => "a 64-bit number",
        "{o}" or "{a}" => "an offset such as +4",
        "{j}" or "{ji}" => "a label or a distance such as +3",
        "{h}" => "a helper's name or number",
        "{m}" => "a map's name",
        _ => $"'{expected}'",
    };

    private string RegisterName(char prefix, int number) => _notation == Notation.Mnemonic ? $"%{prefix}{number}" : $"{prefix}{number}";

    private bool Literal(string expected, ref int at)
    {
        if (at < _tokens.Count && _tokens[at].Text == expected)
        {
            at++;
            return true;
        }

        // Registers may be written with or without the sign.
        return expected == "%" && _notation == Notation.Mnemonic;
    }

    private bool Operand(string placeholder, ref int at)
    {
        switch (placeholder)
        {
            case "{d}": return Register('r', ref _destination, ref at);
            case "{s}": return Register('r', ref _source, ref at);
            case "{dw}": return Register('w', ref _destination, ref at);
            case "{sw}": return Register('w', ref _source, ref at);
            case "{i}": return Immediate(ref at);
            case "{i64}":
                int first = at;
                if (NotationNumber.Read(_tokens, ref at) is not { } wide) return false;
                if (!wide.Fits64) Complain(first, at, "does not fit 64 bits");
                _immediate = wide.Value;
                return true;
            case "{i2}":
                if (at == _tokens.Count) return true;
                if (!Number32(ref at, out _high)) return false;
                return true;
            case "{o}" or "{a}":
                // An offset that is not written is zero.
                return at >= _tokens.Count || _tokens[at].Text is not ("+" or "-") || Offset(ref at);
            case "{j}" or "{ji}": return Jump(placeholder == "{ji}", ref at);
            case "{h}": return Helper(ref at);
            case "{m}": return MapReference(ref at);
            default: throw new InvalidOperationException($"The table uses an unknown placeholder '{placeholder}'.");
        }
    }

    private bool Register(char prefix, ref int register, ref int at)
    {
        if (at >= _tokens.Count) return false;
        string text = _tokens[at].Text;
        if (text[0] != prefix) return false;
        int number = text.Length == 2 && char.IsAsciiDigit(text[1]) ? text[1] - '0' : text.AsSpan(1) is "10" ? 10 : -1;
        if (number < 0 || (register >= 0 && register != number)) return false;
        register = number;
        at++;
        return true;
    }

    private bool Immediate(ref int at)
    {
        if (!Number32(ref at, out int value)) return false;
        _immediate = value;
        return true;
    }

    private bool Number32(ref int at, out int value)
    {
        int start = at;
        value = 0;
        if (NotationNumber.Read(_tokens, ref at) is not { } number) return false;
        if (!number.Fits32) Complain(start, at, "does not fit 32 bits");
        value = (int)number.Value;
        return true;
    }

    private bool Offset(ref int at)
    {
        int start = at;
        if (NotationNumber.Read(_tokens, ref at) is not { } number) return false;
        if (!number.Fits64 || number.Value is < short.MinValue or > short.MaxValue) Complain(start, at, "does not fit the 16-bit offset");
        _offset = (short)number.Value;
        return true;
    }

    private bool Jump(bool inImmediate, ref int at)
    {
        if (at < _tokens.Count && _tokens[at].Text == "pc" && at + 1 < _tokens.Count && _tokens[at + 1].Text is "+" or "-") at++;
        if (at >= _tokens.Count) return false;
        var token = _tokens[at];
        if (token.Text is "+" or "-") return inImmediate ? Immediate(ref at) : Offset(ref at);
        if (!NotationLexer.IsName(token.Text)) return false;
        Label = token;
        LabelInImmediate = inImmediate;
        at++;
        return true;
    }

    private bool Helper(ref int at)
    {
        // A sign would make it the distance to a subprogram.
        if (at >= _tokens.Count || _tokens[at].Text is "+" or "-") return false;
        if (Immediate(ref at)) return true;
        if (HelperTable.Find(_tokens[at].Text) is not { } helper) return false;
        _immediate = helper.Id;
        at++;
        if (at == _tokens.Count || _tokens[at].Text != "#") return true;
        at++;
        return NotationNumber.Read(_tokens, ref at) is { } id && id.Value == helper.Id;
    }

    // A number is the index itself.
    private bool MapReference(ref int at)
    {
        if (at >= _tokens.Count) return false;
        if (Immediate(ref at)) return true;
        if (!NotationLexer.IsName(_tokens[at].Text)) return false;
        Map = _tokens[at++].Text;
        return true;
    }

    private void Complain(int start, int end, string what) => Problem ??= Assembler.Error(
        DiagnosticRules.AssemblyOperand, Line, _tokens[start].Column, $"{string.Concat(_tokens.Skip(start).Take(end - start).Select(token => token.Text))} {what}.");
}

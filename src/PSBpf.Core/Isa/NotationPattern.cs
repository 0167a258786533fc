namespace PSBpf.Isa;

/// <summary>
/// A notation pattern of the table, cut into tokens. Assembler and disassembler walk the same patterns, which is why
/// they agree. Placeholders: <c>{d} {s}</c> registers, <c>{dw} {sw}</c> their 32-bit halves, <c>{i}</c> immediate,
/// <c>{i64}</c> 64-bit immediate, <c>{i2}</c> signed immediate of the second slot, <c>{o}</c> signed offset,
/// <c>{a}</c> the same, but not written when it is zero, <c>{j}</c> jump by offset, <c>{ji}</c> jump by immediate,
/// <c>{h}</c> helper, <c>{m}</c> map by index.
/// </summary>
internal sealed class NotationPattern
{
    private static readonly NotationPattern[][] Patterns = [Build(Notation.Kernel), Build(Notation.Mnemonic)];

    private NotationPattern(InstructionForm form, Notation notation)
    {
        Form = form;
        Tokens = NotationLexer.Tokenize(form.PatternOf(notation)).Select(token => token.Text).ToArray();
    }

    /// <summary>The row it belongs to.</summary>
    public InstructionForm Form { get; }

    /// <summary>Its tokens; placeholders keep their braces.</summary>
    public string[] Tokens { get; }

    /// <summary>The patterns of a notation, in the order of <see cref="FormId"/>.</summary>
    public static ReadOnlySpan<NotationPattern> All(Notation notation) => Patterns[(int)notation];

    private static NotationPattern[] Build(Notation notation) =>
        [.. InstructionTable.Forms.ToArray().Select(form => new NotationPattern(form, notation))];
}

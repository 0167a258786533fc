namespace PSBpf.Isa;

/// <summary>
/// A notation pattern of the table, cut into tokens. Assembler and disassembler walk the same tokens, which is why
/// they agree. Placeholders: <c>{d} {s}</c> registers, <c>{dw} {sw}</c> their 32-bit halves, <c>{i}</c> immediate,
/// <c>{i64}</c> 64-bit immediate, <c>{i2}</c> signed immediate of the second slot, <c>{o}</c> signed offset,
/// <c>{j}</c> jump by offset, <c>{ji}</c> jump by immediate, <c>{h}</c> helper, <c>{m}</c> map by index.
/// </summary>
internal sealed class NotationPattern
{
    private static readonly NotationPattern[] Patterns = Build();

    private NotationPattern(InstructionForm form)
    {
        Form = form;
        Text = form.Kernel;
        Tokens = NotationLexer.Tokenize(form.Kernel).Select(token => token.Text).ToArray();
    }

    /// <summary>The row it belongs to.</summary>
    public InstructionForm Form { get; }

    /// <summary>The pattern as the table has it.</summary>
    public string Text { get; }

    /// <summary>Its tokens; placeholders keep their braces.</summary>
    public string[] Tokens { get; }

    /// <summary>All patterns, indexed by <see cref="FormId"/>.</summary>
    public static ReadOnlySpan<NotationPattern> All => Patterns;

    private static NotationPattern[] Build()
    {
        var patterns = new NotationPattern[InstructionTable.Count];
        for (int id = 0; id < patterns.Length; id++) patterns[id] = new NotationPattern(InstructionTable.Get((FormId)id));
        return patterns;
    }
}

namespace PSBpf.Isa;

/// <summary>
/// Every instruction form, once. Decoder, assembler, disassembler, verifier, interpreter and JIT read these rows;
/// none of them has a list of its own.
/// </summary>
public static partial class InstructionTable
{
    /// <summary>Number of forms, <see cref="FormId.None"/> included.</summary>
    public const int Count = (int)FormId.StoreReleasedw + 1;

    private static readonly InstructionForm[] Rows = Build();
    private static readonly InstructionForm[][] ByOpcode = Index(Rows);

    /// <summary>All rows, in the order of <see cref="FormId"/>, without <see cref="FormId.None"/>.</summary>
    public static ReadOnlySpan<InstructionForm> Forms => Rows.AsSpan(1);

    /// <summary>The row of a form.</summary>
    public static InstructionForm Get(FormId id) => Rows[(int)id];

    /// <summary>The forms that share an opcode byte; empty for an unknown opcode.</summary>
    public static ReadOnlySpan<InstructionForm> WithOpcode(byte opcode) => ByOpcode[opcode];

    /// <summary>The form that a slot's fields make; null when no row fits.</summary>
    public static InstructionForm? Find(Instruction instruction)
    {
        foreach (var form in ByOpcode[instruction.Opcode])
            if (form.Matches(instruction)) return form;
        return null;
    }

    private static InstructionForm[] Build()
    {
        var rows = new InstructionForm[Count];
        rows[0] = new InstructionForm { Id = FormId.None, Opcode = 0, Kind = FormKind.None, Kernel = "", MnemonicPattern = "", Mnemonic = "" };
        foreach (var form in Arithmetic().Concat(Jumps()).Concat(Memory()).Concat(Atomics())) rows[(int)form.Id] = form;
        return rows;
    }

    private static FormId Next(FormId first, int step) => (FormId)((int)first + step);

    private static InstructionForm[][] Index(InstructionForm[] rows)
    {
        var index = new InstructionForm[256][];
        Array.Fill(index, []);
        foreach (var group in rows.Skip(1).GroupBy(form => form.Opcode)) index[group.Key] = [.. group];
        return index;
    }
}

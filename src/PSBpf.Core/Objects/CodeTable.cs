using PSBpf.Btf;
using PSBpf.CoRe;
using PSBpf.Diagnostics;
using PSBpf.Elf;
using PSBpf.Isa;

namespace PSBpf.Objects;

/// <summary>A function as it lies in its section.</summary>
/// <param name="Name">Its symbol's name.</param>
/// <param name="Section">Its section.</param>
/// <param name="Start">Its first instruction slot in the section.</param>
/// <param name="Length">Its instruction slots.</param>
/// <param name="IsGlobal">Whether its symbol is not local.</param>
/// <param name="Linkage">How the verifier treats it: as a global function only if it is one and not hidden.</param>
internal sealed record CodeFunction(string Name, ElfSection Section, int Start, int Length, bool IsGlobal, BtfLinkage Linkage);

/// <summary>The contents of one section of instructions.</summary>
/// <param name="Instructions">Its slots, adapted to the kernel's types and not yet relocated.</param>
/// <param name="Functions">Its functions, ascending and not overlapping.</param>
/// <param name="Relocations">Its relocations by slot.</param>
/// <param name="Lines">Its line information, ascending by slot.</param>
/// <param name="TypeIds">BTF ids of its functions by first slot.</param>
/// <param name="Poisoned">Why instructions must not run, ascending by slot: what the kernel lacks.</param>
internal sealed record CodeSection(
    Instruction[] Instructions, CodeFunction[] Functions, RelocationTable Relocations, LineTable Lines, Dictionary<int, int> TypeIds,
    SortedDictionary<int, string> Poisoned);

/// <summary>An object's instructions by section, with all that is known about them.</summary>
internal sealed class CodeTable(ElfFile elf, BtfTypeSet? btf, BtfExtension extension, CoreResolver? core)
{
    /// <summary>Most instruction slots of all programs of an object together; the kernel takes a million for one.</summary>
    private const int MaxSlots = 1 << 21;

    private readonly Dictionary<int, CodeSection> _sections = [];
    private int _spent;
    private readonly ILookup<int, ElfSymbol> _functionSymbols = elf.Symbols
        .Where(symbol => symbol is { Type: ElfSymbolType.Function, Name.Length: > 0 } && elf.SectionOf(symbol) is { IsCode: true })
        .ToLookup(symbol => (int)symbol.SectionIndex);

    /// <summary>The object's types, that lines have their texts from.</summary>
    public BtfTypeSet? Types => btf;

    /// <summary>The contents of a section.</summary>
    public CodeSection this[ElfSection section]
    {
        get
        {
            if (!_sections.TryGetValue(section.Index, out CodeSection? code)) _sections.Add(section.Index, code = Read(section));
            return code;
        }
    }

    /// <summary>The function that starts at a slot of a section.</summary>
    public CodeFunction? FunctionAt(ElfSection section, long slot)
    {
        CodeFunction[] functions = this[section].Functions;
        int low = 0, high = functions.Length - 1;
        while (low <= high)
        {
            int middle = (low + high) >>> 1;
            if (functions[middle].Start == slot) return functions[middle];
            if (functions[middle].Start < slot) low = middle + 1;
            else high = middle - 1;
        }

        return null;
    }

    /// <summary>Counts a function that goes into a program: each program has its own copy of the subprograms it uses.</summary>
    public void Spend(int slots)
    {
        // What is kept about a function takes as much memory as a few instructions.
        _spent += slots + 8;
        if (_spent > MaxSlots)
            throw DiagnosticRules.ObjectTooLarge.Error($"The object's programs have more than {MaxSlots} instructions together.", elf.At());
    }

    private CodeSection Read(ElfSection section)
    {
        if (section.Size % Instruction.Size != 0)
            throw DiagnosticRules.ElfMalformed.Error($"Section '{section.Name}' has {section.Size} bytes, which are not whole instructions.", elf.At(section.Name));
        Instruction[] instructions = InstructionDecoder.ReadSlots(section.Data.Span);
        LineTable lines = ReadLines(section);
        var poisoned = Adapt(section, instructions, lines);
        return new CodeSection(instructions, ReadFunctions(section), ReadRelocations(section), lines, ReadTypeIds(section), poisoned);
    }

    /// <summary>Applies the section's CO-RE relocations.</summary>
    private SortedDictionary<int, string> Adapt(ElfSection section, Instruction[] instructions, LineTable lines)
    {
        SortedDictionary<int, string> poisoned = [];
        if (core is null || !IsFirst(section) || !extension.CoreRelocations.TryGetValue(section.Name, out List<BtfCoreRelocation>? relocations)) return poisoned;
        foreach (BtfCoreRelocation relocation in relocations)
        {
            int slot = Slot(section, relocation.Offset);
            DiagnosticLocation location = elf.At(section.Name, relocation.Offset) with { Source = lines.SourceAt(slot) };
            CoreResult result = core.Resolve(relocation, location);
            if (CorePatch.Apply(instructions, slot, result, location) is { } reason)
                poisoned[slot] = $"'{result.What}' {reason}: {core.TargetName}";
        }

        return poisoned;
    }

    private CodeFunction[] ReadFunctions(ElfSection section)
    {
        ElfSymbol[] symbols = [.. _functionSymbols[section.Index].OrderBy(symbol => symbol.Value)];
        var functions = new CodeFunction[symbols.Length];
        for (int index = 0; index < symbols.Length; index++)
        {
            ElfSymbol symbol = symbols[index];
            // Assembly without .size: up to the next function.
            ulong size = symbol.Size > 0 ? symbol.Size
                : symbols.Skip(index + 1).Where(next => next.Value > symbol.Value).Select(next => next.Value).FirstOrDefault(section.Size) - symbol.Value;
            if (symbol.Value % Instruction.Size != 0 || size % Instruction.Size != 0 || size == 0 || size > section.Size - symbol.Value)
                throw DiagnosticRules.ElfMalformed.Error(
                    $"Function '{symbol.Name}' ({size} bytes at offset {symbol.Value} of section '{section.Name}') is not made of whole instructions in it.", elf.At(section.Name, symbol.Value));
            if (index > 0 && symbol.Value < (ulong)(functions[index - 1].Start + functions[index - 1].Length) * Instruction.Size)
                throw DiagnosticRules.ElfMalformed.Error(
                    $"Functions '{functions[index - 1].Name}' and '{symbol.Name}' overlap in section '{section.Name}'.", elf.At(section.Name, symbol.Value));

            bool isGlobal = symbol.Binding != ElfSymbolBinding.Local;
            functions[index] = new CodeFunction(
                symbol.Name, section, (int)symbol.Value / Instruction.Size, (int)size / Instruction.Size, isGlobal,
                isGlobal && !symbol.IsHidden ? BtfLinkage.Global : BtfLinkage.Static);
        }

        return functions;
    }

    private RelocationTable ReadRelocations(ElfSection section)
    {
        IReadOnlyList<ElfRelocation> all = elf.RelocationsOf(section);
        List<ElfRelocation> kept = new(all.Count);
        foreach (ElfRelocation relocation in all)
        {
            if (relocation.Type == ElfRelocationType.None) continue;
            if (relocation.Offset % Instruction.Size != 0) throw BadRelocation(section, relocation);
            kept.Add(relocation);
        }

        var table = new RelocationTable(kept);
        return table.FindTwice() is { } twice ? throw BadRelocation(section, twice) : table;
    }

    private BpfException BadRelocation(ElfSection section, ElfRelocation relocation) =>
        DiagnosticRules.ObjectRelocation.Error(
            $"Section '{section.Name}' has two relocations, or one inside an instruction, at offset {relocation.Offset}.", elf.At(section.Name, relocation.Offset));

    private LineTable ReadLines(ElfSection section)
    {
        if (!IsFirst(section) || !extension.Lines.TryGetValue(section.Name, out List<BtfLineInfo>? records)) return LineTable.Empty;
        var lines = new LineTable.Entry[records.Count];
        int count = 0;
        foreach (BtfLineInfo record in InOrder(records))
        {
            int slot = Slot(section, record.Offset);
            if (count > 0 && lines[count - 1].Instruction == slot) continue;
            CheckText(record.FileNameOffset);
            CheckText(record.LineOffset);
            lines[count++] = new LineTable.Entry(slot, record);
        }

        return new LineTable(btf, lines[..count]);
    }

    // Compilers write them so; who merges objects may not.
    private static IEnumerable<BtfLineInfo> InOrder(List<BtfLineInfo> records)
    {
        for (int index = 1; index < records.Count; index++)
            if (records[index].Offset < records[index - 1].Offset) return records.OrderBy(record => record.Offset);
        return records;
    }

    private Dictionary<int, int> ReadTypeIds(ElfSection section)
    {
        Dictionary<int, int> ids = [];
        if (IsFirst(section) && extension.Functions.TryGetValue(section.Name, out List<BtfFunctionInfo>? records))
            foreach (BtfFunctionInfo record in records) ids.TryAdd(Slot(section, record.Offset), record.TypeId);
        return ids;
    }

    /// <summary>.BTF.ext knows sections by name only: of several with one name it means the first.</summary>
    private bool IsFirst(ElfSection section) => ReferenceEquals(elf.Find(section.Name), section);

    private int Slot(ElfSection section, uint offset) =>
        offset % Instruction.Size == 0 && offset < section.Size
            ? (int)(offset / Instruction.Size)
            : throw DiagnosticRules.BtfMalformed.Error($"A .BTF.ext record is about offset {offset} of section '{section.Name}', where no instruction starts.", elf.At(".BTF.ext"));

    private void CheckText(uint offset)
    {
        if (!btf!.HasString(offset))
            throw DiagnosticRules.BtfMalformed.Error($"A .BTF.ext record names a string at offset {offset}, outside the strings of .BTF.", elf.At(".BTF.ext"));
    }
}

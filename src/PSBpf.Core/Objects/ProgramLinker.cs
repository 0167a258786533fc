using PSBpf.Diagnostics;
using PSBpf.Elf;
using PSBpf.Isa;

namespace PSBpf.Objects;

/// <summary>A program's code: the entry function and every function it can reach.</summary>
internal sealed record LinkedCode(
    Instruction[] Instructions, IReadOnlyList<MapSpec> Maps, IReadOnlyList<FunctionSpec> Functions, IReadOnlyList<LineSpec> Lines,
    IReadOnlyList<ExternUse> Externs, IReadOnlyList<PoisonedInstruction> Poisoned);

/// <summary>
/// Puts a program's code together as libbpf does: each function that is called or whose address is taken is appended
/// once, when it is first met, and relocations become pseudo sources (UAPI: BPF_PSEUDO_*).
/// </summary>
internal sealed class ProgramLinker(ElfFile elf, MapTable maps, CodeTable code, ExternTable externs, CodeFunction entry)
{
    private const byte LoadImmediate64 = Opcodes.Ld | Opcodes.Imm | Opcodes.Dw;
    private const byte Call = Opcodes.Jmp | Opcodes.Call;

    private readonly List<Instruction> _code = [];
    private readonly List<MapSpec> _maps = [];
    private readonly Dictionary<MapSpec, int> _mapIndices = new(ReferenceEqualityComparer.Instance);
    private readonly List<ExternUse> _externs = [];
    private readonly List<CodeFunction> _placed = [];
    private readonly Dictionary<CodeFunction, int> _starts = new(ReferenceEqualityComparer.Instance);
    private readonly Stack<(CodeFunction Function, int Slot)> _pending = new();

    public LinkedCode Link()
    {
        Place(entry);
        while (_pending.TryPop(out (CodeFunction Function, int Slot) next)) Relocate(next.Function, next.Slot);
        return new LinkedCode(
            [.. _code], _maps, [.. _placed.Select(Describe)], Lines(),
            [.. _externs.OrderBy(use => use.Instruction)], [.. _placed.SelectMany(Poisoned)]);
    }

    private int Place(CodeFunction function)
    {
        if (_starts.TryGetValue(function, out int start)) return start;
        code.Spend(function.Length);
        start = _code.Count;
        _starts.Add(function, start);
        _placed.Add(function);
        _code.AddRange(Section(function).Instructions.AsSpan(function.Start, function.Length));
        _pending.Push((function, 0));
        return start;
    }

    /// <summary>Relocates a function from a slot on; when that places another function, the rest waits until that one is done.</summary>
    private void Relocate(CodeFunction function, int slot)
    {
        CodeSection section = Section(function);
        RelocationTable relocations = section.Relocations;
        int start = _starts[function], next = relocations.FirstFrom(function.Start + slot);
        while (slot < function.Length)
        {
            int at = slot;
            Instruction instruction = _code[start + at];
            bool isWide = instruction.Opcode == LoadImmediate64;
            slot += isWide ? 2 : 1;
            if (isWide && slot > function.Length) throw Error(function, at, "ends in the middle of an lddw instruction");

            bool hasRelocation = next < relocations.Count && relocations.SlotOf(next) == function.Start + at;
            int current = next;
            if (hasRelocation) next++;
            if (isWide && next < relocations.Count && relocations.SlotOf(next) == function.Start + at + 1) throw Error(function, at + 1, "has a relocation inside an lddw instruction");
            if (!hasRelocation && !isWide && instruction.Opcode != Call) continue;

            int placed = _placed.Count;
            _pending.Push((function, slot));
            if (hasRelocation) Apply(function, at, instruction, relocations[current]);
            else CheckUnrelocated(function, at, instruction);
            if (_placed.Count > placed) return;
            _pending.Pop();
        }
    }

    private void Apply(CodeFunction function, int at, Instruction instruction, ElfRelocation relocation)
    {
        ElfSymbol symbol = elf.Symbols[relocation.Symbol];
        // What the kernel's types made impossible may not be made possible again.
        if (Section(function).Poisoned.ContainsKey(function.Start + at)) return;
        if (elf.SectionOf(symbol) is not { } section)
        {
            LinkExtern(function, at, instruction, relocation, symbol);
            return;
        }

        switch (relocation.Type)
        {
            case ElfRelocationType.Call32 when instruction.Opcode == Call && section.IsCode && symbol.Value % Instruction.Size == 0:
                // The addend is the immediate: −1 for a symbol of its own, the distance in its section otherwise.
                LinkCall(function, at, instruction, section, (long)symbol.Value / Instruction.Size + instruction.Immediate + 1);
                break;
            case ElfRelocationType.LoadImmediate64 when instruction.Opcode == LoadImmediate64:
                LinkAddress(function, at, instruction, symbol, section);
                break;
            default:
                throw Error(function, at, $"has a relocation of type {(uint)relocation.Type} against {elf.Describe(symbol)}, which opcode {instruction.Opcode:x2} cannot take");
        }
    }

    private void LinkAddress(CodeFunction function, int at, Instruction instruction, ElfSymbol symbol, ElfSection section)
    {
        long offset = (long)symbol.Value + instruction.Immediate;
        if (section.IsCode)
        {
            if (offset % Instruction.Size != 0) throw Error(function, at, $"takes an address inside an instruction of section '{section.Name}'");
            LinkFunctionAddress(function, at, instruction, section, offset / Instruction.Size);
        }
        else if (MapTable.IsDefinitions(section))
        {
            MapSpec map = maps.DefinedAt(section, offset)
                ?? throw Error(function, at, $"refers to offset {offset} of '.maps', where no map is defined");
            Write(function, at, instruction.WithSource(Opcodes.PseudoMapIndex), IndexOf(map), 0);
        }
        else if (maps.DataOf(section) is { } data)
        {
            Write(function, at, instruction.WithSource(Opcodes.PseudoMapIndexValue), IndexOf(data), unchecked((int)offset));
        }
        else
        {
            throw Error(function, at, $"refers to {elf.Describe(symbol)} in section '{section.Name}', which is not available to programs");
        }
    }

    /// <summary>What another file would have to define: the kernel, by its configuration or its symbols.</summary>
    private void LinkExtern(CodeFunction function, int at, Instruction instruction, ElfRelocation relocation, ElfSymbol symbol)
    {
        int place = _starts[function] + at;
        bool isCall = relocation.Type == ElfRelocationType.Call32 && instruction.Opcode == Call;
        bool isLoad = relocation.Type == ElfRelocationType.LoadImmediate64 && instruction.Opcode == LoadImmediate64;
        if (isLoad && maps.Configuration is { } configuration && maps.OptionOffset(symbol.Name) is { } offset)
        {
            Write(function, at, instruction.WithSource(Opcodes.PseudoMapIndexValue), IndexOf(configuration), offset + instruction.Immediate);
            _externs.Add(new ExternUse(place, new ExternSpec(symbol.Name, ExternKind.Configuration, symbol.Binding == ElfSymbolBinding.Weak, (ulong)offset)));
            return;
        }

        if ((!isCall && !isLoad) || !symbol.IsUndefined || externs.Find(symbol) is not { } found || (isCall && found.Kind != ExternKind.Function))
            throw Unresolved(function, at, symbol);
        _externs.Add(new ExternUse(place, found));
        ulong value = found.Value ?? 0;
        if (isCall) _code[place] = instruction.WithSource(Opcodes.PseudoKfuncCall).WithImmediate((int)value);
        else if (found.Kind == ExternKind.Address) Write(function, at, instruction, unchecked((int)value), unchecked((int)(value >> 32)));
        else Write(function, at, instruction.WithSource(found.Value is null ? 0 : Opcodes.PseudoBtfId), (int)value, 0);
    }

    /// <summary>Without a relocation the assembler resolved it: calls within a section are relative, everything else is a plain number.</summary>
    private void CheckUnrelocated(CodeFunction function, int at, Instruction instruction)
    {
        if (instruction is { Opcode: Call, Source: Opcodes.PseudoCall })
            LinkCall(function, at, instruction, function.Section, (long)function.Start + at + instruction.Immediate + 1);
        else if (instruction is { Opcode: LoadImmediate64, Source: Opcodes.PseudoFunction })
            LinkFunctionAddress(function, at, instruction, function.Section, (long)function.Start + at + instruction.Immediate + 1);
        else if (instruction is { Opcode: LoadImmediate64, Source: Opcodes.PseudoMapFd or Opcodes.PseudoMapValue or Opcodes.PseudoMapIndex or Opcodes.PseudoMapIndexValue })
            throw Error(function, at, $"names a map by the number {instruction.Immediate} instead of a relocation");
    }

    private void LinkCall(CodeFunction function, int at, Instruction instruction, ElfSection section, long slot)
    {
        int target = Place(FunctionAt(function, at, section, slot)), place = _starts[function] + at;
        _code[place] = instruction.WithSource(Opcodes.PseudoCall).WithImmediate(target - place - 1);
    }

    private void LinkFunctionAddress(CodeFunction function, int at, Instruction instruction, ElfSection section, long slot)
    {
        int target = Place(FunctionAt(function, at, section, slot));
        Write(function, at, instruction.WithSource(Opcodes.PseudoFunction), target - (_starts[function] + at) - 1, 0);
    }

    private CodeFunction FunctionAt(CodeFunction function, int at, ElfSection section, long slot) =>
        code.FunctionAt(section, slot)
        ?? throw Error(function, at, $"refers to instruction {slot} of section '{section.Name}', where no function starts");

    private void Write(CodeFunction function, int at, Instruction instruction, int low, int high)
    {
        int place = _starts[function] + at;
        _code[place] = instruction.WithImmediate(low);
        _code[place + 1] = _code[place + 1].WithImmediate(high);
    }

    private int IndexOf(MapSpec map)
    {
        if (_mapIndices.TryGetValue(map, out int index)) return index;
        _mapIndices.Add(map, _maps.Count);
        _maps.Add(map);
        return _maps.Count - 1;
    }

    private CodeSection Section(CodeFunction function) => code[function.Section];

    private FunctionSpec Describe(CodeFunction function) =>
        new(_starts[function], function.Name, function.Linkage, Section(function).TypeIds.GetValueOrDefault(function.Start));

    private LineTable Lines()
    {
        List<LineTable.Entry> entries = [];
        foreach (CodeFunction function in _placed)
        {
            LineTable lines = Section(function).Lines;
            int moved = _starts[function] - function.Start;
            foreach (LineTable.Entry line in lines.Entries[lines.FirstFrom(function.Start)..lines.FirstFrom(function.Start + function.Length)])
                entries.Add(line with { Instruction = line.Instruction + moved });
        }

        return entries.Count > 0 ? new LineTable(code.Types, [.. entries]) : LineTable.Empty;
    }

    private IEnumerable<PoisonedInstruction> Poisoned(CodeFunction function) =>
        Section(function).Poisoned.Where(slot => slot.Key >= function.Start && slot.Key < function.Start + function.Length)
            .Select(slot => new PoisonedInstruction(slot.Key - function.Start + _starts[function], slot.Value));

    private BpfException Unresolved(CodeFunction function, int at, ElfSymbol symbol)
    {
        if (!symbol.IsUndefined) return Error(function, at, $"refers to {elf.Describe(symbol)}, which has no place in the object");
        return DiagnosticRules.ObjectRelocation.Error(
            $"Function '{function.Name}' uses {elf.Describe(symbol)}, which the object does not define and does not take from the kernel.",
            At(function, at), "Link the object that defines it with 'bpftool gen object', or declare it with __ksym or __kconfig when it is the kernel's.");
    }

    private BpfException Error(CodeFunction function, int at, string message) =>
        DiagnosticRules.ObjectRelocation.Error($"Function '{function.Name}' {message}.", At(function, at));

    private DiagnosticLocation At(CodeFunction function, int at)
    {
        return elf.At(function.Section.Name, (ulong)(function.Start + at) * Instruction.Size) with
        {
            Program = entry.Name,
            Instruction = _starts[function] + at,
            Source = Section(function).Lines.SourceAt(function.Start + at),
        };
    }
}

using System.Runtime.CompilerServices;
using PSBpf.Diagnostics;
using PSBpf.Isa;
using PSBpf.Objects;
using PSBpf.Runtime.Contexts;
using PSBpf.Runtime.Helpers;
using PSBpf.Runtime.Maps;
using PSBpf.Uapi;
using PSBpf.Verifier;

namespace PSBpf.Runtime.Interpreter;

/// <summary>
/// A program bound to its maps and its context, ready to execute. The operations lie in pinned memory that lives as
/// long as this object, which every run holds; it in turn holds the maps whose addresses it contains.
/// </summary>
internal sealed unsafe partial class ExecutableProgram
{
    private readonly Operation[] _operations;
    private readonly Instruction[] _slots;
    private readonly ProgramSpec? _spec;
    private readonly DecodedInstruction[] _decoded;
    private readonly ProgramFacts? _facts;
    private readonly bool _isVerified;
    private readonly CgroupStorageMap[] _storages;

    private ExecutableProgram(string name, ProgramType type, ProgramSpec? spec, Instruction[] slots, DecodedInstruction[] decoded, ProgramFacts? facts, IReadOnlyList<RuntimeMap> maps, bool isVerified, HelperEntry[]? helpers = null, int blendsFrom = BlendedArithmetic.ShortestProgram)
    {
        Name = name;
        Type = ProgramTypeTable.Get(type);
        Maps = [.. maps];
        _storages = [.. Maps.OfType<CgroupStorageMap>()];
        Helpers = helpers ?? HelperSet.All;
        Input = RunInput.Of(type);
        View = ContextView.Of(spec is null ? Type.Context : Type.RulesFor(spec.ExpectedAttachType)?.Context);
        _spec = spec;
        _slots = slots;
        _decoded = decoded;
        _facts = facts;
        _isVerified = isVerified;
        _operations = ProgramBinder.Bind(decoded, Maps, View, blendsFrom, isVerified ? facts : null);
        Code = (Operation*)Unsafe.AsPointer(ref _operations[0]);
    }

    /// <summary>What faults call it.</summary>
    public string Name { get; }

    /// <summary>Its type's row.</summary>
    public ProgramTypeInfo Type { get; }

    /// <summary>What its runs are given.</summary>
    public RunInput Input { get; }

    /// <summary>The maps that it refers to, kept alive by it.</summary>
    public IReadOnlyList<RuntimeMap> Maps { get; }

    /// <summary>What it calls, by number.</summary>
    public HelperEntry[] Helpers { get; }

    /// <summary>How it sees its context.</summary>
    public ContextView View { get; }

    /// <summary>Its operations; after the last one stands <see cref="Operation.EndOfProgram"/>.</summary>
    public Operation* Code { get; }

    /// <summary>Binds a verified program.</summary>
    public static ExecutableProgram From(VerifiedProgram program, IReadOnlyList<RuntimeMap> maps) =>
        new(program.Spec.Name, program.Spec.Type, program.Spec, program.Spec.Instructions, program.Instructions.ToArray(), program.Facts, maps, isVerified: true);

    /// <summary>Binds raw instructions.</summary>
    /// <exception cref="BpfException">BPF2103 when they use what is not implemented; BPF2106 when they are no program.</exception>
    public static ExecutableProgram From(UncheckedProgram program)
    {
        var decoded = new DecodedInstruction[program.Instructions.Length];
        if (InstructionDecoder.Decode(program.Instructions, decoded) is { } error) throw Malformed(program.Name, error.Index, error.Message);
        CheckReferences(program, decoded);
        var missing = Runnability.Missing(decoded, program.Type, program.Maps.Select(map => map.Spec), helpers: program.Helpers);
        if (missing.Count > 0) throw Runnability.Error(program.Name, missing);
        return new ExecutableProgram(program.Name, program.Type, null, program.Instructions, decoded, program.Believed, program.Maps, isVerified: false, program.Helpers, program.BlendsFrom);
    }

    /// <summary>Bytes that its instructions take, machine code not included.</summary>
    public long MemoryBytes => (long)_operations.Length * sizeof(Operation) + (long)_slots.Length * sizeof(Instruction) + (long)_decoded.Length * sizeof(DecodedInstruction);

    /// <summary>Whether a run may change what the next one would be given: the packet, the context, a storage of the test run.</summary>
    public bool ChangesInput => !_isVerified || _facts!.ChangesInput || _storages.Length > 0;

    /// <summary>Gives a test run the zeroed cgroup storages that it begins with; repeated, each run has them, as each has the packet.</summary>
    public void ClearStorages(int cpu)
    {
        foreach (var storage in _storages) storage.Clear(cpu);
    }

    /// <summary>Whether a number is the address of a function of the program, which is its first slot.</summary>
    public bool IsFunction(ulong address)
    {
        foreach (ref readonly var instruction in _decoded.AsSpan())
            if (instruction.Form == FormId.LddwFunction && (ulong)instruction.Target == address) return true;
        return false;
    }

    /// <summary>Its slots as they were loaded.</summary>
    public ReadOnlySpan<Instruction> Slots => _slots;

    /// <summary>The place of an instruction, for diagnostics.</summary>
    public DiagnosticLocation LocationOf(int index) => new()
    {
        File = _spec?.Path,
        Section = _spec?.Section,
        Program = Name,
        Instruction = index,
        Source = _spec?.LineAt(index)?.Source,
    };

    /// <summary>The text of an instruction, for diagnostics.</summary>
    public string TextOf(int index) =>
        index < _slots.Length ? Disassembler.Format(_slots, index, [.. Maps.Select(map => map.Spec.Name)]) : "end of program";

    private static BpfException Malformed(string name, int index, string message) =>
        DiagnosticRules.ProgramMalformed.Error($"Program '{name}': instruction {index}: {message}.");

    private static void CheckReferences(UncheckedProgram program, DecodedInstruction[] decoded)
    {
        string name = program.Name;
        if (decoded.Length == 0) throw Malformed(name, 0, "a program has at least one instruction");
        for (int index = 0; index < decoded.Length; index++)
        {
            ref readonly var instruction = ref decoded[index];
            if (instruction.Form is FormId.LddwMapIndex or FormId.LddwMapIndexValue && (uint)instruction.Low >= (uint)program.Maps.Count)
                throw Malformed(name, index, $"there is no map {instruction.Low}");
            if (instruction.Form != FormId.LddwFunction && instruction.Row.Kind is not (FormKind.Branch or FormKind.Jump or FormKind.MayGoto or FormKind.CallFunction)) continue;
            int target = instruction.Target;
            if ((uint)target >= (uint)decoded.Length || decoded[target].Form == FormId.None) throw Malformed(name, index, $"jump to {target}, where no instruction begins");
        }
    }
}

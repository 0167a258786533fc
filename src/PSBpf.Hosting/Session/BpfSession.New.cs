using System.Globalization;
using PSBpf.Diagnostics;
using PSBpf.Isa;
using PSBpf.Objects;

namespace PSBpf.Hosting;

public sealed partial class BpfSession
{
    private int _lastNameless;

    /// <summary>Makes a program of assembly text, and loads it.</summary>
    /// <param name="assembly">Its lines; docs/assembly.md has the notation.</param>
    /// <param name="options">How.</param>
    /// <param name="cancellation">Stops the verifier.</param>
    /// <exception cref="BpfException">BPF0001 to BPF0003 with line and column; BPF4001 for a map that the options do not give.</exception>
    public ImportResult TryCreate(string assembly, NewProgramOptions options, CancellationToken cancellation = default) =>
        TryCreate(Blueprint(assembly, options), options, cancellation);

    /// <summary>Makes a program of instruction bytes, and loads it.</summary>
    /// <param name="bytecode">8 bytes for each slot.</param>
    /// <param name="options">How.</param>
    /// <param name="cancellation">Stops the verifier.</param>
    /// <exception cref="BpfException">BPF0004 for bytes that are no whole slots.</exception>
    public ImportResult TryCreate(ReadOnlySpan<byte> bytecode, NewProgramOptions options, CancellationToken cancellation = default) =>
        TryCreate(Blueprint(InstructionDecoder.ReadSlots(bytecode), options), options, cancellation);

    /// <summary>Makes a program of assembly text, and loads it.</summary>
    /// <inheritdoc cref="TryCreate(string, NewProgramOptions, CancellationToken)"/>
    /// <exception cref="BpfException">BPF4003 when it is refused.</exception>
    public BpfProgram Create(string assembly, NewProgramOptions options, CancellationToken cancellation = default) =>
        Accepted(TryCreate(assembly, options, cancellation))[0];

    private ImportResult TryCreate(ProgramSpec program, NewProgramOptions options, CancellationToken cancellation)
    {
        var spec = new ObjectSpec { License = program.License, Programs = [program], Maps = [.. program.Maps] };
        var import = new ImportOptions { Kernel = options.Kernel, Attach = options.Attach, Maps = options.Maps.ToDictionary(map => map.Key, map => map.Value) };
        return TryImport(spec, import, cancellation);
    }

    private ProgramSpec Blueprint(string assembly, NewProgramOptions options)
    {
        ArgumentNullException.ThrowIfNull(assembly);
        ArgumentNullException.ThrowIfNull(options);
        var assembled = Assembler.Assemble(assembly, options.Maps.Select(map => map.Key));
        var unknown = assembled.Maps.Skip(options.Maps.Count).ToArray();
        if (unknown.Length > 0)
            throw DiagnosticRules.NameNotFound.Error(
                $"The assembly names map '{unknown[0]}', which is not among the given ones ({(options.Maps.Count == 0 ? "none" : string.Join(", ", options.Maps.Select(map => map.Key)))}).",
                action: $"Pass it: -Map {unknown[0]} for a map of the session of that name, -Map @{{ {unknown[0]} = <map> }} for another.");
        return Blueprint(assembled.Instructions, options);
    }

    private ProgramSpec Blueprint(Instruction[] instructions, NewProgramOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (instructions.Length == 0) throw DiagnosticRules.InstructionLength.Error("There are no instructions.", action: "A program has at least one instruction: exit.");
        return new ProgramSpec
        {
            Name = options.Name ?? string.Create(CultureInfo.InvariantCulture, $"program_{Interlocked.Increment(ref _lastNameless)}"),
            Type = options.Type,
            License = options.License,
            Instructions = instructions,
            Maps = [.. options.Maps.Select(map => map.Value.Spec with { Name = map.Key })],
        };
    }
}

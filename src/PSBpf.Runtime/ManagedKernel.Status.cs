using PSBpf.Diagnostics;
using PSBpf.Isa;
using PSBpf.Kernel;
using PSBpf.Runtime.Helpers;
using PSBpf.Runtime.Maps;
using PSBpf.Uapi;

namespace PSBpf.Runtime;

/// <summary>What is loaded, and what it did.</summary>
public sealed partial class ManagedKernel
{
    /// <summary>Whether this engine has the helper with a number; programs that call another one are judged and cannot run here.</summary>
    public static bool Implements(int helper) => HelperSet.Implements(helper);

    /// <inheritdoc/>
    public IReadOnlyList<ProgramStatus> GetPrograms()
    {
        ThrowIfClosed();
        return [.. _engine.Programs.All.Select(Describe)];
    }

    /// <inheritdoc/>
    public IReadOnlyList<MapStatus> GetMaps()
    {
        ThrowIfClosed();
        return [.. _engine.Maps.All.Select(map => new MapStatus
        {
            Id = map.Id,
            Name = map.Spec.Name,
            Type = map.Spec.Type,
            KeySize = map.Spec.KeySize,
            ValueSize = map.Spec.ValueSize,
            MaxEntries = map.Spec.MaxEntries,
            Flags = map.Spec.Flags,
            MemoryBytes = map.MemoryBytes,
        })];
    }

    /// <inheritdoc/>
    public IReadOnlyList<LinkStatus> GetLinks()
    {
        ThrowIfClosed();
        return [.. _hooks.All.SelectMany(hook => hook.Links).OrderBy(link => link.Id).Select(link => new LinkStatus
        {
            Id = link.Id,
            Type = link.Hook.Type,
            ProgramId = link.Program.Id,
            Target = link.Hook.ToString(),
        })];
    }

    /// <inheritdoc/>
    public IKernelMap OpenMap(int id)
    {
        ThrowIfClosed();
        return _engine.Maps.All.FirstOrDefault(map => map.Id == id) is { } storage && storage.TryAddReference()
            ? new KernelMap(storage, onlyRead: true)
            : throw DiagnosticRules.NameNotFound.Error($"There is no map with id {id} in the managed kernel.");
    }

    /// <inheritdoc/>
    /// <remarks>
    /// Runs, verdicts, errors and dropped events are counted always: one increment for each run, on the virtual CPU's own cache line.
    /// While somebody watches, some runs are timed as well, see <see cref="ProgramStatus.Times"/>. A program that another one calls in its
    /// place runs on the account of that one, as in the Linux kernel. Runs of BPF_PROG_TEST_RUN count; those under an observer (traces, hit
    /// counts) do not.
    /// </remarks>
    public IDisposable EnableStatistics()
    {
        ThrowIfClosed();
        return _engine.Statistics.Enable();
    }

    private static ProgramStatus Describe(ManagedProgram program)
    {
        var executable = program.Executable;
        // Who looks wants to see programs measured that run seldom, too.
        if (executable.Statistics.IsTimed) executable.Statistics.Ask();
        return executable.Statistics.AddTo(
            new ProgramStatus
            {
                Id = program.Id,
                Name = program.Spec.Name,
                Type = program.Spec.Type,
                Tag = program.Tag,
                LoadedAt = program.LoadedAt,
                TranslatedBytes = executable.Slots.Length * Instruction.Size,
                CompiledBytes = program.NativeCode.Sum(code => code.Bytes.Length),
                MemoryBytes = executable.MemoryBytes,
                MapIds = program.MapIds,
                VerifiedInstructions = program.Verification.ProcessedInstructions,
            },
            ProgramTypeTable.Get(program.Spec.Type));
    }
}

using PSBpf.Uapi;

namespace PSBpf.Kernel;

/// <summary>What a kernel says of a program that is loaded (struct bpf_prog_info, and what the managed engine counts besides).</summary>
public sealed record ProgramStatus
{
    /// <summary>Id in its kernel.</summary>
    public required int Id { get; init; }

    /// <summary>Its name: of its C function where the kernel knows type information, else as the kernel keeps it, with at most 15 characters.</summary>
    public required string Name { get; init; }

    /// <summary>BPF_PROG_TYPE_*; a number without a name for a type that is newer than this version.</summary>
    public required ProgramType Type { get; init; }

    /// <summary>The kernel's hash of its instructions, 16 hexadecimal digits; the managed engine makes it in a way of its own.</summary>
    public string Tag { get; init; } = "";

    /// <summary>When it was loaded; null when that is not known.</summary>
    public DateTimeOffset? LoadedAt { get; init; }

    /// <summary>Which user loaded it; 0 in the managed engine, which knows no users.</summary>
    public int UserId { get; init; }

    /// <summary>Bytes of its instructions after the verifier's rewriting; 0 where the kernel hides that.</summary>
    public int TranslatedBytes { get; init; }

    /// <summary>Bytes of machine code; 0 when it is interpreted, or the kernel hides that.</summary>
    public int CompiledBytes { get; init; }

    /// <summary>Bytes of memory that the kernel accounts for it; 0 where it does not say.</summary>
    public long MemoryBytes { get; init; }

    /// <summary>Ids of the maps that it uses, in its kernel.</summary>
    public IReadOnlyList<int> MapIds { get; init; } = [];

    /// <summary>Id of its type information in the kernel; 0 for none.</summary>
    public int BtfId { get; init; }

    /// <summary>Instructions that the verifier stepped through; 0 before Linux 5.16.</summary>
    public long VerifiedInstructions { get; init; }

    /// <summary>Runs that were counted: in the managed engine all, in the Linux kernel those while statistics were enabled.</summary>
    public long RunCount { get; init; }

    /// <summary>
    /// Nanoseconds of <see cref="TimedRuns"/> runs. The managed engine measures some of the runs, each of which stands for those before it.
    /// </summary>
    public long RunNanoseconds { get; init; }

    /// <summary>The runs that <see cref="RunNanoseconds"/> speaks of.</summary>
    public long TimedRuns { get; init; }

    /// <summary>How long runs took; null where the kernel does not tell.</summary>
    public RunTimes? Times { get; init; }

    /// <summary>Runs that the kernel skipped because the program was running already.</summary>
    public long RecursionMisses { get; init; }

    /// <summary>Runs that ended in an error; managed engine only.</summary>
    public long Errors { get; init; }

    /// <summary>Events that it could not put into a ring or perf buffer; managed engine only.</summary>
    public long Dropped { get; init; }

    /// <summary>How often it returned what, by the names of its type; <c>other</c> for values that are not counted one by one. Managed engine only.</summary>
    public IReadOnlyDictionary<string, long> Verdicts { get; init; } = new Dictionary<string, long>();
}

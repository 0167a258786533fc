using PSBpf.Isa;
using PSBpf.Kernel;
using PSBpf.Uapi;

namespace PSBpf.Hosting;

/// <summary>A program that is loaded in a kernel and is not of this session: what the kernel says of it. It can be looked at, not changed.</summary>
public sealed class BpfKernelProgram
{
    private readonly ProgramStatus _status;

    internal BpfKernelProgram(ProgramStatus status, BpfKernelKind kernel, IReadOnlyList<string> maps, IReadOnlyList<string> links)
    {
        _status = status;
        Kernel = kernel;
        Maps = maps;
        Links = links;
    }

    /// <summary>Its id in its kernel.</summary>
    public int Id => _status.Id;

    /// <summary>The same, as programs of the session have it.</summary>
    public int KernelId => _status.Id;

    /// <summary>The name of its C function where it came with type information; else the kernel's 15 characters.</summary>
    public string Name => _status.Name;

    /// <summary>BPF_PROG_TYPE_*.</summary>
    public ProgramType Type => _status.Type;

    /// <summary>Empty: kernels do not keep sections.</summary>
    public string Section { get; } = "";

    /// <summary>How many instruction slots it has after the verifier's rewriting; 0 where the kernel hides that.</summary>
    public int InstructionCount => _status.TranslatedBytes / Instruction.Size;

    /// <summary>Whether links hold it; what is attached in another way counts as compiled, as what is attached to nothing.</summary>
    public ProgramState State => Links.Count > 0 ? ProgramState.Attached : _status.CompiledBytes > 0 ? ProgramState.Compiled : ProgramState.Verified;

    /// <summary>Names of the maps it uses, or the id of one without a name.</summary>
    public IReadOnlyList<string> Maps { get; }

    /// <summary>Ids of these maps in the kernel.</summary>
    public IReadOnlyList<int> MapIds => _status.MapIds;

    /// <summary>What its links are to, as far as the kernel tells.</summary>
    public IReadOnlyList<string> Links { get; }

    /// <summary>Which kernel holds it.</summary>
    public BpfKernelKind Kernel { get; }

    /// <summary>Null: kernels do not keep paths.</summary>
    public string? Path { get; }

    /// <summary>The kernel's hash of its instructions.</summary>
    public string Tag => _status.Tag;

    /// <summary>When it was loaded.</summary>
    public DateTimeOffset? LoadedAt => _status.LoadedAt;

    /// <summary>The user that loaded it.</summary>
    public int UserId => _status.UserId;

    /// <summary>Bytes of its instructions after the verifier's rewriting.</summary>
    public int TranslatedBytes => _status.TranslatedBytes;

    /// <summary>Bytes of machine code.</summary>
    public int CompiledBytes => _status.CompiledBytes;

    /// <summary>Bytes of memory that the kernel accounts for it.</summary>
    public long MemoryBytes => _status.MemoryBytes;

    /// <summary>Id of its type information in the kernel; 0 for none.</summary>
    public int BtfId => _status.BtfId;

    /// <summary>Instructions that the verifier stepped through.</summary>
    public long VerifiedInstructions => _status.VerifiedInstructions;

    /// <summary>Runs while statistics were enabled.</summary>
    public long Runs => _status.RunCount;

    /// <summary>Nanoseconds that they took.</summary>
    public long RunNanoseconds => _status.RunNanoseconds;

    /// <summary>Mean nanoseconds of one of them; 0 when there was none.</summary>
    public double MeanNanoseconds => _status.TimedRuns > 0 ? (double)_status.RunNanoseconds / _status.TimedRuns : 0;

    /// <summary>Runs that the kernel skipped because the program was running already.</summary>
    public long RecursionMisses => _status.RecursionMisses;

    /// <inheritdoc/>
    public override string ToString() => Name;
}

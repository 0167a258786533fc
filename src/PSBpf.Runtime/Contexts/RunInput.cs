using System.Collections.Frozen;
using PSBpf.Diagnostics;
using PSBpf.Runtime.Runs;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Contexts;

/// <summary>
/// How BPF_PROG_TEST_RUN prepares the input of a kind of program and hands back what it became.
/// </summary>
internal abstract class RunInput
{
    // The program types whose runs this engine can prepare.
    private static readonly FrozenDictionary<ProgramType, RunInput> Inputs = new Dictionary<ProgramType, RunInput>
    {
        [ProgramType.Xdp] = XdpInput.Instance,
        [ProgramType.SchedCls] = SkbInput.Layer2,
        [ProgramType.SchedAct] = SkbInput.Layer2,
        [ProgramType.SocketFilter] = SkbInput.Layer3,
        [ProgramType.CgroupSkb] = SkbInput.Layer3,
        [ProgramType.LwtIn] = SkbInput.Layer3,
        [ProgramType.LwtOut] = SkbInput.Layer3,
        [ProgramType.LwtXmit] = SkbInput.Layer3,
        [ProgramType.LwtSeg6Local] = SkbInput.Layer3,
        [ProgramType.CgroupSock] = FieldsInput.Instance,
        [ProgramType.CgroupSockAddr] = FieldsInput.Instance,
        [ProgramType.CgroupDevice] = FieldsInput.Instance,
        [ProgramType.CgroupSysctl] = FieldsInput.Instance,
        [ProgramType.CgroupSockopt] = FieldsInput.WithBytes,
        [ProgramType.SockOps] = FieldsInput.Instance,
        [ProgramType.SkLookup] = SocketLookupInput.Instance,
        [ProgramType.PerfEvent] = FieldsInput.Instance,
        [ProgramType.LircMode2] = FieldsInput.Instance,
        [ProgramType.Syscall] = PlainInput.Instance,
        [ProgramType.Kprobe] = PlainInput.Instance,
        [ProgramType.Tracepoint] = PlainInput.Instance,
        [ProgramType.RawTracepoint] = PlainInput.Instance,
    }.ToFrozenDictionary();

    /// <summary>The input of a program type; null when the engine does not run programs of the type.</summary>
    public static RunInput? Find(ProgramType type) => Inputs.GetValueOrDefault(type);

    /// <summary>The input of a program type that the engine runs; for none, plain memory.</summary>
    public static RunInput Of(ProgramType type) => Find(type) ?? PlainInput.Instance;

    /// <summary>Whether programs get a packet.</summary>
    public abstract bool HasPacket { get; }

    /// <summary>Refuses input that means nothing to the type.</summary>
    /// <exception cref="BpfException">BPF2104.</exception>
    public abstract void Check(ProgramTypeInfo type, ReadOnlySpan<byte> packet, ReadOnlySpan<byte> context);

    /// <summary>Puts checked input in place for one run.</summary>
    public abstract void Fill(RunState run, ReadOnlySpan<byte> packet, ReadOnlySpan<byte> context);

    /// <summary>Puts checked input in place that belongs to an interface.</summary>
    /// <param name="run">The run.</param>
    /// <param name="packet">The packet.</param>
    /// <param name="context">What is said of it; empty for nothing.</param>
    /// <param name="device">The interface's index, unless the context names one.</param>
    /// <param name="arrives">Whether the packet comes in there; else it leaves.</param>
    public virtual void Fill(RunState run, ReadOnlySpan<byte> packet, ReadOnlySpan<byte> context, uint device, bool arrives) => Fill(run, packet, context);

    /// <summary>The packet after a run.</summary>
    public abstract byte[] ReadPacket(RunState run);

    /// <summary>The context after a run, in its UAPI layout.</summary>
    public abstract byte[] ReadContext(RunState run, ReadOnlySpan<byte> input);

    /// <summary>Copies a context that may be shorter or, with zeros at its end, longer than the struct.</summary>
    protected static void CheckLength(ProgramTypeInfo type, ReadOnlySpan<byte> context)
    {
        int size = type.Context!.Size;
        if (context.Length > size && context[size..].ContainsAnyExcept((byte)0))
            throw Refuse(type, $"the context has {context.Length} bytes; {NameOf(type)} has {size}", Errno.E2BIG);
    }

    /// <summary>The error for input that the type cannot take.</summary>
    protected static BpfException Refuse(ProgramTypeInfo type, string why, Errno error) =>
        DiagnosticRules.RunInput.Error($"A program of type {type.Name} cannot be run on this input: {why} ({error}).");

    /// <summary>What to call the context.</summary>
    protected static string NameOf(ProgramTypeInfo type) => type.Context!.Name.Length > 0 ? $"struct {type.Context.Name}" : "the record";
}

using PSBpf.Diagnostics;
using PSBpf.Runtime.Runs;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Contexts;

/// <summary>
/// How BPF_PROG_TEST_RUN prepares the input of a kind of program and hands back what it became.
/// </summary>
internal abstract class RunInput
{
    /// <summary>The input of a program type.</summary>
    public static RunInput Of(ProgramTypeInfo type) => type.Type switch
    {
        ProgramType.Xdp => XdpInput.Instance,
        ProgramType.SchedCls or ProgramType.SchedAct => SkbInput.Layer2,
        _ when type.HasPacket => SkbInput.Layer3,
        _ => PlainInput.Instance,
    };

    /// <summary>Refuses input that means nothing to the type.</summary>
    /// <exception cref="BpfException">BPF2104.</exception>
    public abstract void Check(ProgramTypeInfo type, ReadOnlySpan<byte> packet, ReadOnlySpan<byte> context);

    /// <summary>Puts checked input in place for one run.</summary>
    public abstract void Fill(RunState run, ReadOnlySpan<byte> packet, ReadOnlySpan<byte> context);

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

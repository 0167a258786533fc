using PSBpf.Runtime.Runs;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Contexts;

/// <summary>Contexts that are plain memory: registers, tracepoint records, arguments, what a system call gave. What is not given is zero.</summary>
internal sealed unsafe class PlainInput : RunInput
{
    public static PlainInput Instance { get; } = new();

    /// <inheritdoc/>
    public override bool HasPacket => false;

    /// <inheritdoc/>
    public override void Check(ProgramTypeInfo type, ReadOnlySpan<byte> packet, ReadOnlySpan<byte> context)
    {
        if (!packet.IsEmpty) throw Refuse(type, "it has no packet", Errno.EINVAL);
        CheckLength(type, context);
    }

    /// <inheritdoc/>
    public override void Fill(RunState run, ReadOnlySpan<byte> packet, ReadOnlySpan<byte> context)
    {
        int size = run.Program.View.RecordSize;
        var memory = new Span<byte>(run.Context, size);
        memory.Clear();
        context[..Math.Min(context.Length, size)].CopyTo(memory);
        run.OpenRecord(size);
    }

    /// <inheritdoc/>
    public override byte[] ReadPacket(RunState run) => [];

    /// <inheritdoc/>
    public override byte[] ReadContext(RunState run, ReadOnlySpan<byte> input) =>
        new ReadOnlySpan<byte>(run.Context, Math.Min(input.Length, run.Program.View.RecordSize)).ToArray();
}

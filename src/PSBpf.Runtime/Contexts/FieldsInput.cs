using System.Diagnostics;
using PSBpf.Runtime.Runs;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Contexts;

/// <summary>
/// Contexts whose fields come from the caller, without a packet: sockets, addresses, devices, settings. What is not given is zero.
/// Socket options have a value beside their fields, which stands where others have a packet.
/// </summary>
internal unsafe class FieldsInput(bool hasBytes) : RunInput
{
    /// <summary>Fields alone.</summary>
    public static FieldsInput Instance { get; } = new(hasBytes: false);

    /// <summary>Fields and bytes.</summary>
    public static FieldsInput WithBytes { get; } = new(hasBytes: true);

    /// <inheritdoc/>
    public override bool HasPacket => hasBytes;

    /// <inheritdoc/>
    public override void Check(ProgramTypeInfo type, ReadOnlySpan<byte> packet, ReadOnlySpan<byte> context)
    {
        if (!packet.IsEmpty && !hasBytes) throw Refuse(type, "it has no packet", Errno.EINVAL);
        CheckLength(type, context);
    }

    /// <inheritdoc/>
    public override void Fill(RunState run, ReadOnlySpan<byte> packet, ReadOnlySpan<byte> context)
    {
        run.ForgetAnswers();
        run.OpenRecord(0);
        new Span<byte>(run.Record, run.Program.View.RecordSize).Clear();
        var fields = Fields(run);
        context[..Math.Min(context.Length, fields.Length)].CopyTo(fields);
        if (!hasBytes) return;
        run.Packet.Fill(packet);
        byte* start = run.Packet.Origin;
        run.SetPacket(start, start + packet.Length, start);
    }

    /// <inheritdoc/>
    public override byte[] ReadPacket(RunState run) => hasBytes ? new ReadOnlySpan<byte>(run.Data, (int)(run.DataEnd - run.Data)).ToArray() : [];

    /// <inheritdoc/>
    public override byte[] ReadContext(RunState run, ReadOnlySpan<byte> input) => Fields(run).ToArray();

    protected static Span<byte> Fields(RunState run)
    {
        Debug.Assert(!run.Program.View.IsPlain);
        return new Span<byte>(run.Record + ContextView.FieldsOffset, run.Program.View.WindowSize);
    }
}

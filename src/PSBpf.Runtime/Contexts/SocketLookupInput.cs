using System.Buffers.Binary;
using PSBpf.Runtime.Runs;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Contexts;

/// <summary>The lookup of a socket for a packet: which family it is decides which addresses there are.</summary>
internal sealed class SocketLookupInput() : FieldsInput(hasBytes: false)
{
    private const uint Inet = 2, Inet6 = 10;

    private static readonly ContextLayout Layout = ContextLayouts.SkLookup;
    private static readonly ContextField Family = Find("family"), LocalPort = Find("local_port"), RemotePort = Find("remote_port"), Protocol = Find("protocol"), Socket = Find("sk");
    private static readonly ContextField[] Addresses4 = [Find("remote_ip4"), Find("local_ip4")], Addresses6 = [Find("remote_ip6"), Find("local_ip6")];

    /// <summary>The only one.</summary>
    public static new SocketLookupInput Instance { get; } = new();

    /// <inheritdoc/>
    public override void Check(ProgramTypeInfo type, ReadOnlySpan<byte> packet, ReadOnlySpan<byte> context)
    {
        base.Check(type, packet, context);
        if (Get(context, Socket) != 0) throw Refuse(type, "a context says no socket: the program chooses it", Errno.EINVAL);
        if (Get(context, LocalPort) > ushort.MaxValue) throw Refuse(type, $"local_port is {Get(context, LocalPort)}", Errno.ERANGE);
        if (Get(context, Family) is not (Inet or Inet6)) throw Refuse(type, $"family is {Get(context, Family)}; it is {Inet} (AF_INET) or {Inet6} (AF_INET6)", Errno.EAFNOSUPPORT);
    }

    /// <inheritdoc/>
    public override void Fill(RunState run, ReadOnlySpan<byte> packet, ReadOnlySpan<byte> context)
    {
        base.Fill(run, packet, context);
        var fields = Fields(run);
        // The kernel keeps these in 16 bits.
        foreach (var field in (ReadOnlySpan<ContextField>)[Protocol, RemotePort]) fields.Slice(field.Offset + sizeof(ushort), sizeof(ushort)).Clear();
        foreach (var field in Get(fields, Family) == Inet6 ? Addresses4 : Addresses6) fields.Slice(field.Offset, field.Size).Clear();
    }

    /// <summary>What was given comes back as it was, as the kernel hands it out.</summary>
    public override byte[] ReadContext(RunState run, ReadOnlySpan<byte> input)
    {
        var context = base.ReadContext(run, input);
        if (!input.IsEmpty) input[..Math.Min(input.Length, context.Length)].CopyTo(context);
        return context;
    }

    private static ContextField Find(string name) => Layout.Fields.First(field => field.Name == name);

    private static uint Get(ReadOnlySpan<byte> context, ContextField field) =>
        field.Offset + sizeof(uint) <= context.Length ? BinaryPrimitives.ReadUInt32LittleEndian(context[field.Offset..]) : 0;
}

using PSBpf.Objects;

namespace PSBpf.Hosting;

/// <summary>
/// What a program is told beside its packet, as a user says it: bytes in the UAPI layout, or values by name, which
/// <see cref="ContextBuilder"/> lays out for the program that gets them.
/// </summary>
public sealed class BpfContext
{
    private readonly byte[]? _bytes;
    private readonly IReadOnlyDictionary<string, object?>? _fields;

    private BpfContext(byte[]? bytes, IReadOnlyDictionary<string, object?>? fields)
    {
        _bytes = bytes;
        _fields = fields;
    }

    /// <summary>A context of bytes in the program type's UAPI layout.</summary>
    public static BpfContext FromBytes(byte[] bytes)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        return new(bytes, null);
    }

    /// <summary>
    /// A context of values by name: fields of the context's structure, registers, <c>args</c> and <c>ret</c>. Texts and byte arrays
    /// where a pointer belongs are put into memory that probe reads find.
    /// </summary>
    public static BpfContext FromFields(IReadOnlyDictionary<string, object?> fields)
    {
        ArgumentNullException.ThrowIfNull(fields);
        return new(null, fields);
    }

    /// <summary>Lays it out for a program.</summary>
    /// <param name="program">The program.</param>
    /// <param name="hook">The kind of hook that hands it out, e.g. <c>ksyscall</c>; empty for the program's section.</param>
    /// <param name="target">What the hook is on, e.g. <c>syscalls:sys_enter_openat</c>; empty for what the section says.</param>
    /// <param name="packetLength">Bytes of the packet beside it.</param>
    /// <exception cref="PSBpf.Diagnostics.BpfException">BPF2104, BPF0202: a name that there is not, a value that does not fit.</exception>
    internal PreparedContext Prepare(ProgramSpec program, string hook, string target, int packetLength) =>
        _bytes is not null ? new PreparedContext(_bytes, []) : new ContextBuilder(program, hook, target).Build(_fields!, packetLength);
}

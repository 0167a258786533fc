using PSBpf.Uapi;

namespace PSBpf.Verifier.Domain;

/// <summary>What a register holds.</summary>
internal enum RegisterType : byte
{
    /// <summary>Nothing that may be read.</summary>
    Uninitialized,

    /// <summary>A number.</summary>
    Scalar,

    /// <summary>The program's context.</summary>
    Context,

    /// <summary>A map, from a 64-bit immediate.</summary>
    Map,

    /// <summary>A value of a map.</summary>
    MapValue,

    /// <summary>A frame's stack; offsets count from its top.</summary>
    Stack,

    /// <summary>Packet data.</summary>
    Packet,

    /// <summary>Metadata before packet data.</summary>
    PacketMeta,

    /// <summary>The end of packet data.</summary>
    PacketEnd,

    /// <summary>Memory from bpf_ringbuf_reserve.</summary>
    RingBufferMemory,

    /// <summary>The address of a function, for helpers that call back.</summary>
    Function,

    /// <summary>What all sockets have in common.</summary>
    SocketCommon,

    /// <summary>A full socket.</summary>
    Socket,

    /// <summary>A TCP socket.</summary>
    TcpSocket,

    /// <summary>An AF_XDP socket.</summary>
    XdpSocket,

    /// <summary>What a flow dissector found.</summary>
    FlowKeys,

    /// <summary>A buffer that a tracepoint lets programs write.</summary>
    TracepointBuffer,

    /// <summary>Memory of a size that is known when the program is loaded.</summary>
    Memory,

    /// <summary>A key in a map, which a helper that calls back hands out.</summary>
    MapKey,

    /// <summary>Memory of a known size that is read only.</summary>
    ReadOnlyMemory,

    /// <summary>A structure of the kernel, known by its type.</summary>
    KernelStructure,

    /// <summary>Other memory of the kernel: of a known size, or, untrusted, anywhere.</summary>
    KernelMemory,

    /// <summary>A buffer that an iterator hands out; its size is known when the program is attached.</summary>
    KernelBuffer,

    /// <summary>A dynptr that is not on the stack, which a helper that calls back hands out; its functions do not change it.</summary>
    Dynptr,

    /// <summary>An object that the program made, of a structure of its own types.</summary>
    LocalObject,

    /// <summary>An address in the program's arena, whatever its high half is: accesses outside of the arena's pages give 0.</summary>
    Arena,
}

/// <summary>Facts about register types: one row each.</summary>
internal static class RegisterTypes
{
    // The kernel's names, which appear in messages that people search for.
    private static readonly string[] Names =
    [
        "?", "scalar", "ctx", "map_ptr", "map_value", "fp", "pkt", "pkt_meta", "pkt_end", "ringbuf_mem", "func",
        "sock_common", "sock", "tcp_sock", "xdp_sock", "flow_keys", "tp_buffer",
        "mem", "map_key", "rdonly_mem", "ptr_", "mem", "buf", "dynptr_ptr", "ptr_", "arena",
    ];

    private static readonly (PointerFlags Flag, string Prefix)[] Prefixes =
    [
        (PointerFlags.ReadOnly, "rdonly_"), (PointerFlags.User, "user_"), (PointerFlags.PerCpu, "percpu_"), (PointerFlags.Rcu, "rcu_"),
        (PointerFlags.Untrusted, "untrusted_"), (PointerFlags.Trusted, "trusted_"),
    ];

    /// <summary>The name with what vouches for the pointer before it, e.g. <c>trusted_ptr_or_null_</c>.</summary>
    public static string NameOf(RegisterType type, bool maybeNull, PointerFlags flags)
    {
        if (!IsKernel(type) && type != RegisterType.LocalObject) return NameOf(type, maybeNull);
        string prefix = string.Concat(Prefixes.Where(each => (flags & each.Flag) != 0).Select(each => each.Prefix));
        return prefix + (HasStructure(type) && maybeNull ? "ptr_or_null_" : NameOf(type, maybeNull));
    }

    /// <summary>Whether it points into the kernel's memory in a way that only its types describe.</summary>
    public static bool IsKernel(RegisterType type) => type is >= RegisterType.KernelStructure and <= RegisterType.KernelBuffer;

    /// <summary>Whether it points to a structure: of the kernel, or of the program's own types.</summary>
    public static bool HasStructure(RegisterType type) => type is RegisterType.KernelStructure or RegisterType.LocalObject;

    public static string NameOf(RegisterType type, bool maybeNull = false) => maybeNull ? Names[(int)type] + "_or_null" : Names[(int)type];

    public static bool IsPointer(RegisterType type) => type > RegisterType.Scalar;

    public static bool IsPacket(RegisterType type) => type is RegisterType.Packet or RegisterType.PacketMeta;

    public static bool IsSocket(RegisterType type) => type is >= RegisterType.SocketCommon and <= RegisterType.XdpSocket;

    /// <summary>What programs may read through a pointer to a socket.</summary>
    public static ContextLayout LayoutOf(RegisterType type) => type switch
    {
        RegisterType.SocketCommon => ContextLayouts.SocketCommon,
        RegisterType.Socket => ContextLayouts.Socket,
        RegisterType.TcpSocket => ContextLayouts.TcpSocket,
        _ => ContextLayouts.XdpSocket,
    };
}

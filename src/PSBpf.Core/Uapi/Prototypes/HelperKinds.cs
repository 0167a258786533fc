namespace PSBpf.Uapi;

/// <summary>What a helper takes in one register.</summary>
public enum ArgumentKind : byte
{
    /// <summary>Nothing: the register is not read.</summary>
    None,

    /// <summary>Any initialised value.</summary>
    Anything,

    /// <summary>The program's context.</summary>
    Context,

    /// <summary>The program's context, or null.</summary>
    ContextOrNull,

    /// <summary>A map, from a 64-bit immediate.</summary>
    ConstantMap,

    /// <summary>Readable memory of the map's key size.</summary>
    MapKey,

    /// <summary>Readable memory of the map's value size.</summary>
    MapValue,

    /// <summary>The same, or null.</summary>
    MapValueOrNull,

    /// <summary>Writable memory of the map's value size, which the helper fills.</summary>
    UninitializedMapValue,

    /// <summary>Readable memory whose size the next argument gives.</summary>
    Memory,

    /// <summary>The same, or null when the size is zero.</summary>
    MemoryOrNull,

    /// <summary>Initialised and writable memory whose size the next argument gives.</summary>
    WritableMemory,

    /// <summary>The same, or null when the size is zero.</summary>
    WritableMemoryOrNull,

    /// <summary>Writable memory whose size the next argument gives, which the helper fills.</summary>
    UninitializedMemory,

    /// <summary>The size of the memory before it; not zero.</summary>
    Size,

    /// <summary>The size of the memory before it; may be zero.</summary>
    SizeOrZero,

    /// <summary>Readable memory of a size that the helper knows.</summary>
    FixedMemory,

    /// <summary>Initialised and writable memory of a size that the helper knows.</summary>
    WritableFixedMemory,

    /// <summary>Writable memory of a size that the helper knows and fills; aligned.</summary>
    UninitializedFixedMemory,

    /// <summary>A size known when the program is loaded: how much memory the helper hands out.</summary>
    ConstantAllocationSizeOrZero,

    /// <summary>Memory that bpf_ringbuf_reserve handed out and that is given back here.</summary>
    RingBufferMemory,

    /// <summary>Text that ends with a zero, in a map that neither programs nor user space may change.</summary>
    ConstantString,

    /// <summary>What all sockets have in common.</summary>
    SocketCommon,

    /// <summary>Any socket, also one that BTF describes.</summary>
    AnySocket,

    /// <summary>Any socket that was looked up, which is released here.</summary>
    ReleasedSocket,

    /// <summary>A full socket, or null.</summary>
    SocketOrNull,

    /// <summary>A kernel structure, known by BTF.</summary>
    Structure,

    /// <summary>The same, or null.</summary>
    StructureOrNull,

    /// <summary>A per-CPU variable of the kernel, known by BTF.</summary>
    PerCpuVariable,

    /// <summary>A function of the program that the helper calls back.</summary>
    Function,

    /// <summary>Stack memory that the helper hands to the function that it calls back, or null.</summary>
    StackOrNull,

    /// <summary>A struct bpf_spin_lock in a map value.</summary>
    SpinLock,

    /// <summary>A struct bpf_timer in a map value.</summary>
    Timer,

    /// <summary>A field of a map value that holds a pointer to a kernel object.</summary>
    KernelPointer,

    /// <summary>A kernel object that moves into such a field, or null.</summary>
    ReleasedStructureOrNull,

    /// <summary>A dynptr on the stack that is read.</summary>
    Dynptr,

    /// <summary>Room for a dynptr on the stack that the helper makes, of local memory.</summary>
    NewLocalDynptr,

    /// <summary>The same, of a ring buffer.</summary>
    NewRingBufferDynptr,

    /// <summary>A dynptr of a ring buffer that is given back here.</summary>
    ReleasedRingBufferDynptr,

    /// <summary>Any socket, also one that BTF describes, or null.</summary>
    AnySocketOrNull,
}

/// <summary>Which numbers a helper returns, where more is known than that it is a number: what runs it has to keep to it.</summary>
public enum ResultRange : byte
{
    /// <summary>Any.</summary>
    Any,

    /// <summary>From −4095, an error, to the size that it was passed.</summary>
    SizeOrError,

    /// <summary>The index of a processor.</summary>
    Processor,
}

/// <summary>What a helper does to a lock.</summary>
public enum LockEffect : byte
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Takes it.</summary>
    Takes,

    /// <summary>Gives it back.</summary>
    Gives,
}

/// <summary>What a helper returns.</summary>
public enum ReturnKind : byte
{
    /// <summary>A number.</summary>
    Integer,

    /// <summary>Nothing: r0 must not be read.</summary>
    Void,

    /// <summary>A pointer to a value of the map, or null.</summary>
    MapValueOrNull,

    /// <summary>A pointer to a value of the map.</summary>
    MapValue,

    /// <summary>Ring-buffer memory of the requested size that must be given back, or null.</summary>
    RingBufferMemoryOrNull,

    /// <summary>A full socket, or null.</summary>
    SocketOrNull,

    /// <summary>What all sockets have in common, or null.</summary>
    SocketCommonOrNull,

    /// <summary>A TCP socket, or null.</summary>
    TcpSocketOrNull,

    /// <summary>A kernel structure, known by BTF.</summary>
    Structure,

    /// <summary>The same, or null.</summary>
    StructureOrNull,

    /// <summary>What the argument, a per-CPU variable, points to on one CPU.</summary>
    PerCpuVariable,

    /// <summary>The same, or null.</summary>
    PerCpuVariableOrNull,

    /// <summary>Memory of a dynptr, of the requested size, or null.</summary>
    DynptrMemoryOrNull,
}

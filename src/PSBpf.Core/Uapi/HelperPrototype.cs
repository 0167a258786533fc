namespace PSBpf.Uapi;

/// <summary>A BPF helper: its identity, and its prototype as far as this version judges and runs it.</summary>
public sealed record HelperPrototype
{
    /// <summary>enum bpf_func_id.</summary>
    public required int Id { get; init; }

    /// <summary>Its C name, e.g. <c>bpf_map_lookup_elem</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Whether the verifier knows its prototype. A program that calls one without is refused.</summary>
    public bool IsDescribed { get; init; }

    /// <summary>What it returns.</summary>
    public ReturnKind Return { get; init; }

    /// <summary>What it takes in r1 to r5; shorter than five when it takes fewer.</summary>
    public IReadOnlyList<ArgumentKind> Arguments { get; init; } = [];

    /// <summary>Whether it looks at the registers after its arguments too, as many as its format asks for.</summary>
    public bool IsVariadic { get; init; }

    /// <summary>How many registers, from r1 on, it may read.</summary>
    public int RegistersRead => IsVariadic ? 5 : Arguments.Count;

    /// <summary>Whether only programs with a GPL-compatible licence may call it.</summary>
    public bool GplOnly { get; init; }

    /// <summary>Whether it may move packet data, which forgets every packet pointer.</summary>
    public bool ChangesPacket { get; init; }

    /// <summary>Whether it goes on in another program when it succeeds: what follows a call runs only after a failure.</summary>
    public bool ReplacesProgram { get; init; }

    /// <summary>Whether packet bytes may be passed as memory.</summary>
    public bool TakesPacket { get; init; }

    /// <summary>The map types that it works on; empty when it takes no map.</summary>
    public IReadOnlyList<MapType> MapTypes { get; init; } = [];

    /// <summary>The program types that may call it; null for all.</summary>
    public IReadOnlyList<ProgramType>? ProgramTypes { get; init; }

    /// <summary>Whether programs of a type may call it.</summary>
    public bool IsAllowedIn(ProgramType type) => ProgramTypes is null || ProgramTypes.Contains(type);
}

/// <summary>What a helper takes in one register.</summary>
public enum ArgumentKind : byte
{
    /// <summary>Nothing: the register is not read.</summary>
    None,

    /// <summary>Any initialised value.</summary>
    Anything,

    /// <summary>A scalar, no pointer.</summary>
    Scalar,

    /// <summary>The program's context.</summary>
    Context,

    /// <summary>A map, from a 64-bit immediate.</summary>
    ConstantMap,

    /// <summary>Readable memory of the map's key size.</summary>
    MapKey,

    /// <summary>Readable memory of the map's value size.</summary>
    MapValue,

    /// <summary>Writable memory of the map's value size, which the helper fills.</summary>
    UninitializedMapValue,

    /// <summary>Readable memory whose size the next argument gives.</summary>
    Memory,

    /// <summary>The same, or null when the size is zero.</summary>
    MemoryOrNull,

    /// <summary>Writable memory whose size the next argument gives, which the helper fills.</summary>
    UninitializedMemory,

    /// <summary>The size of the memory before it; not zero.</summary>
    Size,

    /// <summary>The size of the memory before it; may be zero.</summary>
    SizeOrZero,

    /// <summary>A size known when the program is loaded: how much memory the helper hands out.</summary>
    ConstantAllocationSizeOrZero,

    /// <summary>Memory that bpf_ringbuf_reserve handed out and that is given back here.</summary>
    RingBufferMemory,
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

    /// <summary>Ring-buffer memory of the requested size that must be given back, or null.</summary>
    RingBufferMemoryOrNull,
}

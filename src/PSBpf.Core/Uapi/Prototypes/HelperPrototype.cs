namespace PSBpf.Uapi;

/// <summary>A BPF helper: its identity, and its prototype as far as this version judges and runs it.</summary>
public sealed record HelperPrototype
{
    /// <summary>enum bpf_func_id.</summary>
    public required int Id { get; init; }

    /// <summary>Its C name, e.g. <c>bpf_map_lookup_elem</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The version of Linux that brought it; null when it is not known. Some program types may call it only since a later one.</summary>
    public Version? Since => KernelReleases.SinceHelper(Id);

    /// <summary>How C declares it, e.g. <c>__u64 bpf_ktime_get_ns(void)</c>; empty for helpers that are not the kernel's.</summary>
    public string Declaration { get; init; } = "";

    /// <summary>What it returns.</summary>
    public ReturnKind Return { get; init; }

    /// <summary>For results that are numbers: which.</summary>
    public ResultRange Result { get; init; }

    /// <summary>What it takes in r1 to r5; shorter than five when it takes fewer.</summary>
    public IReadOnlyList<ArgumentKind> Arguments { get; init; } = [];

    /// <summary>For each argument of kind <see cref="ArgumentKind.FixedMemory"/> or <see cref="ArgumentKind.UninitializedFixedMemory"/> its bytes; otherwise 0.</summary>
    public IReadOnlyList<int> FixedSizes { get; init; } = [];

    /// <summary>The kernel structure that an argument of kind <see cref="ArgumentKind.Structure"/> points to, e.g. <c>task_struct</c>; empty when there is none.</summary>
    public string Structure { get; init; } = "";

    /// <summary>The kernel structure that it returns a pointer to; empty when it returns none.</summary>
    public string ReturnedStructure { get; init; } = "";

    /// <summary>Whether it looks at the registers after its arguments too, as many as its format asks for.</summary>
    public bool IsVariadic { get; init; }

    /// <summary>How many registers, from r1 on, it may read.</summary>
    public int RegistersRead => IsVariadic ? 5 : Arguments.Count;

    /// <summary>Whether only programs with a GPL-compatible licence may call it.</summary>
    public bool GplOnly { get; init; }

    /// <summary>Whether it may move packet data, which forgets every packet pointer.</summary>
    public bool ChangesPacket { get; init; }

    /// <summary>Whether it may sleep, so that only sleepable programs may call it.</summary>
    public bool MaySleep { get; init; }

    /// <summary>Whether its result is a reference that must be released.</summary>
    public bool Acquires { get; init; }

    /// <summary>Whether it goes on in another program when it succeeds: what follows a call runs only after a failure.</summary>
    public bool ReplacesProgram { get; init; }

    /// <summary>Whether it takes or gives back a lock, and is nothing but that.</summary>
    public LockEffect Lock { get; init; }

    /// <summary>Whether its third argument is a format, and the last two the values for it and their size.</summary>
    public bool TakesFormat { get; init; }

    /// <summary>Whether it writes through a dynptr, which may move packet data.</summary>
    public bool WritesDynptr { get; init; }

    /// <summary>Whether its result lives as long as the reference that its argument holds.</summary>
    public bool KeepsReference { get; init; }

    /// <summary>Whether the structure that it returns a pointer to is there as long as the program runs.</summary>
    public bool ReturnsTrusted { get; init; }

    /// <summary>Whether packet bytes may be passed as memory.</summary>
    public bool TakesPacket { get; init; }

    /// <summary>The map types that it works on; empty when it takes no map.</summary>
    public IReadOnlyList<MapType> MapTypes { get; init; } = [];

    /// <summary>The program types that may call it; null for all.</summary>
    public IReadOnlyList<ProgramType>? ProgramTypes { get; init; }

    /// <summary>The attach types with which they may; null for all.</summary>
    public IReadOnlyList<AttachType>? AttachTypes { get; init; }

    /// <summary>Whether programs of a type and attach type may call it.</summary>
    public bool IsAllowedIn(ProgramType type, AttachType attach) =>
        (ProgramTypes is null || ProgramTypes.Contains(type)) && (AttachTypes is null || AttachTypes.Contains(attach));
}

using System.Collections.Frozen;
using static PSBpf.Uapi.ArgumentKind;

namespace PSBpf.Uapi;

/// <summary>
/// Every helper of the UAPI, by id and name, with the prototypes that verifier and runtime know. Where a helper may be
/// called was read off Linux 6.18 by loading a call of each helper in each program type.
/// </summary>
public static class HelperTable
{
    private static readonly MapType[] KeyedMaps =
        [MapType.Hash, MapType.Array, MapType.PerCpuHash, MapType.PerCpuArray, MapType.LruHash, MapType.LruPerCpuHash, MapType.LpmTrie];

    private static readonly MapType[] RingBuffers = [MapType.RingBuf];

    private static readonly MapType[] PerfEventArrays = [MapType.PerfEventArray];

    // What cannot load here (infrared, extensions, LSM, struct_ops) keeps the kernel's general rule: tracing may, the others may not.
    private static readonly ProgramType[] PerfOutputTypes =
    [
        ProgramType.SocketFilter, ProgramType.Kprobe, ProgramType.SchedCls, ProgramType.SchedAct, ProgramType.Tracepoint, ProgramType.Xdp, ProgramType.PerfEvent,
        ProgramType.CgroupSkb, ProgramType.CgroupSock, ProgramType.LwtIn, ProgramType.LwtOut, ProgramType.LwtXmit, ProgramType.SockOps, ProgramType.SkSkb,
        ProgramType.CgroupDevice, ProgramType.SkMsg, ProgramType.RawTracepoint, ProgramType.CgroupSockAddr, ProgramType.LwtSeg6Local, ProgramType.CgroupSysctl,
        ProgramType.RawTracepointWritable, ProgramType.CgroupSockopt, ProgramType.Tracing, ProgramType.Lsm, ProgramType.SkLookup,
    ];

    private static readonly MapType[] ProgramArrays = [MapType.ProgArray];

    private static readonly ProgramType[] PacketDirectTypes =
        [ProgramType.SchedCls, ProgramType.SchedAct, ProgramType.Xdp, ProgramType.LwtIn, ProgramType.LwtOut, ProgramType.LwtXmit, ProgramType.LwtSeg6Local];

    private static readonly ProgramType[] SkbReadTypes =
    [
        ProgramType.SocketFilter, ProgramType.SchedCls, ProgramType.SchedAct, ProgramType.CgroupSkb, ProgramType.LwtIn, ProgramType.LwtOut,
        ProgramType.LwtXmit, ProgramType.SkSkb, ProgramType.LwtSeg6Local, ProgramType.SkReuseport, ProgramType.FlowDissector,
    ];

    // Rows with a prototype; every other helper has a name only and is refused until its row is written.
    private static readonly HelperPrototype[] Described =
    [
        Row(1, ReturnKind.MapValueOrNull, [ConstantMap, MapKey], takesPacket: true, maps: KeyedMaps),
        Row(2, ReturnKind.Integer, [ConstantMap, MapKey, MapValue, Anything], takesPacket: true, maps: KeyedMaps),
        Row(3, ReturnKind.Integer, [ConstantMap, MapKey], takesPacket: true, maps: KeyedMaps),
        Row(5, ReturnKind.Integer, []),
        Row(6, ReturnKind.Integer, [Memory, Size], gpl: true, variadic: true),
        Row(7, ReturnKind.Integer, []),
        Row(8, ReturnKind.Integer, []),
        Row(12, ReturnKind.Void, [Context, ConstantMap, Anything], maps: ProgramArrays) with { ReplacesProgram = true },
        Row(14, ReturnKind.Integer, []),
        Row(15, ReturnKind.Integer, []),
        Row(16, ReturnKind.Integer, [UninitializedMemory, Size]),
        Row(25, ReturnKind.Integer, [Context, ConstantMap, Anything, Memory, SizeOrZero], types: PerfOutputTypes, maps: PerfEventArrays),
        Row(26, ReturnKind.Integer, [Context, Anything, UninitializedMemory, Size], types: SkbReadTypes),
        Row(28, ReturnKind.Integer, [MemoryOrNull, SizeOrZero, MemoryOrNull, SizeOrZero, Anything], takesPacket: true, types: PacketDirectTypes),
        Row(42, ReturnKind.Integer, []),
        Row(44, ReturnKind.Integer, [Context, Anything], types: [ProgramType.Xdp], changesPacket: true),
        Row(65, ReturnKind.Integer, [Context, Anything], types: [ProgramType.Xdp], changesPacket: true),
        Row(118, ReturnKind.Integer, []),
        Row(125, ReturnKind.Integer, []),
        Row(130, ReturnKind.Integer, [ConstantMap, Memory, SizeOrZero, Anything], maps: RingBuffers),
        Row(131, ReturnKind.RingBufferMemoryOrNull, [ConstantMap, ConstantAllocationSizeOrZero, Anything], maps: RingBuffers),
        Row(132, ReturnKind.Void, [RingBufferMemory, Anything]),
        Row(133, ReturnKind.Void, [RingBufferMemory, Anything]),
        Row(134, ReturnKind.Integer, [ConstantMap, Anything], maps: RingBuffers),
        Row(160, ReturnKind.Integer, []),
        Row(189, ReturnKind.Integer, [Context, Anything, UninitializedMemory, Size], types: [ProgramType.Xdp]),
        Row(190, ReturnKind.Integer, [Context, Anything, Memory, Size], types: [ProgramType.Xdp]),
        Row(188, ReturnKind.Integer, [Context], types: [ProgramType.Xdp]),
        Row(208, ReturnKind.Integer, []),
    ];

    private static readonly HelperPrototype[] Rows = Build();

    private static readonly FrozenDictionary<string, HelperPrototype> ByName = Rows.ToFrozenDictionary(row => row.Name);

    /// <summary>All helpers, ascending by id.</summary>
    public static IReadOnlyList<HelperPrototype> All => Rows;

    /// <summary>The helper with an id; null when the UAPI has none.</summary>
    public static HelperPrototype? Find(int id) => id >= 1 && id <= Rows.Length ? Rows[id - 1] : null;

    /// <summary>The helper with a name, with or without <c>bpf_</c>; null when the UAPI has none.</summary>
    public static HelperPrototype? Find(string name) => ByName.GetValueOrDefault(name) ?? ByName.GetValueOrDefault("bpf_" + name);

    private static HelperPrototype Row(
        int id, ReturnKind returns, ArgumentKind[] arguments, bool gpl = false, bool changesPacket = false,
        bool takesPacket = false, bool variadic = false, MapType[]? maps = null, ProgramType[]? types = null) => new()
        {
            Id = id,
            Name = NameOf(id),
            IsDescribed = true,
            Return = returns,
            Arguments = arguments,
            IsVariadic = variadic,
            GplOnly = gpl,
            ChangesPacket = changesPacket,
            TakesPacket = takesPacket,
            MapTypes = maps ?? [],
            ProgramTypes = types,
        };

    private static string NameOf(int id) => "bpf_" + HelperNames.Names[id - 1];

    private static HelperPrototype[] Build()
    {
        var rows = new HelperPrototype[HelperNames.Names.Length];
        foreach (var row in Described) rows[row.Id - 1] = row;
        for (int id = 1; id <= rows.Length; id++) rows[id - 1] ??= new HelperPrototype { Id = id, Name = NameOf(id) };
        return rows;
    }
}

using PSBpf.Objects;
using PSBpf.Uapi;

namespace PSBpf.Verifier.Tests.Agreement;

/// <summary>
/// Programs that call one helper: with arguments that its prototype asks for, and with others in their places. Which registers hold what
/// before the call: r6 the context, r7 an object, r10 − 64 to r10 − 1 zeros.
/// </summary>
internal sealed class HelperCall(HelperPrototype helper, ProgramTypeInfo type, AttachType attach)
{
    private static readonly Dictionary<MapType, MapSpec> Templates = new MapSpec[]
    {
        New(MapType.Hash, 4, 8), New(MapType.Array, 4, 8), New(MapType.ProgArray, 4, 4), New(MapType.PerfEventArray, 4, 4), New(MapType.PerCpuHash, 4, 8),
        New(MapType.PerCpuArray, 4, 8), New(MapType.StackTrace, 4, 16), New(MapType.CgroupArray, 4, 4), New(MapType.LruHash, 4, 8), New(MapType.LruPerCpuHash, 4, 8),
        New(MapType.LpmTrie, 8, 8) with { Flags = MapFlags.NoPrealloc }, New(MapType.ArrayOfMaps, 4, 4) with { Inner = New(MapType.Array, 4, 8) },
        New(MapType.HashOfMaps, 4, 4) with { Inner = New(MapType.Hash, 4, 8) }, New(MapType.Devmap, 4, 4), New(MapType.DevmapHash, 4, 4), New(MapType.Cpumap, 4, 4),
        New(MapType.Sockmap, 4, 4), New(MapType.Sockhash, 4, 4), New(MapType.Xskmap, 4, 4), New(MapType.ReuseportSockArray, 4, 4), New(MapType.Queue, 0, 8),
        New(MapType.Stack, 0, 8), New(MapType.BloomFilter, 0, 8), New(MapType.RingBuf, 0, 0) with { MaxEntries = 4096 }, New(MapType.UserRingBuf, 0, 0) with { MaxEntries = 4096 },
        New(MapType.CgroupStorage, 16, 8) with { MaxEntries = 0 }, New(MapType.PerCpuCgroupStorage, 16, 8) with { MaxEntries = 0 },
    }.ToDictionary(map => map.Type);

    private static readonly MapSpec Text = New(MapType.Array, 4, 16) with
    {
        Name = "text", MaxEntries = 1, Flags = MapFlags.ReadOnlyProgram, InitialValue = "%d abc\0def\0\0\0\0\0\0"u8[..16].ToArray(), IsFrozen = true, IsGlobalData = true,
    };

    /// <summary>Map types that a map can be made of without type information.</summary>
    public static IEnumerable<MapType> MapTypes => Templates.Keys;

    /// <summary>Every map that a program may name.</summary>
    public static IReadOnlyList<MapSpec> AllMaps { get; } = [.. Templates.Values, Text];

    /// <summary>Whether a call with fitting arguments can be made at all: not without type information.</summary>
    public bool CanBeMade => helper.Arguments.All(CanBePassed) && (helper.MapTypes.Count == 0 || helper.MapTypes.Any(Templates.ContainsKey)) && IsResultKnown;

    /// <summary>Things to pass that suit some argument of some helper.</summary>
    public IEnumerable<(string Name, string Code)> Candidates(int register)
    {
        string r = $"r{register}";
        yield return ("0", $"{r} = 0");
        yield return ("1", $"{r} = 1");
        yield return ("-1", $"{r} = -1");
        yield return ("64", $"{r} = 64");
        yield return ("65", $"{r} = 65");
        yield return ("unknown", $"{r} = r8");
        yield return ("unknown below 64", $"{r} = r8\n{r} &= 63");
        yield return ("ctx", $"{r} = r6");
        yield return ("moved ctx", $"{r} = r6\n{r} += 4");
        yield return ("hash", $"{r} = map[Hash]");
        yield return ("array", $"{r} = map[Array]");
        yield return ("ring", $"{r} = map[RingBuf]");
        yield return ("stack", $"{r} = r10\n{r} += -64");
        yield return ("odd stack", $"{r} = r10\n{r} += -63");
        yield return ("stack that nothing was written to", $"{r} = r10\n{r} += -128");
        yield return ("the stack's last four bytes", $"{r} = r10\n{r} += -4");
        yield return ("text", $"{r} = map[text][0] +0");
        yield return ("text's middle", $"{r} = map[text][0] +10");
        if (Field(ContextFieldKind.SocketCommonOrNull, ContextFieldKind.SocketOrNull, ContextFieldKind.Socket) is { } socket) yield return (socket.Name, $"{r} = *(u64 *)(r6 +{socket.Offset})");
        if (Packet is { } packet)
        {
            yield return ("data", $"{r} = r9");
            yield return ("data_end", $"{r} = *(u{packet.End.Size * 8} *)(r6 +{packet.End.Offset})");
        }
    }

    /// <summary>A program that calls it.</summary>
    /// <param name="replaced">The argument to pass something else for; −1 for none.</param>
    /// <param name="by">What sets its register.</param>
    /// <param name="after">What follows the call; r0 holds its result.</param>
    /// <param name="map">The map to pass; null for the first that fits.</param>
    public ProgramSpec Program(int replaced = -1, string by = "", string after = "", MapType? map = null)
    {
        var text = new List<string> { "r6 = r1" };
        for (int slot = 8; slot <= 64; slot += 8) text.Add($"*(u64 *)(r10 -{slot}) = 0");
        text.Add("call bpf_get_prandom_u32\nr8 = r0");
        if (helper.Arguments.Contains(ArgumentKind.RingBufferMemory)) text.Add("r1 = map[RingBuf]\nr2 = 8\nr3 = 0\ncall bpf_ringbuf_reserve\nif r0 == 0 goto end\nr7 = r0");
        if (helper.Arguments.Contains(ArgumentKind.ReleasedSocket)) text.Add($"r1 = r6\nr2 = r10\nr2 += -64\nr3 = 12\nr4 = 0\nr5 = 0\ncall {Lookup}\nif r0 == 0 goto end\nr7 = r0");
        else if (helper.Arguments.Any(IsSocket)) text.Add($"r7 = *(u64 *)(r6 +{Field(ContextFieldKind.SocketCommonOrNull, ContextFieldKind.SocketOrNull, ContextFieldKind.Socket)!.Offset})\nif r7 == 0 goto end");
        if (Packet is { } packet)
            text.Add($"r9 = *(u{packet.Data.Size * 8} *)(r6 +{packet.Data.Offset})\nr2 = *(u{packet.End.Size * 8} *)(r6 +{packet.End.Offset})\nr3 = r9\nr3 += 64\nif r3 > r2 goto end");
        for (int index = 0; index < helper.Arguments.Count; index++) text.Add(index == replaced ? by : Good(index, map));
        text.Add($"call {helper.Name}");
        text.Add(after);
        if (helper.Acquires) text.Add("if r0 == 0 goto end\nr1 = r0\ncall bpf_sk_release");
        if (helper.Return == ReturnKind.RingBufferMemoryOrNull) text.Add("if r0 == 0 goto end\nr1 = r0\nr2 = 0\ncall bpf_ringbuf_discard");
        text.Add("end:\nr0 = 1\nexit");
        string all = string.Join('\n', text.Where(line => line.Length > 0));
        var maps = AllMaps.Where(spec => all.Contains($"map[{spec.Name}]", StringComparison.Ordinal)).ToArray();
        return Verdicts.Program(type.Type, attach, all, maps) with
        {
            Flags = (helper.MaySleep && type.MaySleep) || type.Type == ProgramType.Syscall ? SectionNames.Sleepable : 0,
        };
    }

    /// <summary>What programs do with a result, to see what it is.</summary>
    public IEnumerable<(string Name, string Code)> Uses()
    {
        yield return ("reads r0", "r1 = r0");
        if (!helper.Acquires && helper.Return != ReturnKind.RingBufferMemoryOrNull)
        {
            yield return ("reads through r0", "r1 = *(u32 *)(r0 +0)");
            yield return ("reads through r0 after a check", "if r0 == 0 goto end\nr1 = *(u32 *)(r0 +0)");
            yield return ("writes through r0 after a check", "if r0 == 0 goto end\nr1 = 1\n*(u64 *)(r0 +0) = r1");
        }

        if (Packet is not null) yield return ("reads the packet after it", "r1 = *(u8 *)(r9 +0)");
    }

    private bool IsResultKnown => helper.Return is not (ReturnKind.PerCpuVariable or ReturnKind.PerCpuVariableOrNull or ReturnKind.DynptrMemoryOrNull);

    private string Lookup => HelperTable.Find(84, type.Type, attach) is null ? "bpf_skc_lookup_tcp" : "bpf_sk_lookup_tcp";

    private (ContextField Data, ContextField End)? Packet =>
        Field(ContextFieldKind.PacketData) is { Reads.Bits: > 0 } data && Field(ContextFieldKind.PacketEnd) is { } end ? (data, end) : null;

    private ContextField? Field(params ContextFieldKind[] kinds) =>
        type.RulesFor(attach)!.Context.Fields.FirstOrDefault(field => kinds.Contains(field.Kind) && field.Reads.Bits != 0);

    private static bool IsSocket(ArgumentKind kind) => kind is ArgumentKind.SocketCommon or ArgumentKind.AnySocket or ArgumentKind.AnySocketOrNull or ArgumentKind.ReleasedSocket;

    private bool CanBePassed(ArgumentKind kind) => kind switch
    {
        ArgumentKind.Structure or ArgumentKind.StructureOrNull or ArgumentKind.PerCpuVariable or ArgumentKind.Function or ArgumentKind.StackOrNull or ArgumentKind.SpinLock
            or ArgumentKind.Timer or ArgumentKind.KernelPointer or ArgumentKind.ReleasedStructureOrNull or (>= ArgumentKind.Dynptr and <= ArgumentKind.ReleasedRingBufferDynptr) => false,
        ArgumentKind.SocketCommon or ArgumentKind.AnySocket or ArgumentKind.AnySocketOrNull => Field(ContextFieldKind.SocketCommonOrNull, ContextFieldKind.SocketOrNull, ContextFieldKind.Socket) is not null,
        ArgumentKind.ReleasedSocket => HelperTable.Find(99, type.Type, attach) is not null,
        _ => true,
    };

    private string Good(int index, MapType? map)
    {
        string r = $"r{index + 1}";
        return helper.Arguments[index] switch
        {
            ArgumentKind.Context or ArgumentKind.ContextOrNull => $"{r} = r6",
            ArgumentKind.ConstantMap => $"{r} = map[{map ?? helper.MapTypes.First(Templates.ContainsKey)}]",
            ArgumentKind.Size or ArgumentKind.SizeOrZero or ArgumentKind.ConstantAllocationSizeOrZero => $"{r} = 16",
            ArgumentKind.RingBufferMemory or ArgumentKind.SocketCommon or ArgumentKind.AnySocket or ArgumentKind.AnySocketOrNull or ArgumentKind.ReleasedSocket => $"{r} = r7",
            ArgumentKind.ConstantString => $"{r} = map[text][0] +0",
            ArgumentKind.Anything or ArgumentKind.MapValueOrNull or ArgumentKind.SocketOrNull => $"{r} = 0",
            _ => $"{r} = r10\n{r} += -64",
        };
    }

    private static MapSpec New(MapType type, uint key, uint value) => new() { Name = type.ToString(), Type = type, KeySize = key, ValueSize = value, MaxEntries = 4 };
}

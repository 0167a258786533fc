using PSBpf.Btf;
using PSBpf.Kernel;
using PSBpf.Objects;
using PSBpf.Targets;
using PSBpf.Uapi;
using PSBpf.Verifier.Tests.Support;

namespace PSBpf.Verifier.Tests.Agreement;

/// <summary>Helpers as programs at tracepoints and iterators call them, with pointers into the kernel's memory in every place.</summary>
public sealed class KernelHelperAgreementTests
{
    // Refused on machines where the kernel is locked down, for that reason.
    private static readonly string[] LockedDown = ["bpf_probe_write_user", "bpf_override_return"];

    private static readonly MapType[] Owned = [MapType.ProgArray];

    private static readonly (BtfTypeSet Types, IReadOnlyList<FunctionSpec> Functions) Described = FunctionTypes.Describe([("main", 0, "int")]);

    private static readonly Dictionary<MapType, MapSpec> Templates = new MapSpec[]
    {
        New(MapType.Hash, 4, 8), New(MapType.PerfEventArray, 4, 4), New(MapType.StackTrace, 4, 16), New(MapType.CgroupArray, 4, 4), New(MapType.PerCpuArray, 4, 8),
        New(MapType.ProgArray, 4, 4), New(MapType.Queue, 0, 8), New(MapType.RingBuf, 0, 0) with { MaxEntries = 4096 }, New(MapType.Sockmap, 4, 4),
        Storage(MapType.TaskStorage), Storage(MapType.SkStorage), Storage(MapType.CgrpStorage),
    }.ToDictionary(map => map.Type);

    private static readonly MapSpec Text = New(MapType.Array, 4, 16) with
    {
        Name = "text", MaxEntries = 1, Flags = MapFlags.ReadOnlyProgram, InitialValue = "%d abc\0def\0\0\0\0\0\0"u8[..16].ToArray(), IsFrozen = true, IsGlobalData = true,
    };

    // r6 the context, r7 a socket, r8 a packet, r9 a task.
    private static readonly (string Name, string Code)[] Candidates =
    [
        ("the context", "{r} = r6"), ("a socket", "{r} = r7"), ("a packet", "{r} = r8"), ("a task", "{r} = r9"), ("0", "{r} = 0"), ("1", "{r} = 1"),
        ("the stack", "{r} = r10\n{r} += -64"), ("a task kept by RCU", "{r} = *(u64 *)(r9 +{task_struct.real_parent})"), ("a task that nothing keeps", "{r} = *(u64 *)(r9 +{task_struct.last_wakee})"),
        ("a packet that nothing vouches for", "{r} = *(u64 *)(r8 +{sk_buff.next})"), ("a socket or null, kept by RCU", "{r} = *(u64 *)(r8 +{sk_buff.sk})"),
        ("a struct socket", "{r} = *(u64 *)(r7 +{sock.sk_socket})"), ("memory that nothing vouches for", "{r} = *(u64 *)(r9 +{task_struct.stack})"),
        ("a task's name", "{r} = r9\n{r} += {task_struct.comm}"), ("a socket's second field", "{r} = r7\n{r} += 8"), ("a file", "{r} = *(u64 *)(r9 +{task_struct.files})"),
    ];

    [Theory]
    [InlineData(ProgramType.Tracing, AttachType.TraceRawTp, "tcp_send_reset")]
    [InlineData(ProgramType.Tracing, AttachType.TraceIter, "task")]
    [InlineData(ProgramType.Tracing, AttachType.TraceIter, "tcp")]
    [InlineData(ProgramType.Tracing, AttachType.TraceIter, "udp")]
    [InlineData(ProgramType.StructOps, default(AttachType), "tcp_congestion_ops/ssthresh")]
    [InlineData(ProgramType.StructOps, default(AttachType), "tcp_congestion_ops/release")]
    public void Every_helper_is_allowed_where_the_kernel_allows_it(ProgramType type, AttachType attach, string target)
    {
        using var kernel = KernelPointerAgreementTests.OpenOrSkip();
        var differences = new List<string>();
        foreach (var helper in HelperTable.All.Where(helper => !LockedDown.Contains(helper.Name)))
        {
            var program = Verdicts.Program(type, attach, $"call {helper.Name}\nr0 = 0\nexit") with { AttachTarget = target };
            bool Allows(string said) => !said.Contains("cannot use helper", StringComparison.Ordinal) && !said.Contains("unknown func", StringComparison.Ordinal)
                && !said.Contains("not supported for program type", StringComparison.Ordinal) && !said.Contains("helper call is not allowed", StringComparison.Ordinal)
                && !said.Contains("supported only for fentry", StringComparison.Ordinal);
            var token = TestContext.Current.CancellationToken;
            bool theirs = Allows(kernel.LoadProgram(program, [], new ProgramLoadOptions { VerifyOnly = true }, token).Verification.Log);
            bool ours = Allows(ProgramVerifier.Verify(program, [], cancellation: token).Verification.Message);
            if (theirs != ours) differences.Add($"{helper.Name}: the kernel {(theirs ? "allows it" : "does not")}");
        }

        Assert.True(differences.Count == 0, string.Join('\n', differences));
    }

    [Fact]
    public void Every_argument_of_every_helper_gets_the_kernel_s_verdict()
    {
        using var kernel = KernelPointerAgreementTests.OpenOrSkip();
        var maps = Templates.Values.Append(Text).ToDictionary(map => map.Name, kernel.CreateMap);
        var verdicts = new Verdicts(kernel);
        foreach (var row in HelperTable.All)
        {
            if (HelperTable.Find(row.Id, ProgramType.Tracing, AttachType.TraceRawTp) is not { } helper || LockedDown.Contains(helper.Name) || !CanBeMade(helper)) continue;
            Ask("as it should be", Program(helper));
            foreach (var (use, code) in (ReadOnlySpan<(string, string)>)
            [
                ("reads r0", "r1 = r0"), ("reads through r0", "r1 = *(u32 *)(r0 +0)"), ("reads through r0 after a check", "if r0 == 0 goto end\nr1 = *(u32 *)(r0 +0)"),
                ("writes through r0 after a check", "if r0 == 0 goto end\nr1 = 1\n*(u64 *)(r0 +0) = r1"),
            ])
            {
                if (helper.Return != ReturnKind.RingBufferMemoryOrNull) Ask(use, Program(helper, after: code));
            }

            for (int index = 0; index < helper.Arguments.Count; index++)
                foreach (var (name, code) in Candidates) Ask($"r{index + 1} is {name}", Program(helper, index, Fill(code.Replace("{r}", $"r{index + 1}", StringComparison.Ordinal))));

            void Ask(string what, ProgramSpec program)
            {
                var named = program.Maps.Select(map => Owned.Contains(map.Type) ? kernel.CreateMap(map) : maps[map.Name]).ToArray();
                verdicts.Ask($"{helper.Name}, {what}", program, named);
                foreach (var map in named.Where(map => Owned.Contains(map.Spec.Type))) map.Dispose();
            }
        }

        foreach (var map in maps.Values) map.Dispose();
        verdicts.AssertAgreed(2000);
    }

    private static bool CanBeMade(HelperPrototype helper) => (helper.MapTypes.Count == 0 || helper.MapTypes.Any(Templates.ContainsKey)) && helper.Arguments.All(kind => kind is not
        (ArgumentKind.Function or ArgumentKind.StackOrNull or ArgumentKind.SpinLock or ArgumentKind.Timer or ArgumentKind.KernelPointer or ArgumentKind.ReleasedStructureOrNull
        or ArgumentKind.PerCpuVariable or ArgumentKind.Dynptr or ArgumentKind.NewLocalDynptr or ArgumentKind.NewRingBufferDynptr or ArgumentKind.ReleasedRingBufferDynptr or ArgumentKind.ReleasedSocket));

    private static ProgramSpec Program(HelperPrototype helper, int replaced = -1, string by = "", string after = "")
    {
        var text = new List<string> { "r6 = r1\nr7 = *(u64 *)(r1 +0)\nif r7 == 0 goto end\nr8 = *(u64 *)(r1 +8)\nif r8 == 0 goto end" };
        for (int slot = 8; slot <= 64; slot += 8) text.Add($"*(u64 *)(r10 -{slot}) = 0");
        text.Add("call bpf_get_current_task_btf\nr9 = r0");
        if (helper.Arguments.Contains(ArgumentKind.RingBufferMemory)) text.Add("r1 = map[RingBuf]\nr2 = 8\nr3 = 0\ncall bpf_ringbuf_reserve\nif r0 == 0 goto end\nr7 = r0");
        for (int index = 0; index < helper.Arguments.Count; index++) text.Add(index == replaced ? by : Good(helper, index));
        text.Add($"call {helper.Name}");
        text.Add(after);
        if (helper.Return == ReturnKind.RingBufferMemoryOrNull) text.Add("if r0 == 0 goto end\nr1 = r0\nr2 = 0\ncall bpf_ringbuf_discard");
        text.Add("end:\nr0 = 0\nexit");
        string all = string.Join('\n', text.Where(line => line.Length > 0));
        var maps = Templates.Values.Append(Text).Where(spec => all.Contains($"map[{spec.Name}]", StringComparison.Ordinal)).ToArray();
        return Verdicts.Program(ProgramType.Tracing, AttachType.TraceRawTp, all, maps) with { AttachTarget = "tcp_send_reset" };
    }

    private static string Good(HelperPrototype helper, int index)
    {
        string r = $"r{index + 1}";
        return helper.Arguments[index] switch
        {
            ArgumentKind.Context or ArgumentKind.ContextOrNull => $"{r} = r6",
            ArgumentKind.ConstantMap => $"{r} = map[{helper.MapTypes.First(Templates.ContainsKey)}]",
            ArgumentKind.Size or ArgumentKind.SizeOrZero or ArgumentKind.ConstantAllocationSizeOrZero => $"{r} = 16",
            ArgumentKind.RingBufferMemory or ArgumentKind.AnySocket or ArgumentKind.AnySocketOrNull => $"{r} = r7",
            ArgumentKind.MapValue when helper.MapTypes.Contains(MapType.Sockmap) && !helper.MapTypes.Contains(MapType.Hash) => $"{r} = r7",
            ArgumentKind.ConstantString => $"{r} = map[text][0] +0",
            ArgumentKind.Anything or ArgumentKind.MapValueOrNull or ArgumentKind.SocketOrNull => $"{r} = 0",
            ArgumentKind.Structure or ArgumentKind.StructureOrNull => helper.Structure switch
            {
                "task_struct" => $"{r} = r9",
                "sock_common" => $"{r} = r7",
                "sk_buff" => $"{r} = r8",
                "cgroup" => $"{r} = 0",
                _ => $"{r} = *(u64 *)(r9 +{Fill("{task_struct.mm}")})",
            },
            _ => $"{r} = r10\n{r} += -64",
        };
    }

    private static string Fill(string text) => System.Text.RegularExpressions.Regex.Replace(text, @"\{(\w+)\.(\w+)\}", match =>
    {
        var types = TargetKernel.Machine.Types!.Types;
        Assert.True(types.TryFindMember(types.Find(BtfKind.Struct, match.Groups[1].Value)!, match.Groups[2].Value, out _, out int bits), match.Value);
        return (bits / 8).ToString(System.Globalization.CultureInfo.InvariantCulture);
    });

    private static MapSpec New(MapType type, uint key, uint value) => new() { Name = type.ToString(), Type = type, KeySize = key, ValueSize = value, MaxEntries = 4 };

    private static MapSpec Storage(MapType type) => New(type, 4, 8) with
    {
        MaxEntries = 0, Flags = MapFlags.NoPrealloc, Btf = Described.Types, KeyType = Described.Types[1], ValueType = Described.Types[2],
    };
}

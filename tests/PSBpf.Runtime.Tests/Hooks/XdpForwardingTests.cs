using PSBpf.Diagnostics;
using PSBpf.Isa;
using PSBpf.Kernel;
using PSBpf.Objects;
using PSBpf.Runtime.Hooks;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Tests.Hooks;

/// <summary>Packets that are redirected go through the programs of the entries.</summary>
public sealed class XdpForwardingTests : IDisposable
{
    private static readonly HookName Eth0 = HookName.Parse("xdp:eth0");

    // Adds the two interfaces that it sees to the packet's first bytes.
    private const string Mark = """
        r6 = *(u32 *)(r1 +12)
        r7 = OUT
        r2 = *(u32 *)(r1 +0)
        r3 = *(u32 *)(r1 +4)
        r4 = r2
        r4 += 2
        if r4 > r3 goto out
        r5 = *(u8 *)(r2 +0)
        r5 += r6
        *(u8 *)(r2 +0) = r5
        *(u8 *)(r2 +1) = r7
        out:
        r0 = VERDICT
        exit
        """;

    private readonly ManagedKernel _kernel = new(new ManagedKernelOptions { PossibleCpus = 2 });

    public XdpForwardingTests()
    {
        foreach (string device in (string[])["eth0", "eth1", "eth2"]) _kernel.DeviceIndex(device);
    }

    public static TheoryData<MapType> DeviceMaps => new(MapType.Devmap, MapType.DevmapHash);

    public void Dispose() => _kernel.Dispose();

    [Theory]
    [MemberData(nameof(DeviceMaps))]
    public void The_program_of_an_entry_runs_when_the_packet_leaves(MapType type)
    {
        var (map, spec) = Map(type);
        using var held = map;
        uint eth0 = _kernel.DeviceIndex("eth0"), eth1 = _kernel.DeviceIndex("eth1");
        using var leaving = Load(Mark.Replace("OUT", "*(u32 *)(r1 +20)", StringComparison.Ordinal).Replace("VERDICT", "2", StringComparison.Ordinal), AttachType.XdpDevmap);
        Put(map, 1, eth1, leaving);
        Put(map, 2, eth1, null);
        using var program = Load(Redirect(1, 0), default, (map, spec));
        using var link = _kernel.Attach(program, Eth0);
        var result = Assert.Single(Fire());
        Assert.Equal("XDP_REDIRECT", result.Verdict);
        Assert.Equal([10, 20, 30], result.Data);
        var forwarded = Assert.Single(result.Forwarded);
        Assert.Equal((eth1, "XDP_PASS", "m"), (forwarded.Target, forwarded.Verdict, forwarded.Map));
        Assert.Same(leaving, forwarded.Program);
        Assert.Equal([(byte)(10 + eth0), (byte)eth1, 30], forwarded.Data);

        link.Replace(Load(Redirect(2, 0), default, (map, spec)));
        forwarded = Assert.Single(Assert.Single(Fire()).Forwarded);
        Assert.Null(forwarded.Program);
        Assert.Equal([10, 20, 30], forwarded.Data);
    }

    [Theory]
    [MemberData(nameof(DeviceMaps))]
    public void A_broadcast_gives_each_a_copy_of_its_own(MapType type)
    {
        const ulong broadcast = 8, excludeIngress = 16;
        var (map, spec) = Map(type);
        using var held = map;
        using var leaving = Load(Mark.Replace("OUT", "*(u32 *)(r1 +20)", StringComparison.Ordinal).Replace("VERDICT", "1", StringComparison.Ordinal), AttachType.XdpDevmap);
        uint[] devices = [.. ((string[])["eth0", "eth1", "eth2"]).Select(_kernel.DeviceIndex)];
        for (uint key = 0; key < 3; key++) Put(map, key, devices[key], leaving);
        using var everybody = Load(Redirect(0, broadcast), default, (map, spec));
        using var others = Load(Redirect(0, broadcast | excludeIngress), default, (map, spec));
        using var link = _kernel.Attach(everybody, Eth0);
        foreach (int count in (int[])[3, 2])
        {
            if (count == 2) link.Replace(others);
            var forwarded = Assert.Single(Fire()).Forwarded;
            Assert.Equal(devices[^count..], forwarded.Select(each => each.Target).Order());
            Assert.All(forwarded, each =>
            {
                Assert.Equal("XDP_DROP", each.Verdict);
                Assert.Equal([(byte)(10 + devices[0]), (byte)each.Target, 30], each.Data);
            });
        }
    }

    [Fact]
    public void The_program_of_a_cpu_may_send_packets_on()
    {
        var (cpus, cpuSpec) = Map(MapType.Cpumap);
        var (devices, deviceSpec) = Map(MapType.Devmap);
        using var heldCpus = cpus;
        using var heldDevices = devices;
        using var leaving = Load(Mark.Replace("OUT", "*(u32 *)(r1 +20)", StringComparison.Ordinal).Replace("VERDICT", "2", StringComparison.Ordinal), AttachType.XdpDevmap);
        uint eth0 = _kernel.DeviceIndex("eth0"), eth2 = _kernel.DeviceIndex("eth2");
        Put(devices, 1, eth2, leaving);
        using var onCpu = Load(Redirect(1, 0), AttachType.XdpCpumap, (devices, deviceSpec));
        byte[] queue = [.. BitConverter.GetBytes(16), .. BitConverter.GetBytes(onCpu.Id)];
        Assert.Equal(Errno.None, cpus.Update([1, 0, 0, 0], queue, MapUpdateFlags.Any));
        using var program = Load(Redirect(1, 0), default, (cpus, cpuSpec));
        using var link = _kernel.Attach(program, Eth0);
        var forwarded = Assert.Single(Fire()).Forwarded;
        Assert.Equal([1u, eth2], forwarded.Select(each => each.Target));
        Assert.Equal(["XDP_REDIRECT", "XDP_PASS"], forwarded.Select(each => each.Verdict));
        Assert.Equal([(byte)(10 + eth0), (byte)eth2, 30], forwarded[1].Data);
    }

    [Fact]
    public void A_cpu_that_sends_packets_to_itself_comes_to_an_end()
    {
        var (cpus, spec) = Map(MapType.Cpumap);
        using var held = cpus;
        using var round = Load(Redirect(0, 0), AttachType.XdpCpumap, (cpus, spec));
        Assert.Equal(Errno.None, cpus.Update(new byte[4], [16, 0, 0, 0, .. BitConverter.GetBytes(round.Id)], MapUpdateFlags.Any));
        using var program = Load(Redirect(0, 0), default, (cpus, spec));
        using var link = _kernel.Attach(program, Eth0);
        Assert.Equal(5, Assert.Single(Fire()).Forwarded.Count);
        Assert.Equal(4, _kernel.GetHook(Eth0).Inject([1, 2, 3], TestContext.Current.CancellationToken));
    }

    [Fact]
    public void A_verdict_without_a_target_sends_nothing_and_programs_of_entries_are_not_attached()
    {
        using var program = Load("r0 = 4\nexit", default);
        using var link = _kernel.Attach(program, Eth0);
        Assert.Empty(Assert.Single(Fire()).Forwarded);
        using var entry = Load("r0 = 2\nexit", AttachType.XdpDevmap);
        Assert.Equal("BPF2202", Assert.Throws<BpfException>(() => _kernel.Attach(entry, HookName.Parse("xdp:eth1"))).Id);
    }

    private static string Redirect(int key, ulong flags) => $"r1 = map[m]\nr2 = {key}\nr3 = {flags}\ncall bpf_redirect_map\nexit";

    private static void Put(IKernelMap map, uint key, uint device, ManagedProgram? program) =>
        Assert.Equal(Errno.None, map.Update(BitConverter.GetBytes(key), [.. BitConverter.GetBytes(device), .. BitConverter.GetBytes(program?.Id ?? 0)], MapUpdateFlags.Any));

    private (IKernelMap Map, MapSpec Spec) Map(MapType type)
    {
        var spec = new MapSpec { Name = "m", Type = type, KeySize = 4, ValueSize = 8, MaxEntries = 4 };
        return (_kernel.CreateMap(spec), spec);
    }

    private IReadOnlyList<HookResult> Fire() => _kernel.GetHook(Eth0).Fire([10, 20, 30], TestContext.Current.CancellationToken);

    private ManagedProgram Load(string text, AttachType attach, params (IKernelMap Map, MapSpec Spec)[] maps)
    {
        var assembled = Assembler.Assemble(text, maps.Select(map => map.Spec.Name));
        var spec = new ProgramSpec { Name = "p", Type = ProgramType.Xdp, ExpectedAttachType = attach, Instructions = assembled.Instructions, Maps = [.. maps.Select(map => map.Spec)] };
        var loaded = _kernel.LoadProgram(spec, [.. maps.Select(map => map.Map)], ProgramLoadOptions.Default, TestContext.Current.CancellationToken);
        Assert.True(loaded.Program is not null, $"{loaded.Verification.Message} {loaded.Verification.Reason}");
        return (ManagedProgram)loaded.Program;
    }
}

using PSBpf.Btf;
using PSBpf.Diagnostics;
using PSBpf.Hosting.Packets;
using PSBpf.Isa;
using PSBpf.Kernel;
using PSBpf.Objects;
using PSBpf.Uapi;

namespace PSBpf.Hosting.Tests;

/// <summary>The session over the real engine.</summary>
public sealed class ManagedSessionTests : IDisposable
{
    private readonly BpfSession _session = new();

    public void Dispose() => _session.Dispose();

    [Fact]
    public void An_object_runs_from_file_to_map_and_event()
    {
        var program = _session.Import(Samples.Path("packet_counter.bpf.o"));
        var telnet = PacketBuilder.Build([new("ipv4", new Dictionary<string, object?>()), new("tcp", new Dictionary<string, object?> { ["dport"] = 23 })]);
        var result = program.Run(telnet);
        Assert.Equal("XDP_DROP", result.Verdict);
        Assert.Equal(telnet, result.Data);
        var entry = Assert.Single(program.GetMap("protocols").Entries());
        Assert.Equal("PROTO_IPV4_TCP", entry.Key.ToString());
        Assert.Equal(1UL, ((BtfRecord)entry.Value)["packets"]);
        using var reader = program.GetMap("events").OpenReader();
        Assert.True(reader.TryRead(out var read, TimeSpan.Zero, TestContext.Current.CancellationToken));
        Assert.Equal((ushort)23, ((BtfRecord)read.Data)["port"]);
        Assert.Equal(1UL, program.Variables["total"]);
    }

    [Fact]
    public void A_refusal_is_an_exception_with_an_id_and_a_result_when_asked_for()
    {
        Assert.Equal("BPF4003", Assert.Throws<BpfException>(() => _session.Import(Samples.Path("broken_bounds.bpf.o"))).Id);
        var refusal = Assert.Single(_session.TryImport(Samples.Path("broken_bounds.bpf.o")).Refusals);
        Assert.False(refusal.Verification.Accepted);
        Assert.Equal("BPF1207", refusal.Verification.RuleId);
        Assert.Empty(_session.Programs);
        Assert.Empty(_session.Maps);
    }

    [Fact]
    public void A_map_type_that_the_engine_lacks_makes_a_program_not_runnable_but_not_refused()
    {
        var map = new MapSpec { Name = "sockets", Type = MapType.StructOps, KeySize = 4, ValueSize = 4, MaxEntries = 16 };
        var program = new ProgramSpec
        {
            Name = "samples", Type = ProgramType.Xdp, Maps = [map],
            Instructions = [new Instruction(0xb7, 0, 0, 0, 2), new Instruction(0x95, 0, 0, 0, 0)], // r0 = 2; exit
        };
        var spec = new ObjectSpec { License = "GPL", Maps = [map], Programs = [program] };
        var report = Assert.Single(_session.Verify(spec));
        Assert.True(report.Accepted);
        Assert.False(report.Runnable);
        Assert.NotEmpty(report.Unsupported);
        Assert.Equal("BPF2002", Assert.Throws<BpfException>(() => _session.TryImport(spec)).Id);
        Assert.Empty(_session.Maps);
    }

    [Fact]
    public void A_hook_runs_what_is_attached_and_counts()
    {
        var program = _session.Import(Samples.Path("reflector.bpf.o"), new ImportOptions { Attach = "XDP: eth0" });
        var link = Assert.Single(program.GetLinks());
        Assert.Equal("xdp:eth0", link.Hook);
        Assert.Equal(ProgramState.Attached, program.State);
        for (var count = 0; count < 5; count++) Assert.Equal("reflector", Assert.Single(_session.Fire("xdp:eth0", new byte[60])).Program);
        var hook = _session.GetHook("xdp:eth0");
        Assert.Equal((5L, "xdp", "eth0"), (hook.Events, hook.Type, hook.Target));
        link.Remove();
        Assert.Equal(LinkState.Removed, link.State);
        Assert.NotEqual(ProgramState.Attached, program.State);
        Assert.Equal("BPF2204", Assert.Throws<BpfException>(() => _session.Fire("xdp:eth0", new byte[60])).Id);
    }

    [Fact]
    public void Naming_a_hook_that_nothing_is_attached_to_does_not_make_one()
    {
        Assert.Equal("BPF2204", Assert.Throws<BpfException>(() => _session.Fire("xdp:eth0", new byte[60])).Id);
        Assert.Equal("BPF4001", Assert.Throws<BpfException>(() => _session.GetHook("xdp:eth0")).Id);
        Assert.Empty(_session.GetHooks());
    }

    [Fact]
    public void A_failed_attachment_takes_the_import_back()
    {
        _session.Import(Samples.Path("reflector.bpf.o"), new ImportOptions { Attach = "xdp:eth0" });
        var error = Assert.Throws<BpfException>(() => _session.Import(Samples.Path("packet_counter.bpf.o"), new ImportOptions { Attach = "xdp:eth0" }));
        Assert.Equal("BPF2203", error.Id);
        Assert.Equal(["reflector"], _session.Programs.Select(program => program.Name));
        Assert.Single(_session.Links);
        Assert.Equal(["verdicts"], _session.Maps.Select(map => map.Name));
    }

    [Fact]
    public void A_disposed_session_gives_all_its_memory_back()
    {
        using var kernel = new Runtime.ManagedKernel();
        using (var session = new BpfSession(_ => kernel))
        {
            var program = session.Import(Samples.Path("packet_counter.bpf.o"));
            program.GetMap("events").OpenReader();
            Assert.True(kernel.MapMemoryBytes > 0);
        }

        Assert.Equal(0, kernel.MapMemoryBytes);
    }

    [Fact]
    public void A_program_of_the_Linux_kernel_runs_there_and_leaves_it_again()
    {
        if (Linux.LinuxKernel.Probe() is { } reason) Assert.Skip(reason.Message);
        var here = _session.Import(Samples.Path("packet_counter.bpf.o"));
        var there = _session.Import(Samples.Path("packet_counter.bpf.o"), new ImportOptions { Kernel = BpfKernelKind.Linux });
        Assert.Equal(BpfKernelKind.Linux, there.Kernel);
        using (var capture = Capture.Open(Samples.Path("few-le-us.pcap")))
        {
            foreach (var packet in capture.Packets().Where(packet => packet.Length >= 14))
            {
                var (mine, theirs) = (here.Run(packet), there.Run(packet));
                Assert.Equal((mine.ReturnValue, mine.Verdict), (theirs.ReturnValue, theirs.Verdict));
                Assert.Equal(mine.Data, theirs.Data);
            }
        }

        static IEnumerable<(string?, string?)> Shown(BpfProgram program) =>
            program.GetMap("protocols").Entries().Select(entry => (entry.Key.ToString(), entry.Value.ToString())).Order();
        Assert.Equal(Shown(here), Shown(there));
        Assert.Equal("BPF3004", Assert.Throws<BpfException>(() => _session.Attach(there, "xdp:eth0")).Id);
        there.Remove();
        Assert.Equal([here], _session.Programs);
    }
}

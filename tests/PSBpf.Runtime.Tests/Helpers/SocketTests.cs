using System.Net;
using PSBpf.Diagnostics;
using PSBpf.Isa;
using PSBpf.Kernel;
using PSBpf.Objects;
using PSBpf.Runtime.Environment;
using PSBpf.Runtime.Helpers;
using PSBpf.Runtime.Jit;
using PSBpf.Runtime.Runs;
using PSBpf.Runtime.Tests.Interpreter;
using PSBpf.Uapi;
using PSBpf.Verifier.Tests.Support;

namespace PSBpf.Runtime.Tests.Helpers;

/// <summary>The environment's sockets where the kernel has none to compare with: AF_XDP, the socket of packets, and what redirecting keeps.</summary>
public sealed unsafe class SocketTests
{
    private static readonly ExecutionEnvironment World = new()
    {
        Socket = new SocketIdentity(5, 1000)
        {
            Protocol = SocketProtocol.Tcp, State = SocketState.Established, Mark = 77, Local = IPEndPoint.Parse("10.0.0.1:80"), Remote = IPEndPoint.Parse("10.0.0.2:5000"),
        },
        Sockets =
        [
            new SocketIdentity(20, 0) { Protocol = SocketProtocol.Xdp, Queue = 3 },
            new SocketIdentity(30, 0) { Protocol = SocketProtocol.Tcp, State = SocketState.Established, Local = IPEndPoint.Parse("10.0.0.1:81"), Remote = IPEndPoint.Parse("10.0.0.2:1") },
            new SocketIdentity(31, 0) { Protocol = SocketProtocol.Tcp, State = SocketState.Listen, Local = IPEndPoint.Parse("10.0.0.1:82"), Device = 9 },
            new SocketIdentity(32, 0) { Protocol = SocketProtocol.Tcp, State = SocketState.TimeWait, Local = IPEndPoint.Parse("10.0.0.1:83"), Remote = IPEndPoint.Parse("10.0.0.2:2") },
        ],
    };

    private static MapSpec Map(MapType type) => new() { Name = "m", Type = type, KeySize = 4, ValueSize = 4, MaxEntries = 4 };

    [Fact]
    public void Frames_go_to_the_socket_of_a_queue()
    {
        const string text = """
            *(u32 *)(r10 -4) = 2
            r1 = map[m]
            r2 = r10
            r2 += -4
            call bpf_map_lookup_elem
            if r0 == 0 goto none
            r6 = *(u32 *)(r0 +0)
            r1 = map[m]
            r2 = 2
            r3 = 2
            call bpf_redirect_map
            r0 <<= 8
            r0 += r6
            exit
            none:
            r1 = map[m]
            r2 = 2
            r3 = 2
            call bpf_redirect_map
            exit
            """;
        Assert.Equal(4u << 8 | 3, Run(ProgramType.Xdp, text, Map(MapType.Xskmap), map => Assert.Equal(Errno.None, map.Update([2, 0, 0, 0], [20, 0, 0, 0], MapUpdateFlags.Any))));
        Assert.Equal(2u, Run(ProgramType.Xdp, text, Map(MapType.Xskmap), map => Assert.Equal(Errno.EOPNOTSUPP, map.Update([2, 0, 0, 0], [30, 0, 0, 0], MapUpdateFlags.Any))));
    }

    [Fact]
    public void A_packet_shows_the_socket_that_it_belongs_to()
    {
        const string text = """
            r6 = r1
            r7 = *(u64 *)(r1 +168)
            if r7 == 0 goto none
            r8 = *(u32 *)(r7 +44)
            r1 = r7
            call bpf_sk_fullsock
            if r0 == 0 goto none
            r1 = *(u32 *)(r0 +16)
            r8 <<= 8
            r8 += r1
            r1 = r7
            call bpf_tcp_sock
            if r0 == 0 goto none
            r1 = *(u32 *)(r0 +0)
            r8 <<= 8
            r8 += r1
            r0 = r8
            exit
            none:
            r0 = 1
            exit
            """;
        Assert.Equal((80u << 8 | 77) << 8 | 10, Run(ProgramType.SchedCls, text));
        Assert.Equal(1u, Run(ProgramType.SchedCls, text, world: ExecutionEnvironment.Machine));
    }

    [Theory]
    [InlineData("10.0.0.1:82", "10.0.0.9:7", 0)] // bound to another device
    [InlineData("10.0.0.1:81", "10.0.0.2:1", 1)]
    [InlineData("10.0.0.1:83", "10.0.0.2:2", 0)] // no full socket
    [InlineData("10.0.0.1:81", "10.0.0.2:2", 0)]
    public void A_connection_is_found_by_both_ends(string local, string remote, uint found)
    {
        uint Address(string end) => BitConverter.ToUInt32(IPEndPoint.Parse(end).Address.GetAddressBytes());
        uint Port(string end) => (ushort)IPAddress.HostToNetworkOrder((short)IPEndPoint.Parse(end).Port);
        Assert.Equal(found, Run(ProgramType.Xdp, $"""
            r2 = 0x{(ulong)Address(local) << 32 | Address(remote):x} ll
            *(u64 *)(r10 -16) = r2
            *(u32 *)(r10 -8) = {(int)(Port(local) << 16 | Port(remote))}
            r2 = r10
            r2 += -16
            r3 = 12
            r4 = -1
            r5 = 0
            call bpf_sk_lookup_tcp
            if r0 == 0 goto none
            r1 = r0
            call bpf_sk_release
            r0 = 1
            none:
            exit
            """));
    }

    [Theory]
    [InlineData(52, 0u, 0ul, 1ul, 30u)] // bpf_sk_redirect_map
    [InlineData(60, 0u, 1ul, 1ul, 30u)] // bpf_msg_redirect_map, ingress
    [InlineData(60, 0u, 2ul, 0ul, 0u)] // flags that there are not
    [InlineData(52, 1u, 0ul, 0ul, 0u)] // who listens sends nothing
    [InlineData(52, 2u, 0ul, 0ul, 0u)] // nobody
    [InlineData(52, 9u, 0ul, 0ul, 0u)]
    public void A_message_goes_on_to_a_connected_socket(int helper, uint index, ulong flags, ulong verdict, uint target)
    {
        using var machine = new TestMachine(new ManagedKernelOptions { PossibleCpus = 1, Environment = World });
        var map = machine.Add(Map(MapType.Sockmap));
        foreach (uint slot in (uint[])[0, 1])
        {
            uint cookie = 30 + slot;
            Assert.Equal(Errno.None, map.UpdateAll((byte*)&slot, (byte*)&cookie, 0));
        }

        With(machine, run =>
        {
            run.Redirected = default;
            Assert.Equal(verdict, HelperSet.All[helper].Function(run, 0, map.Handle, index, flags, 0));
            Assert.Equal(target, run.Redirected.Target);
        });
    }

    [Fact]
    public void By_key_too_and_a_hash_takes_the_contexts_own_socket()
    {
        using var machine = new TestMachine(new ManagedKernelOptions { PossibleCpus = 1, Environment = World });
        var map = machine.Add(Map(MapType.Sockhash));
        With(machine, run =>
        {
            ulong key = 0x1234;
            Assert.Equal(0ul, HelperSet.All[72].Function(run, 0, map.Handle, (ulong)&key, 0, 0));
            Assert.Equal(0ul, HelperSet.All[70].Function(run, 0, map.Handle, (ulong)&key, 0, 0));
            Assert.Equal(Refused(Errno.EEXIST), HelperSet.All[70].Function(run, 0, map.Handle, (ulong)&key, 1, 0));
            Assert.Equal(1ul, HelperSet.All[71].Function(run, 0, map.Handle, (ulong)&key, 0, 0));
            Assert.Equal(5u, run.Redirected.Target);
            Assert.Equal(0ul, HelperSet.All[82].Function(run, 0, map.Handle, (ulong)&key, 0, 0));
            Assert.Equal(Refused(Errno.EINVAL), HelperSet.All[82].Function(run, 0, map.Handle, (ulong)&key, 1, 0));
            key++;
            Assert.Equal(Refused(Errno.ENOENT), HelperSet.All[82].Function(run, 0, map.Handle, (ulong)&key, 0, 0));
        });
    }

    [Theory]
    [InlineData(MapType.CgrpStorage, 210)]
    [InlineData(MapType.InodeStorage, 145)]
    public void Cgroups_and_inodes_keep_values(MapType type, int helper)
    {
        using var machine = new TestMachine(new ManagedKernelOptions { PossibleCpus = 1 });
        var declared = new CaseTypes();
        int number = declared.Type("int");
        var types = declared.Build();
        var map = machine.Add(new MapSpec
        {
            Name = "m", Type = type, KeySize = 4, ValueSize = 4, Flags = MapFlags.NoPrealloc, Btf = types, KeyType = types[number], ValueType = types[number],
        });
        With(machine, run =>
        {
            ulong first = type == MapType.CgrpStorage ? KernelObjects.AddressOfCgroup(7) : KernelObjects.AddressOfInode(7), other = first + 16;
            Assert.Equal(0ul, HelperSet.All[helper].Function(run, map.Handle, first, 0, 0, 0));
            ulong made = HelperSet.All[helper].Function(run, map.Handle, first, 0, 1, 0);
            Assert.NotEqual(0ul, made);
            Assert.Equal(made, HelperSet.All[helper].Function(run, map.Handle, first, 0, 0, 0));
            Assert.NotEqual(made, HelperSet.All[helper].Function(run, map.Handle, other, 0, 1, 0));
            *(int*)made = 99;
            int key = 7, value = 0;
            Assert.Equal(Errno.None, map.CopyValue((byte*)&key, (byte*)&value));
            Assert.Equal(99, value);
            Assert.Equal(0ul, HelperSet.All[helper + 1].Function(run, map.Handle, first, 0, 0, 0));
            Assert.Equal(Refused(Errno.ENOENT), HelperSet.All[helper + 1].Function(run, map.Handle, first, 0, 0, 0));
            Assert.Equal(Refused(Errno.EINVAL), HelperSet.All[helper + 1].Function(run, map.Handle, first + 1, 0, 0, 0));
            Assert.Equal(0ul, HelperSet.All[helper].Function(run, map.Handle, 0, 0, 1, 0));
        });
    }

    [Fact]
    public void A_number_is_no_socket()
    {
        using var machine = new TestMachine(new ManagedKernelOptions { PossibleCpus = 1, Environment = World }) { Type = ProgramType.SchedCls };
        foreach (string helper in (string[])["bpf_sk_fullsock", "bpf_sk_release", "bpf_tcp_sock"])
            Assert.Contains("no socket", Assert.Throws<BpfException>(() => machine.TestRun($"r1 = 4096\ncall {helper}\nr0 = 0\nexit", new byte[64])).Message, StringComparison.Ordinal);
    }

    private static ulong Refused(Errno error) => (ulong)-(long)error;

    private static void With(TestMachine machine, Action<RunState> action)
    {
        var cpu = machine.Engine.Cpus.Enter();
        try
        {
            cpu.State.Begin(machine.Load("r0 = 0\nexit"), machine.Engine.Environment, interpret: true, TestContext.Current.CancellationToken);
            action(cpu.State);
        }
        finally
        {
            machine.Engine.Cpus.Exit(cpu);
        }
    }

    // In the interpreter and compiled, which have to agree.
    private static uint Run(ProgramType type, string text, MapSpec? spec = null, Action<IKernelMap>? before = null, ExecutionEnvironment? world = null)
    {
        uint? first = null;
        foreach (bool interpret in (bool[])[true, false])
        {
            using var kernel = new ManagedKernel(new ManagedKernelOptions { PossibleCpus = 1, Environment = world ?? World, Jit = new JitOptions { Timing = JitTiming.Eager } });
            MapSpec[] specs = spec is null ? [] : [spec];
            var maps = specs.Select(kernel.CreateMap).ToArray();
            foreach (var map in maps) before?.Invoke(map);
            var assembled = Assembler.Assemble(text, specs.Select(map => map.Name));
            var loaded = kernel.LoadProgram(new ProgramSpec { Name = "p", Type = type, Instructions = assembled.Instructions, Maps = specs }, maps, ProgramLoadOptions.Default, TestContext.Current.CancellationToken);
            Assert.True(loaded.Program is not null, $"{loaded.Verification.Message} {string.Join(", ", loaded.Verification.Unsupported)}");
            using var program = loaded.Program;
            uint result = program.TestRun(new TestRunRequest { Data = new byte[64], Interpret = interpret }, TestContext.Current.CancellationToken).ReturnValue;
            first ??= result;
            Assert.Equal(first, result);
            foreach (var map in maps) map.Dispose();
        }

        return first!.Value;
    }
}

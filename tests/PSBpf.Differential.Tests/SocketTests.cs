using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using PSBpf.Objects;
using PSBpf.Runtime.Environment;
using PSBpf.Runtime.Jit;
using PSBpf.Uapi;

namespace PSBpf.Differential.Tests;

/// <summary>Sockets of this process beside managed ones with the same addresses, states and cookies.</summary>
public sealed class SocketTests
{
    private const int SocketLevel = 1, CookieOption = 57;

    // The tuple lies behind the Ethernet header of the packet; what is found is told by what it is and by its state.
    private const string Look = """
        r6 = *(u32 *)(r1 +76)
        r7 = *(u32 *)(r1 +80)
        r2 = r6
        r2 += SIZE
        r2 += 14
        if r2 > r7 goto none
        r6 += 14
        r2 = r6
        r3 = SIZE
        r4 = SPACE
        r5 = FLAGS
        call HELPER
        if r0 == 0 goto none
        r6 = r0
        READ
        r1 = r6
        call bpf_sk_release
        r0 = r7
        exit
        none:
        r0 = 0xdead
        exit
        """;

    private const string Fields = """
        r7 = *(u32 *)(r6 +72)
        r7 <<= 8
        r1 = *(u16 *)(r6 +48)
        r7 += r1
        r1 = *(u32 *)(r6 +44)
        r7 += r1
        r1 = *(u32 *)(r6 +24)
        r7 ^= r1
        r1 = *(u8 *)(r6 +4)
        r7 += r1
        """;

    public static TheoryData<string, string, string> Reads => new()
    {
        { "bpf_skc_lookup_tcp", Fields, "-1" },
        { "bpf_sk_lookup_tcp", Fields + "\nr1 = *(u32 *)(r6 +12)\nr7 += r1\nr1 = *(u32 *)(r6 +8)\nr7 += r1", "-1" },
        { "bpf_sk_lookup_udp", Fields + "\nr1 = *(u32 *)(r6 +12)\nr7 += r1", "-1" },
        { "bpf_sk_lookup_udp", "r7 = 1", "7" },
        { "bpf_sk_lookup_tcp", "r7 = 1", "0x100000000 ll" },
        { "bpf_sk_lookup_tcp", "r7 = 2\nr1 = r6\ncall bpf_tcp_sock\nif r0 == 0 goto done\nr7 = 3\ndone:", "-1" },
        { "bpf_sk_lookup_udp", "r7 = 2\nr1 = r6\ncall bpf_tcp_sock\nif r0 == 0 goto done\nr7 = 3\ndone:", "-1" },
        { "bpf_skc_lookup_tcp", "r7 = 2\nr1 = r6\ncall bpf_sk_fullsock\nif r0 == 0 goto done\nr7 = *(u32 *)(r0 +72)\ndone:", "-1" },
        { "bpf_sk_lookup_tcp", "r7 = 2\nr1 = r6\ncall bpf_get_listener_sock\nif r0 == 0 goto done\nr7 = *(u32 *)(r0 +44)\ndone:", "-1" },
    };

    [Theory]
    [MemberData(nameof(Reads))]
    public void Lookups_find_the_same_sockets(string helper, string read, string space)
    {
        foreach (string executor in CallbackTests.Executors.Select(row => row.Data))
        {
            using var kernels = KernelPair.OpenOrSkip(CallbackTests.Options(executor));
            using var sockets = new RealSockets();
            kernels.Managed.Environment = new ExecutionEnvironment { Sockets = sockets.Identities };
            foreach (int size in (int[])[12, 36, 13])
            {
                string text = Look.Replace("HELPER", helper, StringComparison.Ordinal).Replace("READ", read, StringComparison.Ordinal)
                    .Replace("SPACE", space, StringComparison.Ordinal).Replace("FLAGS", "0", StringComparison.Ordinal).Replace("SIZE", $"{size}", StringComparison.Ordinal);
                using var program = kernels.Load(ProgramType.SchedCls, text);
                foreach (var (source, destination) in sockets.Tuples())
                {
                    if (source.AddressFamily == AddressFamily.InterNetwork == (size == 36)) continue;
                    Assert.NotNull(program.Same(Packet(source, destination), what: $"{executor} {helper} {size} {source} > {destination}"));
                }
            }
        }
    }

    [Theory]
    [InlineData(MapType.Sockmap, 8u)]
    [InlineData(MapType.Sockmap, 4u)]
    [InlineData(MapType.Sockhash, 8u)]
    [InlineData(MapType.Sockhash, 4u)]
    [InlineData(MapType.ReuseportSockArray, 8u)]
    [InlineData(MapType.ReuseportSockArray, 4u)]
    [InlineData(MapType.Xskmap, 4u)]
    public void Maps_of_sockets_answer_users_alike(MapType type, uint valueSize)
    {
        using var kernels = KernelPair.OpenOrSkip();
        using var sockets = new RealSockets();
        kernels.Managed.Environment = new ExecutionEnvironment { Sockets = sockets.Identities };
        using var map = kernels.CreateMap(new MapSpec { Name = "m", Type = type, KeySize = 4, ValueSize = valueSize, MaxEntries = 3 });
        var random = new Random(3);
        var known = sockets.All;

        // A socket is in one REUSEPORT_SOCKARRAY at most, and once: the engine does not keep that account.
        var inUse = new HashSet<int>();
        for (int step = 0; step < 600; step++)
        {
            byte[] key = BitConverter.GetBytes(random.Next(5)), ours = new byte[valueSize], theirs = new byte[valueSize];
            switch (random.Next(4))
            {
                case 0:
                    map.Same($"step {step}: lookup", each => each.Lookup(key, each == map.Linux ? theirs : ours));
                    Assert.Equal(theirs, ours);
                    break;
                case 1:
                    map.Same($"step {step}: delete", each => each.Delete(key));
                    if (type == MapType.ReuseportSockArray) inUse.Remove(BitConverter.ToInt32(key));
                    break;
                default:
                    var (socket, identity) = known[random.Next(known.Count)];
                    if (type == MapType.ReuseportSockArray && (inUse.Count > 0 || identity.Protocol != SocketProtocol.Udp)) continue;
                    ulong flags = random.Next(6) switch { 0 => 1, 1 => 2, 2 => 3, 3 => 5, _ => 0 };
                    bool none = random.Next(5) == 0;
                    var answer = map.Same($"step {step}: update with {flags} of {identity}", each =>
                    {
                        byte[] value = new byte[valueSize];
                        BinaryPrimitives.WriteUInt32LittleEndian(value, none ? 1_000_000 : each == map.Linux ? (uint)socket.Handle : (uint)identity.Cookie);
                        return each.Update(key, value, (MapUpdateFlags)flags);
                    });
                    if (answer == Errno.None && type == MapType.ReuseportSockArray) inUse.Add(BitConverter.ToInt32(key));
                    break;
            }
        }

        foreach (uint index in (uint[])[0, 1, 2, 3, 9])
        {
            if (type == MapType.Sockhash) continue;
            byte[] ours = new byte[4], theirs = new byte[4];
            map.Same($"key after {index}", each => each.NextKey(BitConverter.GetBytes(index), each == map.Linux ? theirs : ours));
            Assert.Equal(theirs, ours);
        }
    }

    [Theory]
    [InlineData(MapType.Sockmap)]
    [InlineData(MapType.Sockhash)]
    public void Programs_find_put_in_and_take_out_sockets(MapType type)
    {
        foreach (var mode in (JitMode[])[JitMode.Off, JitMode.On])
        {
            using var kernels = KernelPair.OpenOrSkip(new JitOptions { Mode = mode, Timing = JitTiming.Eager });
            using var sockets = new RealSockets();
            kernels.Managed.Environment = new ExecutionEnvironment { Sockets = sockets.Identities };
            using var map = kernels.CreateMap(new MapSpec { Name = "m", Type = type, KeySize = 4, ValueSize = 8, MaxEntries = 2 });
            foreach (var (socket, identity) in sockets.All)
            {
                map.Same("update", each => each.Update(BitConverter.GetBytes(1), BitConverter.GetBytes(each == map.Linux ? (ulong)socket.Handle : identity.Cookie), MapUpdateFlags.Any));
                using var program = kernels.Load(ProgramType.SchedCls, """
                    *(u32 *)(r10 -4) = 1
                    *(u32 *)(r10 -8) = 0
                    r1 = map[m]
                    r2 = r10
                    r2 += -4
                    call bpf_map_lookup_elem
                    if r0 == 0 goto none
                    r6 = r0
                    r7 = *(u32 *)(r6 +44)
                    r8 = *(u32 *)(r6 +72)
                    r7 += r8
                    r1 = map[m]
                    r2 = r10
                    r2 += -8
                    r3 = r6
                    r4 = 0
                    call bpf_map_update_elem
                    r7 += r0
                    r1 = r6
                    call bpf_sk_release
                    r1 = map[m]
                    r2 = r10
                    r2 += -4
                    call bpf_map_delete_elem
                    r0 += r7
                    exit
                    none:
                    r0 = 1
                    exit
                    """, map);
                Assert.NotNull(program.Same(new byte[64]));
                byte[] ours = new byte[8], theirs = new byte[8];
                map.Same("lookup", each => each.Lookup(BitConverter.GetBytes(0), each == map.Linux ? theirs : ours));
                Assert.Equal(theirs, ours);
            }
        }
    }

    [Theory]
    [InlineData(JitMode.Off)]
    [InlineData(JitMode.On)]
    public void A_socket_keeps_its_value(JitMode mode)
    {
        using var kernels = KernelPair.OpenOrSkip(new JitOptions { Mode = mode, Timing = JitTiming.Eager });
        using var sockets = new RealSockets();
        kernels.Managed.Environment = new ExecutionEnvironment { Sockets = sockets.Identities };
        using var map = kernels.CreateMap(StorageTests.Storage(MapType.SkStorage));
        string text = Look.Replace("HELPER", "bpf_sk_lookup_udp", StringComparison.Ordinal).Replace("SPACE", "-1", StringComparison.Ordinal).Replace("FLAGS", "0", StringComparison.Ordinal)
            .Replace("SIZE", "12", StringComparison.Ordinal).Replace("READ", """
                r7 = 0
                *(u64 *)(r10 -8) = 40
                r1 = map[m]
                r2 = r6
                r3 = r10
                r3 += -8
                r4 = 1
                call bpf_sk_storage_get
                if r0 == 0 goto gone
                r7 = *(u64 *)(r0 +0)
                r7 += 1
                *(u64 *)(r0 +0) = r7
                if r7 != 43 goto gone
                r1 = map[m]
                r2 = r6
                call bpf_sk_storage_delete
                r7 += r0
                gone:
                """, StringComparison.Ordinal);
        using var program = kernels.Load(ProgramType.SchedCls, text, map);
        for (int round = 0; round < 5; round++)
            foreach (var (source, destination) in sockets.Tuples().Where(tuple => tuple.Source.AddressFamily == AddressFamily.InterNetwork))
                Assert.NotNull(program.Same(Packet(source, destination), what: $"round {round} {source} > {destination}"));
    }

    private static byte[] Packet(IPEndPoint source, IPEndPoint destination)
    {
        byte[] from = source.Address.GetAddressBytes(), to = destination.Address.GetAddressBytes(), packet = new byte[64];
        from.CopyTo(packet, 14);
        to.CopyTo(packet, 14 + from.Length);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(14 + 2 * from.Length), (ushort)source.Port);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(16 + 2 * from.Length), (ushort)destination.Port);
        return packet;
    }

    // A listener for any address and one for one, a connection's both ends, a socket of UDP for any address and connected ones; IPv4, IPv6 and both.
    private sealed class RealSockets : IDisposable
    {
        public RealSockets()
        {
            var wide = Listen(IPAddress.Any);
            var narrow = Listen(IPAddress.Loopback);
            Listen(IPAddress.IPv6Loopback);
            Listen(IPAddress.IPv6Any);
            var client = Open(AddressFamily.InterNetwork, SocketType.Stream);
            client.Connect(narrow.LocalEndPoint!);
            Note(client, SocketState.Established);
            Note(narrow.Accept(), SocketState.Established);
            var any = Open(AddressFamily.InterNetwork, SocketType.Dgram);
            any.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            any.Bind(new IPEndPoint(IPAddress.Any, 0));
            Note(any, SocketState.Closed);
            var connected = Open(AddressFamily.InterNetwork, SocketType.Dgram);
            connected.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            connected.Connect(any.LocalEndPoint is IPEndPoint bound ? new IPEndPoint(IPAddress.Loopback, bound.Port) : throw new InvalidOperationException());
            Note(connected, SocketState.Established);
            var six = Open(AddressFamily.InterNetworkV6, SocketType.Dgram);
            six.Bind(new IPEndPoint(IPAddress.IPv6Any, 0));
            Note(six, SocketState.Closed);
            _ = wide;
        }

        public List<(Socket Socket, SocketIdentity Identity)> All { get; } = [];

        public SocketIdentity[] Identities => [.. All.Select(socket => socket.Identity)];

        public IEnumerable<(IPEndPoint Source, IPEndPoint Destination)> Tuples()
        {
            IPAddress[] four = [IPAddress.Loopback, IPAddress.Parse("127.0.0.5"), IPAddress.Parse("192.0.2.1")], six = [IPAddress.IPv6Loopback, IPAddress.Parse("2001:db8::1")];
            foreach (var identity in Identities)
            {
                if (identity is { Remote: { } remote, Local: { } local }) yield return (remote, local);
                foreach (var destination in (IPAddress[])[.. four, .. six])
                    yield return (new IPEndPoint(destination.AddressFamily == AddressFamily.InterNetwork ? four[1] : six[1], 5), new IPEndPoint(destination, identity.Local!.Port));
            }
        }

        public void Dispose()
        {
            foreach (var (socket, _) in All) socket.Dispose();
        }

        private static Socket Open(AddressFamily family, SocketType type)
        {
            var socket = new Socket(family, type, type == SocketType.Stream ? ProtocolType.Tcp : ProtocolType.Udp);
            if (family == AddressFamily.InterNetworkV6) socket.DualMode = true;
            return socket;
        }

        private Socket Listen(IPAddress address)
        {
            var socket = Open(address.AddressFamily, SocketType.Stream);
            socket.Bind(new IPEndPoint(address, 0));
            socket.Listen();
            Note(socket, SocketState.Listen);
            return socket;
        }

        private void Note(Socket socket, SocketState state)
        {
            Span<byte> cookie = stackalloc byte[8];
            socket.GetRawSocketOption(SocketLevel, CookieOption, cookie);
            All.Add((socket, new SocketIdentity(BinaryPrimitives.ReadUInt64LittleEndian(cookie), 0)
            {
                Protocol = socket.ProtocolType == ProtocolType.Tcp ? SocketProtocol.Tcp : SocketProtocol.Udp,
                Local = (IPEndPoint?)socket.LocalEndPoint,
                Remote = state == SocketState.Established ? (IPEndPoint?)socket.RemoteEndPoint : null,
                State = state,
                ReusesPort = socket.ProtocolType == ProtocolType.Udp && (int)socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress)! != 0,
            }));
        }
    }
}

using System.Buffers.Binary;
using System.Net;
using System.Runtime.InteropServices;
using PSBpf.Runtime.Environment;
using PSBpf.Uapi;

namespace PSBpf.Differential.Tests;

/// <summary>bpf_fib_lookup over the same routes, in a network namespace of the test's own.</summary>
public sealed partial class RouteTests
{
    private const string Network = """
        ip link set lo up
        ip link add v0 address 02:00:00:00:00:01 mtu 1400 type veth peer name v1
        ip link set v0 up; ip link set v1 up
        echo 1 > /proc/sys/net/ipv4/ip_forward
        echo 1 > /proc/sys/net/ipv6/conf/all/forwarding
        ip address add 10.1.0.1/24 dev v0
        ip -6 address add fd00:1::1/64 dev v0 nodad
        ip neigh add 10.1.0.2 lladdr 02:00:00:00:00:02 dev v0 nud permanent
        ip -6 neigh add fd00:1::2 lladdr 02:00:00:00:00:06 dev v0 nud permanent
        ip route add 10.2.0.0/16 via 10.1.0.2
        ip route add 10.2.3.0/24 via 10.1.0.3
        ip route add 10.7.0.0/16 via 10.1.0.2 metric 77
        ip route add blackhole 10.4.0.0/16
        ip route add unreachable 10.5.0.0/16
        ip route add prohibit 10.6.0.0/16
        ip -6 route add fd00:2::/32 via fd00:1::2
        ip -6 route add blackhole fd00:4::/32
        """;

    // The packet is the argument, and gets what became of it.
    private const string Lookup = """
        r6 = *(u32 *)(r1 +0)
        r2 = *(u32 *)(r1 +4)
        r3 = r6
        r3 += 64
        if r3 > r2 goto none
        IN
        r2 = r10
        r2 += -64
        r3 = SIZE
        r4 = FLAGS
        call bpf_fib_lookup
        OUT
        exit
        none: r0 = 99
        exit
        """;

    private static readonly string In = string.Join('\n', Enumerable.Range(0, 8).Select(word => $"r3 = *(u64 *)(r6 +{word * 8})\n*(u64 *)(r10 -{64 - word * 8}) = r3"));
    private static readonly string Out = string.Join('\n', Enumerable.Range(0, 8).Select(word => $"r3 = *(u64 *)(r10 -{64 - word * 8})\n*(u64 *)(r6 +{word * 8}) = r3"));

    public static TheoryData<uint> Flags => [0, 1, 4, 5, 64];

    [Theory]
    [MemberData(nameof(Flags))]
    public void Routes_are_found_alike(uint flags) => NetworkNamespace.Run(Network, () =>
    {
        using var kernels = KernelPair.OpenOrSkip();
        uint device = IndexOf("v0");
        kernels.Managed.Environment = World(device);
        using var program = kernels.Load(ProgramType.Xdp, Lookup.Replace("IN", In, StringComparison.Ordinal).Replace("OUT", Out, StringComparison.Ordinal)
            .Replace("SIZE", "64", StringComparison.Ordinal).Replace("FLAGS", $"{flags}", StringComparison.Ordinal));
        foreach (string destination in (string[])["10.1.0.2", "10.1.0.3", "10.1.0.1", "10.2.0.9", "10.2.3.9", "10.4.1.1", "10.5.1.1", "10.6.1.1", "10.7.1.1", "10.8.1.1", "fd00:2::5", "fd00:1::2", "fd00:4::1", "fd00:9::1"])
            foreach (ushort length in (ushort[])[0, 100, 1400, 1401, 9000])
                foreach (uint from in (uint[])[device, 77])
                    Assert.NotNull(program.Same(Argument(destination, length, from), what: $"{destination}, {length} bytes, from {from}, flags {flags}"));
        byte[] strange = Argument("10.2.0.9", 0, device);
        strange[0] = 3;
        Assert.NotNull(program.Same(strange, what: "another family"));
    });

    // /sys shows the namespace that it was mounted in, a call this thread's.
    [LibraryImport("libc", EntryPoint = "if_nametoindex", StringMarshalling = StringMarshalling.Utf8)]
    private static partial uint IndexOf(string name);

    private static ExecutionEnvironment World(uint device)
    {
        byte[] second = [2, 0, 0, 0, 0, 2], sixth = [2, 0, 0, 0, 0, 6];
        Route To(string destination, string? gateway = null, byte[]? next = null, RouteKind kind = RouteKind.Unicast, uint metric = 0) => new(IPNetwork.Parse(destination), device)
        {
            Gateway = gateway is null ? null : IPAddress.Parse(gateway), NextHop = next, Kind = kind, Metric = metric,
        };
        return new ExecutionEnvironment
        {
            Devices = [new NetworkDevice("v0", device, 1400) { Address = [2, 0, 0, 0, 0, 1] }],
            Routes =
            [
                To("10.1.0.0/24"), To("10.1.0.1/32", kind: RouteKind.Local), To("10.1.0.2/32", next: second), To("10.2.0.0/16", "10.1.0.2", second), To("10.2.3.0/24", "10.1.0.3"),
                To("10.7.0.0/16", "10.1.0.2", second, metric: 77), To("10.4.0.0/16", kind: RouteKind.Blackhole), To("10.5.0.0/16", kind: RouteKind.Unreachable), To("10.6.0.0/16", kind: RouteKind.Prohibit),
                To("fd00:1::/64", metric: 256), To("fd00:1::2/128", next: sixth, metric: 256), To("fd00:2::/32", "fd00:1::2", sixth, metric: 1024), To("fd00:4::/32", kind: RouteKind.Blackhole),
            ],
        };
    }

    private static byte[] Argument(string destination, ushort length, uint device)
    {
        var address = IPAddress.Parse(destination).GetAddressBytes();
        byte[] argument = new byte[64];
        argument[0] = address.Length == 4 ? (byte)2 : (byte)10;
        BinaryPrimitives.WriteUInt16LittleEndian(argument.AsSpan(6), length);
        BinaryPrimitives.WriteUInt32LittleEndian(argument.AsSpan(8), device);
        address.CopyTo(argument, 32);
        return argument;
    }
}

using PSBpf.Objects;
using PSBpf.Runtime.Sources.Pcap;
using PSBpf.Uapi;

namespace PSBpf.Differential.Tests;

public sealed class SampleTests
{
    private const int EthernetHeader = 14;

    // The events of packet_events carry the number of the processor; PerfBufferTests compare what it needs a pinned thread for.
    public static TheoryData<string> Samples() => new(
        Directory.EnumerateFiles(Folder, "*.o").Select(path => Path.GetFileName(path))
            .Where(name => !name.StartsWith("broken", StringComparison.Ordinal) && name != "packet_events.bpf.o").Order(StringComparer.Ordinal));

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "Samples");

    [Theory]
    [MemberData(nameof(Samples))]
    public void A_sample_does_the_same_in_both_kernels(string name)
    {
        using var kernels = KernelPair.OpenOrSkip();
        var blueprint = ObjectReader.Read(Path.Combine(Folder, name));
        var maps = blueprint.Maps.ToDictionary(map => map.Name, kernels.CreateMap);
        var programs = blueprint.Programs.ToDictionary(spec => spec.Name, spec => kernels.Load(spec, [.. spec.Maps.Select(map => maps[map.Name])]));
        foreach (var map in blueprint.Maps)
            foreach (var slot in map.InitialPrograms) Assert.Equal(Errno.None, maps[map.Name].Store((uint)slot.Index, programs[slot.Program]));
        foreach (var spec in blueprint.Programs)
        {
            using var program = programs[spec.Name];
            using var capture = PcapReader.Open(Path.Combine(Folder, "mixed.pcap"));
            int packets = 0;
            foreach (var packet in capture.ReadPackets())
            {
                if (packet.Data.Length < EthernetHeader || IsRefusedByTestRun(spec.Type, packet.Data.Span)) continue;
                var result = program.Same(packet.Data.ToArray());
                Assert.NotNull(result);
                packets++;
            }

            Assert.True(packets > 300, $"{packets} packets");
        }

        foreach (var pair in maps.Values)
        {
            if (pair.Managed.Spec.Type == MapType.RingBuf) Assert.Equal(MapPair.Samples(pair.Linux), MapPair.Samples(pair.Managed));
            else if (pair.Managed.Spec.Type is MapType.PerCpuArray or MapType.PerCpuHash) AssertSameSums(pair);
            else if (pair.Managed.Spec.Type != MapType.ProgArray) Assert.Equal(Contents(blueprint, pair.Linux), Contents(blueprint, pair.Managed));
            pair.Dispose();
        }
    }

    // All but what the clock wrote.
    private static string Contents(ObjectSpec blueprint, Kernel.IKernelMap map)
    {
        var entries = MapPair.Contents(map);
        foreach (var variable in blueprint.Variables.Where(variable => variable.Map.Name == map.Spec.Name && variable.Name == "last_time"))
        {
            byte[] value = Convert.FromHexString(entries["00000000"]);
            value.AsSpan(variable.Offset, variable.Size).Clear();
            entries["00000000"] = Convert.ToHexString(value);
        }

        return string.Join('\n', entries);
    }

    // Which processor counts is up to the scheduler: the 64-bit words of all of them are added up.
    private static void AssertSameSums(MapPair pair)
    {
        Assert.Equal(Sums(pair.Linux), Sums(pair.Managed));

        static string Sums(Kernel.IKernelMap map) => string.Join('\n', MapPair.Contents(map).Select(entry =>
        {
            byte[] values = Convert.FromHexString(entry.Value);
            int size = (int)(map.Spec.ValueSize + 7 & ~7u);
            var sums = new ulong[size / 8];
            for (int at = 0; at < values.Length; at += 8) sums[at % size / 8] += BitConverter.ToUInt64(values, at);
            return $"{entry.Key}: {string.Join(' ', sums)}";
        }));
    }

    // The kernel's test run wants whole IP headers where it makes an skb.
    private static bool IsRefusedByTestRun(ProgramType type, ReadOnlySpan<byte> packet)
    {
        if (type == ProgramType.Xdp) return false;
        int protocol = packet[12] << 8 | packet[13], network = packet.Length - EthernetHeader;
        return (protocol == 0x0800 && network < 20) || (protocol == 0x86dd && network < 40);
    }
}

using CsCheck;
using PSBpf.Diagnostics;
using PSBpf.Hosting.Tests.Fakes;
using PSBpf.Isa;
using PSBpf.Objects;
using PSBpf.Uapi;

namespace PSBpf.Hosting.Tests;

public sealed class MapEntryTests : IDisposable
{
    private readonly FakeKernel _kernel = new();
    private readonly BpfSession _session;

    public MapEntryTests() => _session = new(_ => _kernel);

    public void Dispose() => _session.Dispose();

    [Fact]
    public void Without_BTF_numbers_of_the_key_and_value_sizes_go_in_and_come_out()
    {
        Gen.Select(Gen.UShort, Gen.ULong).Sample((key, value) =>
        {
            var map = Map(MapType.Hash, 2, 8);
            map.Set((int)key, value);
            var entry = map.Get(key);
            Assert.NotNull(entry);
            Assert.Equal(key, entry.Key);
            Assert.Equal(value, entry.Value);
            Assert.Equal(BitConverter.GetBytes(key), entry.KeyBytes);
            Assert.Equal(BitConverter.GetBytes(value), entry.ValueBytes);
        }, iter: 200);
    }

    [Fact]
    public void Odd_sizes_are_bytes()
    {
        var map = Map(MapType.Hash, 3, 5);
        map.Set(new byte[] { 1, 2, 3 }, new byte[] { 1, 2, 3, 4, 5 });
        Assert.Equal(new byte[] { 1, 2, 3, 4, 5 }, Assert.IsType<byte[]>(map.Get(new byte[] { 1, 2, 3 })!.Value));
        Assert.Equal("BPF0202", Assert.Throws<BpfException>(() => map.Set(new byte[] { 1, 2 }, new byte[5])).Id);
        Assert.Equal("BPF0202", Assert.Throws<BpfException>(() => map.Set(new byte[] { 1, 2, 3 }, 7)).Id);
    }

    [Fact]
    public void A_number_that_does_not_fit_is_an_error_that_names_the_map()
    {
        var map = Map(MapType.Hash, 1, 4);
        var error = Assert.Throws<BpfException>(() => map.Set(256, 1));
        Assert.Equal("BPF0202", error.Id);
        Assert.StartsWith("A key of map 'table'", error.Message, StringComparison.Ordinal);
        map.Set(-1, 0xffffffffL);
        Assert.Equal((byte)255, map.Entries().Single().Key);
    }

    [Fact]
    public void A_missing_entry_is_null_and_removing_it_is_false()
    {
        var map = Map(MapType.Hash, 4, 4);
        Assert.Null(map.Get(1));
        Assert.False(map.Remove(1));
        map.Set(1, 1);
        Assert.True(map.Remove(1));
        Assert.Equal(0, map.EntryCount);
    }

    [Fact]
    public void What_a_map_refuses_is_an_error_with_the_errno()
    {
        var full = Map(MapType.Hash, 4, 4, entries: 1);
        full.Set(1, 1);
        Assert.Contains("E2BIG", Assert.Throws<BpfException>(() => full.Set(2, 1)).Message, StringComparison.Ordinal);
        Assert.Contains("EEXIST", Assert.Throws<BpfException>(() => full.Set(1, 1, MapUpdateFlags.NoExist)).Message, StringComparison.Ordinal);
        Assert.Contains("EINVAL", Assert.Throws<BpfException>(() => Map(MapType.Array, 4, 4).Remove(0)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Per_CPU_values_are_an_array_with_one_for_each_CPU()
    {
        var map = Map(MapType.PerCpuArray, 4, 4, entries: 2);
        map.Set(0, new object[] { 1, 2, 3 });
        map.Set(1, 9);
        Assert.Equal(new object[] { 1u, 2u, 3u }, map.Get(0)!.Value);
        Assert.Equal(new object[] { 9u, 9u, 9u }, map.Get(1)!.Value);
        var second = map.Get(0)!.Of(1);
        Assert.Equal((2u, 1), (second.Value, second.Cpu));
        Assert.Equal("BPF4006", Assert.Throws<BpfException>(() => map.Get(0)!.Of(3)).Id);
        Assert.Equal("BPF4006", Assert.Throws<BpfException>(() => Map(MapType.Array, 4, 4).Get(0)!.Of(0)).Id);
        Assert.Equal(2, map.EntryCount);
    }

    [Fact]
    public void A_walk_sees_every_entry_that_stays_and_none_twice_while_others_go()
    {
        var map = Map(MapType.Hash, 4, 4, entries: 100);
        for (var key = 0; key < 100; key++) map.Set(key, key);
        var seen = new List<uint>();
        foreach (var entry in map.Entries())
        {
            seen.Add((uint)entry.Key);
            // Every third goes right after it was seen, so the kernel starts its walk over.
            if ((uint)entry.Key % 3 == 0) map.Remove(entry.Key);
        }

        Assert.Equal(seen.Count, seen.Distinct().Count());
        Assert.Equal(100, seen.Count);
    }

    [Fact]
    public void A_ring_buffer_has_no_entries()
    {
        var map = Map(MapType.RingBuf, 0, 0, 4096);
        Assert.Equal(0, map.EntryCount);
        Assert.Equal("BPF4006", Assert.Throws<BpfException>(() => map.Entries().ToList()).Id);
        Assert.Equal("BPF4006", Assert.Throws<BpfException>(() => map.Get(0)).Id);
    }

    private BpfMap Map(MapType type, uint key, uint value, uint entries = 16)
    {
        var spec = new MapSpec { Name = "table", Type = type, KeySize = key, ValueSize = value, MaxEntries = entries };
        var program = new ProgramSpec { Name = "program", Type = ProgramType.Xdp, Instructions = [new Instruction(0x95, 0, 0, 0, 0)], Maps = [spec] };
        return _session.TryImport(new ObjectSpec { License = "GPL", Maps = [spec], Programs = [program] }).Programs[0].GetMap("table");
    }
}

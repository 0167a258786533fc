using PSBpf.Diagnostics;
using PSBpf.Objects;
using PSBpf.Uapi;

namespace PSBpf.Linux.Tests.Maps;

public sealed class MapCreationTests : KernelTest
{
    [Fact]
    public void Global_data_starts_with_its_initial_value()
    {
        var map = Own(Kernel.CreateMap(new MapSpec
        {
            Name = ".data",
            Type = MapType.Array,
            KeySize = 4,
            ValueSize = 8,
            MaxEntries = 1,
            IsGlobalData = true,
            InitialValue = [1, 2, 3, 4, 5],
        }));
        var value = new byte[8];
        Assert.Equal(Errno.None, map.Lookup(Bytes(0), value));
        Assert.Equal([1, 2, 3, 4, 5, 0, 0, 0], value);
        Assert.Equal(Errno.None, map.Update(Bytes(0), Bytes(7L), MapUpdateFlags.Any));
    }

    [Fact]
    public void Frozen_data_cannot_be_changed_and_is_constant_to_the_verifier()
    {
        var map = Own(Kernel.CreateMap(new MapSpec
        {
            Name = ".rodata",
            Type = MapType.Array,
            KeySize = 4,
            ValueSize = 8,
            MaxEntries = 1,
            Flags = MapFlags.ReadOnlyProgram,
            IsGlobalData = true,
            IsFrozen = true,
            InitialValue = Bytes(42L),
        }));
        Assert.Equal(Errno.EPERM, map.Update(Bytes(0), Bytes(7L), MapUpdateFlags.Any));

        // The untaken branch reads an uninitialised register: fine only if the verifier knows the value.
        var program = Accept(ProgramType.Xdp, """
            r1 = map[m0][0] +0
            r0 = *(u64 *)(r1 +0)
            if r0 == 42 goto done
            r0 = r9
            done: exit
            """, map);
        Assert.Equal(42u, program.TestRun(new() { Data = Packet(14) }, Cancellation).ReturnValue);
    }

    [Fact]
    public void An_impossible_map_is_refused_with_its_sizes_and_the_errno()
    {
        var error = Assert.Throws<BpfException>(() => Kernel.CreateMap(
            new MapSpec { Name = "odd", Type = MapType.Array, KeySize = 3, ValueSize = 8, MaxEntries = 1 }));
        Assert.Equal("BPF2001", error.Id);
        Assert.Contains("'odd'", error.Message, StringComparison.Ordinal);
        Assert.Contains("key size 3", error.Message, StringComparison.Ordinal);
        Assert.Contains("EINVAL", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Ring_buffer_sizes_are_rounded_to_what_the_kernel_takes()
    {
        Assert.Equal((uint)Environment.SystemPageSize, Map(MapType.RingBuf, 0, 0, 100).Spec.MaxEntries);
        Assert.Equal(65536u, Map(MapType.RingBuf, 0, 0, 40000).Spec.MaxEntries);
    }

    [Fact]
    public void Perf_event_arrays_get_a_slot_for_each_CPU() =>
        Assert.Equal((uint)Kernel.PossibleCpus, Map(MapType.PerfEventArray, 4, 4, 0).Spec.MaxEntries);

    [Theory]
    [InlineData("a name with blanks and ümlauts")]
    [InlineData("")]
    [InlineData("exactly_16_chars")]
    public void Any_name_is_taken(string name) =>
        Own(Kernel.CreateMap(new MapSpec { Name = name, Type = MapType.Array, KeySize = 4, ValueSize = 4, MaxEntries = 1 }));
}

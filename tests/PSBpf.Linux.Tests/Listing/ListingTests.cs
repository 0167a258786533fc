using PSBpf.Diagnostics;
using PSBpf.Kernel;
using PSBpf.Objects;
using PSBpf.Uapi;

namespace PSBpf.Linux.Tests.Listing;

public sealed class ListingTests : KernelTest
{
    [Fact]
    public void A_program_is_listed_with_what_the_kernel_knows_of_it()
    {
        var map = Map(MapType.Hash, 4, 8, 16);
        var program = Load(ProgramType.Xdp, "*(u32 *)(r10 -4) = 0\nr1 = map[m0]\nr2 = r10\nr2 += -4\ncall bpf_map_lookup_elem\nr0 = 2\nexit", map).Program!;
        var status = Kernel.GetPrograms().Single(candidate => candidate.Id == program.Id);
        Assert.Equal(("p", ProgramType.Xdp), (status.Name, status.Type));
        Assert.Matches("^[0-9a-f]{16}$", status.Tag);
        Assert.Equal([map.Id], status.MapIds);
        Assert.True(status.TranslatedBytes > 0);
        Assert.True(status.MemoryBytes >= 4096);
        Assert.InRange(DateTimeOffset.Now - status.LoadedAt!.Value, TimeSpan.FromSeconds(-2), TimeSpan.FromMinutes(5));
        Assert.Null(status.Times);
        var listed = Kernel.GetMaps().Single(candidate => candidate.Id == map.Id);
        Assert.Equal(("m", MapType.Hash, 4u, 8u, 16u), (listed.Name, listed.Type, listed.KeySize, listed.ValueSize, listed.MaxEntries));
        Assert.True(listed.MemoryBytes > 0);
    }

    [Fact]
    public void A_name_that_the_kernel_cut_is_whole_again_by_the_type_information()
    {
        // Fifteen characters of a name stay.
        var spec = ObjectReader.Read(SamplePath("length_histogram.bpf.o")).Programs[0];
        string full = spec.Name;
        Assert.Equal("length_histogram", full);
        var maps = spec.Maps.Select(map => Own(Kernel.CreateMap(map))).ToArray();
        var program = Load(spec, ProgramLoadOptions.Default, maps).Program!;
        var status = Kernel.GetPrograms().Single(candidate => candidate.Id == program.Id);
        Assert.Equal(full, status.Name);
        Assert.NotEqual(0, status.BtfId);
    }

    [Fact]
    public void Runs_are_counted_while_statistics_are_enabled()
    {
        var program = Load(ProgramType.SchedCls, "r0 = 0\nexit").Program!;
        using (Kernel.EnableStatistics())
        {
            long before = Status().RunCount;
            program.TestRun(new TestRunRequest { Data = new byte[64], Repeat = 1000 }, Cancellation);
            Assert.Equal(before + 1000, Status().RunCount);
            Assert.True(Status().RunNanoseconds > 0);
            Assert.Equal(Status().RunCount, Status().TimedRuns);
        }

        ProgramStatus Status() => Kernel.GetPrograms().Single(candidate => candidate.Id == program.Id);
    }

    [Fact]
    public void A_map_of_somebody_else_can_be_read_and_not_changed()
    {
        var map = Map(MapType.Array, 4, 4, 2);
        Assert.Equal(Errno.None, map.Update([1, 0, 0, 0], [9, 0, 0, 0], MapUpdateFlags.Any));
        using var other = Kernel.OpenMap(map.Id);
        var value = new byte[4];
        Assert.Equal(Errno.None, other.Lookup([1, 0, 0, 0], value));
        Assert.Equal([9, 0, 0, 0], value);
        Assert.Equal(Errno.EPERM, other.Update([1, 0, 0, 0], value, MapUpdateFlags.Any));
        Assert.Equal(Errno.EPERM, other.Delete([1, 0, 0, 0]));
    }

    [Fact]
    public void A_map_s_types_come_from_who_made_it()
    {
        var spec = ObjectReader.Read(SamplePath("port_firewall.bpf.o")).Maps.Single(map => map.Name == "blocklist");
        var map = Own(Kernel.CreateMap(spec));
        using var other = Kernel.OpenMap(map.Id);
        Assert.Equal(spec.KeyType!.Name, other.Spec.KeyType!.Name);
        Assert.Equal(spec.MaxEntries, other.Spec.MaxEntries);
    }

    [Fact]
    public void An_id_that_nothing_has_is_an_error_with_an_id() =>
        Assert.Equal(DiagnosticRules.NameNotFound.Id, Assert.Throws<BpfException>(() => Kernel.OpenMap(int.MaxValue)).Id);
}

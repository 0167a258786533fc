using PSBpf.Kernel;

namespace PSBpf.Viewer.Tests;

/// <summary>What others have in the machine's kernel, beside what the session has.</summary>
public sealed class ForeignTests
{
    [Fact]
    public void Maps_of_others_are_listed_by_id_beside_those_of_the_session()
    {
        var maps = new FakeForeignMaps();
        maps.Add(4711, "sockets", programs: ["count_conn", "trace_close"]);
        using var stage = Linux(maps);
        stage.Pass(1).Press("m");
        int own = stage.Session.Maps.Count;
        Assert.Contains($"Maps of this session: {own}, of others in the Linux kernel, to be read only: 1", stage.Lines[1], StringComparison.Ordinal);
        string line = Assert.Single(stage.Lines, line => line.Contains("sockets", StringComparison.Ordinal));
        Assert.Contains("4711", line, StringComparison.Ordinal);
        Assert.Contains("count_conn trace_close", line, StringComparison.Ordinal);
        Assert.Contains(stage.Lines, line => line.Contains("counts", StringComparison.Ordinal));
        // Nothing is opened for the list: that would keep maps alive.
        Assert.Empty(maps.Opened);
        maps.Maps.Clear();
        stage.Pass(1);
        Assert.DoesNotContain("sockets", stage.Screen, StringComparison.Ordinal);
    }

    [Fact]
    public void Over_the_managed_engine_nobody_asks_for_maps_of_others()
    {
        var maps = new FakeForeignMaps();
        maps.Add(4711, "sockets");
        using var stage = new Stage(foreignMaps: maps);
        stage.Pass(1).Press("m");
        Assert.Equal(0, maps.Lists);
        Assert.DoesNotContain("sockets", stage.Screen, StringComparison.Ordinal);
    }

    [Fact]
    public void A_map_of_others_is_opened_by_its_id_in_the_kernel_when_its_entries_are_asked_for()
    {
        var maps = new FakeForeignMaps();
        maps.Add(4711, "sockets");
        using var stage = Linux(maps);
        maps.Behind[4711] = stage.Session.GetMap("counts");
        stage.Pass(1).Press("m", "End", "Enter");
        Assert.Equal([4711], maps.Opened);
        Assert.IsType<EntriesPage>(stage.Shell.Page);
    }

    [Fact]
    public void A_map_of_others_that_went_away_meanwhile_is_said_to_be_gone()
    {
        var maps = new FakeForeignMaps();
        maps.Add(4711, "sockets");
        using var stage = Linux(maps);
        stage.Pass(1).Press("m", "End", "Enter");
        Assert.Contains("This map is gone.", stage.Lines[^2], StringComparison.Ordinal);
    }

    [Fact]
    public void Maps_of_the_session_stay_editable_beside_those_of_others()
    {
        var maps = new FakeForeignMaps();
        using var stage = Linux(maps);
        int id = stage.Session.GetMap("counts").Id;
        maps.Add(id, "counts");
        stage.Pass(1).Press("m", "Down", "Down", "Enter", "Enter");
        Assert.Empty(maps.Opened);
        Assert.NotNull(stage.Shell.Dialog);
    }

    [Fact]
    public void A_program_of_others_with_id_and_name_of_one_of_the_session_is_not_taken_for_it()
    {
        using var stage = new Stage(120, 40);
        var own = stage.Session.Programs[0];
        stage.Source.Add(own.Id, own.Name, "kprobe", 1_000_000, 10, kernelId: null);
        stage.Pass(3);
        var rows = stage.Shell.State.Frame!.Programs.Where(program => program.Id == own.Id && program.Program == own.Name).ToArray();
        Assert.Equal([false, true], rows.Select(row => row.IsForeign));
        Assert.Same(own, stage.Shell.State.Loaded(rows[0]));
        Assert.Null(stage.Shell.State.Loaded(rows[1]));
        // Which of the two the page of a program follows is decided by the kernel's id.
        Assert.Equal("xdp", stage.Shell.State.Find(ProgramKey.Of(rows[0]))!.Type);
        Assert.Equal("kprobe", stage.Shell.State.Find(ProgramKey.Of(rows[1]))!.Type);
        stage.Press("Home", "Enter");
        Assert.Contains("Another process loaded this program", stage.Screen, StringComparison.Ordinal);
    }

    private static Stage Linux(FakeForeignMaps maps) => new(200, 40, options: top => top with { Kernel = BpfKernelKind.Linux }, foreignMaps: maps);
}

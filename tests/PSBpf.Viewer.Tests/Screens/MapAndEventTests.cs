using PSBpf.Hosting;

namespace PSBpf.Viewer.Tests;

/// <summary>Entries that change, values that are edited, events that are taken.</summary>
public sealed class MapAndEventTests
{
    private static readonly string[] ToCounts = ["m", "Down", "Down", "Enter"];

    [Fact]
    public void What_changed_since_the_last_look_stands_out_until_the_next()
    {
        using var stage = new Stage();
        stage.Pass(1).Press(ToCounts);
        var counts = stage.Session.GetMap("counts");
        Assert.Equal(0, Changed(stage));
        counts.Set(1u, 41ul);
        stage.Pass(1);
        Assert.Contains("41", stage.Lines[4], StringComparison.Ordinal);
        Assert.Equal(1, Changed(stage));
        stage.Pass(1);
        Assert.Equal(0, Changed(stage));
    }

    [Fact]
    public void A_value_is_set_after_a_question_and_only_then()
    {
        using var stage = new Stage();
        stage.Pass(1).Press(ToCounts).Press("Down", "Enter", "Backspace").Type("1234").Press("Enter");
        Assert.Contains("Change the map?", stage.Screen, StringComparison.Ordinal);
        Assert.Contains("from  0", stage.Screen, StringComparison.Ordinal);
        Assert.Equal("0", Value(stage, 1));
        stage.Press("n");
        Assert.Equal("0", Value(stage, 1));
        stage.Press("Enter", "Ctrl+U").Type("0x10").Press("Enter", "y");
        Assert.Equal("16", Value(stage, 1));
        Assert.Contains("counts[1] set to 0x10", stage.Lines[^2], StringComparison.Ordinal);
        stage.Press("l");
        Assert.Contains("counts[1] set to 0x10", stage.Screen, StringComparison.Ordinal);
    }

    [Fact]
    public void A_value_that_does_not_fit_is_refused_with_the_reason()
    {
        using var stage = new Stage();
        stage.Pass(1).Press(ToCounts).Press("Enter", "Ctrl+U").Type("many").Press("Enter", "y");
        Assert.Contains("BPF0202", stage.Lines[^2], StringComparison.Ordinal);
        Assert.Equal("0", Value(stage, 0));
    }

    [Fact]
    public void Read_only_maps_are_not_edited()
    {
        using var stage = new Stage();
        stage.Pass(1).Press("m", "Down", "Down", "Down", "Enter", "Enter");
        Assert.Null(stage.Shell.Dialog);
        Assert.Contains(".rodata is read-only", stage.Lines[^2], StringComparison.Ordinal);
    }

    [Fact]
    public void One_member_of_a_structure_changes_and_the_others_stay()
    {
        using var stage = new Stage();
        var seen = stage.Session.GetMap("8");
        stage.Session.Fire("xdp:eth1", new byte[64]);
        stage.Pass(1).Press("m", "End", "Enter", "Enter");
        Assert.IsType<PickList>(stage.Shell.Dialog);
        Assert.Contains("perf_lost", stage.Screen, StringComparison.Ordinal);
        stage.Press("Down", "Enter", "Ctrl+U").Type("77").Press("Enter", "y");
        string value = ValueText.Of(seen.Entries().Single().Value);
        Assert.Contains("=77", value, StringComparison.Ordinal);
        Assert.Contains("seen=", value, StringComparison.Ordinal);
        Assert.Equal(2, value.Split(' ').Count(part => !part.EndsWith("=0", StringComparison.Ordinal)));
    }

    [Fact]
    public void Values_of_all_processors_are_added_up()
    {
        using var stage = new Stage(prepare: (source, session) =>
        {
            var program = session.Import(Path.Combine(Samples.Folder, "packet_counter.bpf.o"));
            session.Attach(program, "xdp:eth0");
            source.Add(program.Id, program.Name, "xdp", 10, 10, kernelId: program.KernelId);
            for (int i = 0; i < 3; i++) session.Fire("xdp:eth0", new byte[64]);
        });
        var map = stage.Session.Maps.First(candidate => candidate.IsPerCpu);
        stage.Pass(1).Press("m");
        while (!stage.Lines[stage.Shell.Page.Selected + 3].Contains(map.Name, StringComparison.Ordinal)) stage.Press("Down");
        stage.Press("Enter");
        Assert.Contains("Σ ", stage.Lines[2], StringComparison.Ordinal);
        stage.Press("Enter");
        Assert.Contains("has a value for each CPU", stage.Lines[^2], StringComparison.Ordinal);
    }

    [Fact]
    public void Events_come_from_the_chosen_source_and_leaving_the_page_gives_it_back()
    {
        using var stage = new Stage();
        stage.Pass(1).Press("e");
        stage.Session.Fire("xdp:eth1", new byte[64]);
        stage.Pass(1);
        Assert.Equal(1, stage.Session.GetMap("records").Events!.Value.Backlog);
        stage.Press("End", "Enter").Pass(0.5);
        Assert.Contains("sequence=1 length=64", stage.Screen, StringComparison.Ordinal);
        Assert.Contains("Events of ringbuf:records  delivered 1, dropped 0", stage.Lines[1], StringComparison.Ordinal);
        stage.Press("m");
        using var other = stage.Session.OpenEvents("ringbuf:records");
        stage.Session.Fire("xdp:eth1", new byte[65]);
        Assert.True(other.TryRead(out var read, TimeSpan.Zero));
        Assert.Equal(65, read.Bytes[8]);
    }

    [Fact]
    public void A_source_that_another_reads_is_refused_with_the_reason()
    {
        using var stage = new Stage();
        using var other = stage.Session.OpenEvents("ringbuf:records");
        stage.Pass(1).Press("e", "End", "Enter");
        Assert.Contains("BPF4007", stage.Lines[^2], StringComparison.Ordinal);
        Assert.Contains("closed", stage.Lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public void Events_are_filtered_and_followed()
    {
        using var stage = new Stage();
        stage.Pass(1).Press("e", "Enter");
        for (int i = 0; i < 50; i++) stage.Session.Fire("xdp:eth1", new byte[64]);
        stage.Pass(1);
        Assert.Contains("packet 50 of 64 bytes", stage.Screen, StringComparison.Ordinal);
        stage.Press("/").Type("nothing like this").Press("Enter");
        Assert.Equal((0, 50), stage.Shell.Page.Count);
        stage.Press("Esc", "Home");
        stage.Session.Fire("xdp:eth1", new byte[64]);
        stage.Pass(1);
        Assert.Equal(0, stage.Shell.Page.Selected);
        stage.Press("End");
        stage.Session.Fire("xdp:eth1", new byte[64]);
        stage.Pass(1);
        Assert.Contains("packet 52 of 64 bytes", stage.Screen, StringComparison.Ordinal);
    }

    [Fact]
    public void A_program_of_the_session_shows_its_instructions_and_what_the_verifier_said()
    {
        using var stage = new Stage(100, 40);
        stage.Pass(2).Press("Enter");
        foreach (string text in (string[])["verified processed ", "xdp:eth0 (link 1)", "counts (array)", "; struct service service = {};", "r6 = *(u32 *)(r1 +0)"])
            Assert.Contains(text, stage.Screen, StringComparison.Ordinal);
        Assert.DoesNotContain("HITS", stage.Screen, StringComparison.Ordinal);
    }

    [Fact]
    public void Hits_are_a_column_where_there_are_figures()
    {
        using var session = new BpfSession();
        var program = session.Import(Path.Combine(Samples.Folder, "packet_events.bpf.o"));
        var lines = ListingLine.Of(program.CountHits([new byte[64]], program.GetInstructions()));
        Assert.Contains(lines, line => line.Hits == 1);
        Assert.All(lines.Where(line => line.Index is null), line => Assert.Null(line.Hits));
    }

    private static string Value(Stage stage, uint key) => ValueText.Of(stage.Session.GetMap("counts").Get(key)!.Value);

    private static int Changed(Stage stage)
    {
        var canvas = stage.Shell.Draw(80, 24);
        return Enumerable.Range(0, 24).Count(y => Enumerable.Range(0, 80).Any(x => canvas.ToneAt(x, y) == Tone.Changed));
    }
}

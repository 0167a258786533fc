using PSBpf.Hosting;

namespace PSBpf.Viewer.Tests;

/// <summary>Walks the table of keys: every key on every page does what its row says.</summary>
public sealed class KeyTests
{
    private static readonly Dictionary<PageKind, string[]> Ways = new()
    {
        [PageKind.Programs] = [],
        [PageKind.Program] = ["Enter"],
        [PageKind.Maps] = ["m"],
        [PageKind.Entries] = ["m", "Down", "Down", "Enter"],
        [PageKind.Hooks] = ["h"],
        [PageKind.Events] = ["e", "End", "Enter"],
        [PageKind.Log] = ["l"],
        [PageKind.Help] = ["F1"],
    };

    /// <summary>What must be before a key is pressed so that its effect shows.</summary>
    private static readonly Dictionary<TopCommand, string[]> Preparations = new()
    {
        [TopCommand.Up] = ["End"],
        [TopCommand.PageUp] = ["End"],
        [TopCommand.First] = ["End"],
        [TopCommand.Down] = ["Home"],
        [TopCommand.PageDown] = ["Home"],
        [TopCommand.Last] = ["Home"],
        [TopCommand.Left] = ["Right", "Right"],
        [TopCommand.SortLeft] = [">", ">"],
    };

    private static readonly Dictionary<TopCommand, Action<Stage, Before>> Effects = new()
    {
        [TopCommand.Help] = (stage, _) => Assert.Equal(PageKind.Help, stage.Shell.Page.Kind),
        [TopCommand.Quit] = (stage, _) => Assert.True(stage.HasLeft),
        [TopCommand.Back] = (stage, before) => Assert.True(before.Filter.Length > 0 ? stage.Shell.Page.Filter.Length == 0 : stage.Shell.Page.Kind != before.Kind),
        [TopCommand.Up] = (stage, before) => Assert.Equal(before.Selected - 1, stage.Shell.Page.Selected),
        [TopCommand.Down] = (stage, before) => Assert.Equal(before.Selected + 1, stage.Shell.Page.Selected),
        [TopCommand.PageUp] = (stage, before) => Assert.True(stage.Shell.Page.Selected < before.Selected),
        [TopCommand.PageDown] = (stage, before) => Assert.True(stage.Shell.Page.Selected > before.Selected),
        [TopCommand.First] = (stage, _) => Assert.Equal(0, stage.Shell.Page.Selected),
        [TopCommand.Last] = (stage, _) => Assert.Equal(stage.Shell.Page.Count.Shown - 1, stage.Shell.Page.Selected),
        [TopCommand.Left] = (stage, before) => Assert.True(stage.Shell.Page.Shifted < before.Shifted),
        [TopCommand.Right] = (stage, before) => Assert.True(stage.Shell.Page.Shifted > before.Shifted),
        [TopCommand.Open] = (stage, before) => Assert.True(before.Kind == PageKind.Program ? stage.Shell.Dialog is PickList : stage.Shell.Page.Kind != before.Kind),
        [TopCommand.Sort] = (stage, _) => Assert.Contains("Sort by", stage.Screen, StringComparison.Ordinal),
        [TopCommand.SortLeft] = (stage, before) => Assert.NotEqual(before.Order, stage.Shell.Page.Order),
        [TopCommand.SortRight] = (stage, before) => Assert.NotEqual(before.Order, stage.Shell.Page.Order),
        [TopCommand.Reverse] = (stage, before) => Assert.Equal((before.Order.Column ?? "Key", !before.Order.Descending), stage.Shell.Page.Order),
        [TopCommand.SortByEvents] = (stage, _) => Assert.Equal((nameof(BpfStatistic.EventsPerSecond), true), stage.Shell.Page.Order),
        [TopCommand.SortByTime] = (stage, _) => Assert.Equal((nameof(BpfStatistic.MeanNanoseconds), true), stage.Shell.Page.Order),
        [TopCommand.SortByProcessor] = (stage, _) => Assert.Equal((nameof(BpfStatistic.CpuPercent), true), stage.Shell.Page.Order),
        [TopCommand.SortByRuns] = (stage, _) => Assert.Equal((nameof(BpfStatistic.Runs), true), stage.Shell.Page.Order),
        [TopCommand.Filter] = (stage, _) => Assert.StartsWith(" filter:", stage.Lines[^2], StringComparison.Ordinal),
        [TopCommand.Pause] = (stage, _) => Assert.Contains("PAUSED", stage.Lines[0], StringComparison.Ordinal),
        [TopCommand.Faster] = (stage, _) => Assert.Contains("[500 ms]", stage.Lines[0], StringComparison.Ordinal),
        [TopCommand.Slower] = (stage, _) => Assert.Contains("[2 s]", stage.Lines[0], StringComparison.Ordinal),
        [TopCommand.Graphs] = (stage, _) => Assert.DoesNotContain("ns/run", stage.Screen, StringComparison.Ordinal),
        [TopCommand.Programs] = (stage, _) => Assert.Equal(PageKind.Programs, stage.Shell.Page.Kind),
        [TopCommand.Maps] = (stage, _) => Assert.Equal(PageKind.Maps, stage.Shell.Page.Kind),
        [TopCommand.Hooks] = (stage, _) => Assert.Equal(PageKind.Hooks, stage.Shell.Page.Kind),
        [TopCommand.Events] = (stage, _) => Assert.Equal(PageKind.Events, stage.Shell.Page.Kind),
        [TopCommand.Log] = (stage, _) => Assert.Equal(PageKind.Log, stage.Shell.Page.Kind),
        [TopCommand.ChooseSource] = (stage, _) => Assert.Contains("Show events of", stage.Screen, StringComparison.Ordinal),
        [TopCommand.ClearEvents] = (stage, _) => Assert.Equal(0, stage.Shell.Page.Count.Total),
        [TopCommand.EditValue] = (stage, _) => Assert.IsType<TextPrompt>(stage.Shell.Dialog),
        [TopCommand.HideZeros] = (stage, before) => Assert.True(stage.Shell.Page.Count.Total < before.Total),
    };

    public static TheoryData<string, string> Keys
    {
        get
        {
            var keys = new TheoryData<string, string>();
            foreach (var kind in Ways.Keys)
            foreach (var binding in KeyMap.Bindings.Where(binding => (binding.Pages & kind) != 0))
            foreach (string key in binding.Keys)
                keys.Add(kind.ToString(), key);
            return keys;
        }
    }

    [Theory]
    [MemberData(nameof(Keys))]
    public void A_key_does_what_its_row_says(string page, string key)
    {
        var kind = Enum.Parse<PageKind>(page);
        var command = KeyMap.Find(key, kind)!.Value;
        using var stage = Reach(kind);
        if (Preparations.GetValueOrDefault(command) is { } preparation) stage.Press(preparation);
        if ((kind, command) is (PageKind.Programs, TopCommand.Back)) stage.Press("/", "t", "Enter");
        if ((kind, command) is (PageKind.Hooks, TopCommand.Open)) stage.Press("Home", "Down");
        if ((kind, command) is (PageKind.Programs, TopCommand.SortByEvents)) stage.Press("T");
        var before = Before.Of(stage);
        stage.Press(key);
        Effects[command](stage, before);
    }

    [Fact]
    public void Every_command_has_a_key_and_a_checked_effect()
    {
        var commands = Enum.GetValues<TopCommand>();
        Assert.Equal(commands.Order(), KeyMap.Bindings.Select(binding => binding.Command).Distinct().Order());
        Assert.Equal(commands.Order(), Effects.Keys.Order());
    }

    [Fact]
    public void No_key_means_two_things_on_one_page()
    {
        foreach (var kind in Ways.Keys)
        {
            var keys = KeyMap.Bindings.Where(binding => (binding.Pages & kind) != 0).SelectMany(binding => binding.Keys).ToList();
            Assert.Equal(keys.Distinct(), keys);
        }
    }

    [Fact]
    public void Every_key_name_is_a_key_of_the_driver()
    {
        foreach (string name in KeyMap.Bindings.SelectMany(binding => binding.Keys).Distinct()) Assert.Equal(name, KeyNames.Of(KeyNames.Parse(name)));
    }

    [Fact]
    public void The_help_page_and_the_last_line_come_from_the_table()
    {
        using var stage = new Stage(120, 60);
        stage.Pass(1);
        foreach (var binding in KeyMap.Bar(PageKind.Programs)) Assert.Contains(binding.Label, stage.Lines[^1], StringComparison.Ordinal);
        stage.Press("F1");
        foreach (var binding in KeyMap.Bindings)
            Assert.Contains(stage.Lines, line => line.Contains(string.Join("  ", binding.Keys), StringComparison.Ordinal) && line.Contains(binding.Help, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_page_names_the_way_out_at_eighty_columns()
    {
        foreach (var kind in Ways.Keys)
        {
            using var stage = Reach(kind);
            Assert.EndsWith("q Quit", stage.Lines[^1], StringComparison.Ordinal);
        }
    }

    private static Stage Reach(PageKind kind)
    {
        var stage = new Stage();
        foreach (int number in Enumerable.Range(0, 40)) stage.Shell.State.Report(stage.Now, $"line {number}", Tone.Normal);
        stage.Pass(3).Press(Ways[kind]);
        if (kind == PageKind.Events)
        {
            for (int i = 0; i < 40; i++) stage.Session.Fire("xdp:eth1", new byte[60 + i]);
            stage.Pass(1);
        }

        Assert.Equal(kind, stage.Shell.Page.Kind);
        Assert.Null(stage.Shell.Dialog);
        return stage;
    }

    private sealed record Before(PageKind Kind, string Filter, int Selected, int Shifted, (string? Column, bool Descending) Order, int Total)
    {
        public static Before Of(Stage stage) =>
            new(stage.Shell.Page.Kind, stage.Shell.Page.Filter, stage.Shell.Page.Selected, stage.Shell.Page.Shifted, stage.Shell.Page.Order, stage.Shell.Page.Count.Total);
    }
}

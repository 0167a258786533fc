using PSBpf.Hosting;
using Terminal.Gui.Drawing;
using Terminal.Gui.Input;

namespace PSBpf.Viewer.Tests;

/// <summary>What a person does with the first page, the mouse and the size of the terminal.</summary>
public sealed class BehaviourTests
{
    [Fact]
    public void The_selection_stays_with_its_program_while_rows_move()
    {
        double first = 900, second = 100;
        using var stage = new Stage(prepare: (source, _) =>
        {
            source.Programs.Add(frame => Row(1, "one", first));
            source.Programs.Add(frame => Row(2, "two", second));
        });
        stage.Pass(1);
        Assert.Contains("one", stage.Lines[2], StringComparison.Ordinal);
        Assert.Equal(0, stage.Shell.Page.Selected);
        (first, second) = (100, 900);
        stage.Pass(1);
        Assert.Contains("two", stage.Lines[2], StringComparison.Ordinal);
        Assert.Equal(1, stage.Shell.Page.Selected);
    }

    [Fact]
    public void A_filter_works_while_it_is_typed_and_letters_are_no_commands_meanwhile()
    {
        using var stage = new Stage();
        stage.Pass(1).Press("/").Type("idle q");
        Assert.False(stage.HasLeft);
        Assert.Equal((0, 4), stage.Shell.Page.Count);
        Assert.Contains("None of 4 lines contains 'idle q'", stage.Screen, StringComparison.Ordinal);
        stage.Press("Backspace", "Backspace");
        Assert.Equal((1, 4), stage.Shell.Page.Count);
        Assert.Contains("idle_probe", stage.Lines[2], StringComparison.Ordinal);
        stage.Press("Enter");
        Assert.Contains("filter: idle   1 of 4 lines", stage.Lines[^2], StringComparison.Ordinal);
        stage.Press("Esc");
        Assert.Equal((4, 4), stage.Shell.Page.Count);
    }

    [Fact]
    public void A_paused_top_does_not_look_and_goes_on_afterwards()
    {
        using var stage = new Stage();
        stage.Pass(3).Press("Space");
        int samples = stage.Source.Samples;
        stage.Pass(5);
        Assert.Equal(samples, stage.Source.Samples);
        stage.Press("F4").Pass(2);
        Assert.True(stage.Source.Samples > samples);
    }

    [Fact]
    public void The_interval_is_how_often_it_looks()
    {
        using var stage = new Stage(options: options => options with { Interval = TimeSpan.FromSeconds(5) });
        int samples = stage.Source.Samples;
        stage.Pass(20);
        Assert.Equal(4, stage.Source.Samples - samples);
        stage.Press("-", "-").Pass(0.25);
        samples = stage.Source.Samples;
        stage.Pass(10);
        Assert.Equal(10, stage.Source.Samples - samples);
        Assert.Contains("[1 s]", stage.Lines[0], StringComparison.Ordinal);
    }

    [Fact]
    public void A_look_that_takes_long_leaves_the_keys_alive_and_is_not_repeated_meanwhile()
    {
        using var stage = new Stage();
        stage.Pass(1);
        int samples = stage.Source.Samples;
        stage.Worker.Holds = true;
        stage.Pass(5).Press("l");
        Assert.Equal(samples, stage.Source.Samples);
        Assert.Equal(PageKind.Log, stage.Shell.Page.Kind);
        stage.Worker.Finish();
        Assert.Equal(samples + 1, stage.Source.Samples);
    }

    [Fact]
    public void A_look_that_fails_says_so_and_the_top_goes_on()
    {
        using var stage = new Stage();
        stage.Pass(2);
        stage.Source.Failure = new InvalidOperationException("the kernel does not tell");
        stage.Pass(2);
        Assert.Contains("sampling failed: the kernel does not tell", stage.Lines[^2], StringComparison.Ordinal);
        Assert.Contains("port_firewall", stage.Screen, StringComparison.Ordinal);
        stage.Source.Failure = null;
        stage.Pass(2);
        Assert.DoesNotContain("sampling failed", stage.Screen, StringComparison.Ordinal);
        stage.Press("l");
        Assert.Contains("sampling works again", stage.Screen, StringComparison.Ordinal);
    }

    [Fact]
    public void What_comes_and_goes_is_in_the_log()
    {
        using var stage = new Stage();
        stage.Pass(1);
        stage.Source.Add(7, "newcomer", "tc", 10, 100, ["tc:eth0"]);
        stage.Pass(1);
        stage.Source.Programs.RemoveAt(stage.Source.Programs.Count - 1);
        stage.Pass(1).Press("l");
        foreach (string line in (string[])["watching 4 programs", "program 7 newcomer (tc) loaded", "program 7 newcomer attached to tc:eth0", "program 7 newcomer (tc) removed"])
            Assert.Contains(line, stage.Screen, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_say_how_it_starts()
    {
        using var stage = new Stage(options: options => options with { SortBy = "program", Filter = "e", Interval = TimeSpan.FromSeconds(2) });
        stage.Pass(2);
        Assert.Equal(("Program", false), stage.Shell.Page.Order);
        Assert.Equal((4, 4), stage.Shell.Page.Count);
        Assert.Contains("idle_probe", stage.Lines[2], StringComparison.Ordinal);
        Assert.Contains("[2 s]", stage.Lines[0], StringComparison.Ordinal);
    }

    [Fact]
    public void The_mouse_selects_opens_sorts_scrolls_and_presses_keys()
    {
        using var stage = new Stage();
        stage.Pass(1).Click(10, 3);
        Assert.Equal(1, stage.Shell.Page.Selected);
        stage.Click(6, 1);
        Assert.Equal("Program", stage.Shell.Page.Order.Column);
        stage.Click(6, 1);
        Assert.True(stage.Shell.Page.Order.Descending);
        stage.Click(10, 3, MouseFlags.LeftButtonDoubleClicked);
        Assert.Equal(PageKind.Program, stage.Shell.Page.Kind);
        stage.Click(5, 20, MouseFlags.WheeledDown).Click(5, 20, MouseFlags.WheeledDown);
        Assert.True(stage.Shell.Page.Selected > 0);
        stage.Click(stage.Lines[^1].IndexOf("m Maps", StringComparison.Ordinal), 23);
        Assert.Equal(PageKind.Maps, stage.Shell.Page.Kind);
        stage.Press("F2").Click(40, 11);
        Assert.Null(stage.Shell.Dialog);
    }

    [Theory]
    [InlineData(80, 24)]
    [InlineData(160, 50)]
    [InlineData(300, 90)]
    [InlineData(40, 10)]
    [InlineData(20, 5)]
    [InlineData(3, 2)]
    [InlineData(1, 1)]
    public void Every_page_fits_every_size(int width, int height)
    {
        using var stage = new Stage();
        stage.Pass(2).Resize(width, height);
        foreach (string[] keys in SnapshotTests.Screens.Select(screen => screen.Keys))
        {
            stage.Press([.. keys, .. Enumerable.Repeat("Esc", 4)]);
            stage.Press(keys);
            Assert.All(stage.Lines, line => Assert.True(line.Length <= width));
            Assert.True(stage.Lines.Length <= height);
            stage.Press("Esc", "Esc", "Esc", "Esc");
        }

        stage.Resize(90, 30);
        Assert.Contains("port_firewall", stage.Screen, StringComparison.Ordinal);
    }

    [Fact]
    public void A_resize_shows_all_of_the_page_again()
    {
        using var stage = new Stage();
        stage.Pass(2);
        string before = stage.Screen;
        stage.Resize(160, 50);
        Assert.Contains("VERDICTS", stage.Lines[1], StringComparison.Ordinal);
        stage.Resize(80, 24);
        Assert.Equal(before, stage.Screen);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Without_colour_no_cell_has_one_and_with_it_the_ground_is_the_terminals(bool color)
    {
        using var stage = new Stage(color: color);
        stage.Pass(2).Press("F2");
        var cells = stage.App.Driver!.Contents!.Cast<Terminal.Gui.Drawing.Cell>().ToList();
        var attributes = cells.Select(cell => cell.Attribute!.Value).Distinct().ToList();
        Assert.Contains(attributes, attribute => attribute.Style.HasFlag(TextStyle.Reverse));
        if (color)
        {
            Assert.Contains(attributes, attribute => attribute.Background != Color.None);
            Assert.True(cells.Count(cell => cell.Attribute!.Value.Background == Color.None) > cells.Count / 2);
            // Light or dark, black is never painted.
            Assert.DoesNotContain(attributes, attribute => attribute.Background == new Color(ColorName16.Black));
        }
        else
        {
            Assert.All(attributes, attribute => Assert.Equal((Color.None, Color.None), (attribute.Foreground, attribute.Background)));
        }
    }

    [Fact]
    public void The_environment_decides_about_colour_unless_the_options_do()
    {
        string? before = Environment.GetEnvironmentVariable("NO_COLOR");
        try
        {
            Environment.SetEnvironmentVariable("NO_COLOR", "1");
            Assert.Equal(Color.None, Theme.For(null).Of(Tone.Bad).Foreground);
            Assert.NotEqual(Color.None, Theme.For(true).Of(Tone.Bad).Foreground);
            Environment.SetEnvironmentVariable("NO_COLOR", "");
            Assert.Equal(Environment.GetEnvironmentVariable("TERM") == "dumb", Theme.For(null).Of(Tone.Bad).Foreground == Color.None);
        }
        finally
        {
            Environment.SetEnvironmentVariable("NO_COLOR", before);
        }
    }

    private static BpfStatistic Row(int id, string name, double rate) => new()
    {
        Id = id,
        Program = name,
        Type = "xdp",
        Kernel = PSBpf.Kernel.BpfKernelKind.Managed,
        Time = default,
        Interval = TimeSpan.FromSeconds(1),
        Runs = 1,
        RunNanoseconds = 1,
        EventsPerSecond = rate,
        MeanNanoseconds = 1,
        CpuPercent = 1,
    };
}

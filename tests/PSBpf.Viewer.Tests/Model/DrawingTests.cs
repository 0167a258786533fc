namespace PSBpf.Viewer.Tests;

public sealed class DrawingTests
{
    [Fact]
    public void A_sparkline_is_in_proportion_to_its_greatest_bar_and_newest_at_the_right()
    {
        Assert.Equal("  ▁▄█", Sparkline.Of([0.1, 4, 8], 5));
        Assert.Equal("▄█", Sparkline.Of([100, 4, 8], 2));
        Assert.Equal("    ", Sparkline.Of([0, 0], 4));
        Assert.Equal("", Sparkline.Of([], 4));
    }

    [Fact]
    public void The_bars_of_a_graph_hold_the_same_samples_while_time_goes_on()
    {
        // 30 columns for two minutes: four samples a bar. One more sample changes no bar but the newest.
        string[] Bars(int count)
        {
            var canvas = new Canvas(30, 9);
            Graph.Draw(canvas.All, "x", [.. Enumerable.Range(0, count).Select(sample => sample / 4 % 2 == 0 ? 8.0 : 4.0)], count, TimeSpan.FromSeconds(1));
            return [.. Enumerable.Range(0, 30).Select(x => string.Concat(Enumerable.Range(1, 8).Select(y => canvas[x, y])))];
        }

        Assert.Equal(Bars(40)[20..], Bars(41)[19..29]);
        Assert.NotEqual(Bars(40)[29], Bars(40)[28]);
    }

    [Fact]
    public void A_graph_says_what_is_now_and_what_was_at_most()
    {
        var canvas = new Canvas(40, 5);
        Graph.Draw(canvas.All, "events/s", [1, 5_000, 1_234], 3, TimeSpan.FromSeconds(1));
        Assert.Equal("events/s 1 234                 max 5 000".Replace(" 234", "\u2009234", StringComparison.Ordinal).Replace("5 0", "5\u20090", StringComparison.Ordinal), canvas.ToString().Split('\n')[0]);
    }

    [Fact]
    public void Wide_characters_take_two_cells_and_what_moves_the_cursor_none()
    {
        var canvas = new Canvas(8, 1);
        canvas.All.Put(0, 0, "日a\u001b\u0301b");
        Assert.Equal("日a·b", canvas.ToString());
        Assert.Equal(("日", "", "a"), (canvas[0, 0], canvas[1, 0], canvas[2, 0]));
        Assert.Equal("日…", CellWidth.Cut("日本語", 4));
        canvas.All.Put(7, 0, "本");
        Assert.Equal(" ", canvas[7, 0]);
    }

    [Fact]
    public void Nothing_is_drawn_outside_of_an_area()
    {
        var canvas = new Canvas(10, 3);
        canvas.All.Columns(2, 4).Rows(1, 1).Put(-1, 0, "abcdefgh");
        canvas.All.Columns(2, 4).Rows(1, 1).Put(0, 1, "no");
        Assert.Equal("\n  bcde\n", canvas.ToString());
    }

    [Fact]
    public void A_line_is_typed_with_the_keys_that_people_know()
    {
        var line = new InputLine("abc");
        foreach (string key in (string[])["Home", "x", "Right", "Delete", "End", "Space", "é", "Backspace", "z"]) Assert.True(line.Press(key));
        Assert.Equal("xac z", line.Text);
        Assert.False(line.Press("F5"));
        Assert.True(line.Press("Ctrl+U"));
        line.Insert("one\ntwo");
        Assert.Equal("one", line.Text);
        line.Press("😀");
        line.Press("Backspace");
        Assert.Equal("one", line.Text);
    }
}

using CsCheck;

namespace PSBpf.Viewer.Tests;

public sealed class ListTests
{
    [Fact]
    public void The_selected_row_stays_selected_wherever_it_moves()
    {
        // Any rows, any order, any moves: as long as the selected one is there, it is selected.
        Gen.Select(Gen.Int[0, 30].Array[1, 20], Gen.Int[0, 30].Array[0, 20], Gen.Int[0, 25], Gen.Bool).Sample((before, after, select, descending) =>
        {
            var list = new RowList<int>(row => row, row => $"{row}");
            list.SetOrder((a, b) => a.CompareTo(b));
            list.Update([.. before.Distinct()]);
            list.Select(select);
            int selected = list.Selected;
            list.SetOrder((a, b) => descending ? b.CompareTo(a) : a.CompareTo(b));
            list.Update([.. after.Distinct()]);
            if (after.Contains(selected)) Assert.Equal(selected, list.Selected);
            else Assert.InRange(list.Index, 0, Math.Max(0, list.Rows.Count - 1));
        });
    }

    [Fact]
    public void The_selected_row_is_always_on_the_screen() =>
        Gen.Select(Gen.Int[0, 100], Gen.Int[-5, 40].Array[1, 30], Gen.Int[1, 20]).Sample((count, moves, page) =>
        {
            var list = new RowList<int>(row => row, row => $"{row}");
            list.Update([.. Enumerable.Range(0, count)]);
            foreach (int move in moves)
            {
                if (move % 3 == 0) list.Scroll(move);
                else list.Move(move);
                list.Fit(page);
                Assert.InRange(list.Index, list.Top, list.Top + page - 1);
                Assert.True(list.Top == 0 || list.Top + page <= count);
            }
        });

    [Fact]
    public void Words_of_a_filter_must_all_be_there_in_any_case()
    {
        var list = new RowList<string>(row => row, row => row);
        list.Update(["xdp Firewall", "xdp counter", "tc firewall"]);
        list.SetFilter("fire XDP");
        Assert.Equal(["xdp Firewall"], list.Rows);
        Assert.Equal(3, list.Total);
    }

    [Fact]
    public void A_list_that_follows_stays_at_its_end_unless_somebody_went_up()
    {
        var list = new RowList<int>(row => row, row => $"{row}") { Follows = true };
        list.Update([1, 2, 3]);
        Assert.Equal(3, list.Selected);
        list.Update([1, 2, 3, 4]);
        Assert.Equal(4, list.Selected);
        list.Move(-1);
        list.Update([1, 2, 3, 4, 5]);
        Assert.Equal(3, list.Selected);
    }

    [Fact]
    public void Columns_give_way_by_rank_and_fill_the_width()
    {
        Column<int>[] columns =
        [
            new("a", "A", 5, (_, _) => "") { Rank = 2, Most = 9 }, new("b", "B", 5, (_, _) => "") { Rank = 0 }, new("c", "C", 10, (_, _) => "") { Rank = 1, Most = 100 },
        ];
        Assert.Equal([(1, 0, 5)], TableLayout.Fit(columns, 10));
        Assert.Equal([(1, 0, 5), (2, 6, 14)], TableLayout.Fit(columns, 20));
        Assert.Equal([(0, 0, 9), (1, 10, 5), (2, 16, 84)], TableLayout.Fit(columns, 100));
        for (int width = 1; width < 200; width++)
        {
            var (_, x, last) = TableLayout.Fit(columns, width)[^1];
            Assert.True(x + last <= width, $"{width}");
        }
    }
}

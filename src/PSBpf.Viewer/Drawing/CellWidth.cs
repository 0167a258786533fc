using System.Globalization;
using System.Text;

namespace PSBpf.Viewer;

/// <summary>How many cells of a terminal a character takes. What takes none, or would move the cursor, is left out or replaced.</summary>
internal static class CellWidth
{
    // East Asian wide and fullwidth blocks, and pictographs.
    private static readonly (int First, int Last)[] Wide =
    [
        (0x1100, 0x115F), (0x2E80, 0x303E), (0x3041, 0x33FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xA000, 0xA4CF), (0xAC00, 0xD7A3),
        (0xF900, 0xFAFF), (0xFE30, 0xFE6F), (0xFF00, 0xFF60), (0xFFE0, 0xFFE6), (0x1F300, 0x1F64F), (0x1F900, 0x1F9FF), (0x20000, 0x3FFFD),
    ];

    /// <summary>0, 1 or 2.</summary>
    public static int Of(Rune rune)
    {
        if (rune.Value < 0x300) return 1;
        if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format) return 0;
        return Array.Exists(Wide, block => rune.Value >= block.First && rune.Value <= block.Last) ? 2 : 1;
    }

    /// <summary>Cells of a text.</summary>
    public static int Of(string text)
    {
        int width = 0;
        foreach (var rune in text.EnumerateRunes()) width += Of(rune);
        return width;
    }

    /// <summary>The start of a text that fits, with an ellipsis in place of what does not.</summary>
    public static string Cut(string text, int width)
    {
        if (width <= 0) return "";
        if (text.Length <= width && Of(text) <= width) return text;
        if (Of(text) <= width) return text;
        var cut = new StringBuilder();
        int used = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            int cells = Of(rune);
            if (used + cells > width - 1) break;
            cut.Append(rune);
            used += cells;
        }

        return cut.Append('…').ToString();
    }

    /// <summary>What may be drawn in place of a character: control characters become a dot.</summary>
    public static Rune Drawable(Rune rune) => Rune.IsControl(rune) || rune.Value is 0x2028 or 0x2029 ? new Rune('·') : rune;
}

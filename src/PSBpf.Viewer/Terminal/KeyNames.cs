using System.Text;
using Terminal.Gui.Input;

namespace PSBpf.Viewer;

/// <summary>Keys of the terminal's driver by the names that the table of keys has for them.</summary>
internal static class KeyNames
{
    private static readonly Dictionary<Key, string> Named = new()
    {
        [Key.CursorUp] = "Up", [Key.CursorDown] = "Down", [Key.CursorLeft] = "Left", [Key.CursorRight] = "Right",
        [Key.PageUp] = "PageUp", [Key.PageDown] = "PageDown", [Key.Home] = "Home", [Key.End] = "End",
        [Key.Enter] = "Enter", [Key.Esc] = "Esc", [Key.Backspace] = "Backspace", [Key.Delete] = "Delete", [Key.Space] = "Space", [Key.Tab] = "Tab",
        [Key.F1] = "F1", [Key.F2] = "F2", [Key.F3] = "F3", [Key.F4] = "F4", [Key.F5] = "F5", [Key.F6] = "F6",
        [Key.F7] = "F7", [Key.F8] = "F8", [Key.F9] = "F9", [Key.F10] = "F10", [Key.F11] = "F11", [Key.F12] = "F12",
    };

    private static readonly Dictionary<string, Key> Keys = Named.ToDictionary(pair => pair.Value, pair => pair.Key);

    /// <summary>The name of a key; null for one that nothing is bound to.</summary>
    public static string? Of(Key key)
    {
        if (Named.TryGetValue(key, out string? name)) return name;
        if (key.IsAlt) return null;
        if (key.IsCtrl) return key.NoCtrl.IsKeyCodeAtoZ ? $"Ctrl+{char.ToUpperInvariant((char)key.NoCtrl.NoShift.AsRune.Value)}" : null;
        var rune = key.AsRune;
        return rune.Value >= 0x20 && !Rune.IsControl(rune) ? rune.ToString() : null;
    }

    /// <summary>The key of a name.</summary>
    public static Key Parse(string name)
    {
        if (Keys.TryGetValue(name, out var key)) return key;
        return name.StartsWith("Ctrl+", StringComparison.Ordinal) ? new Key(char.ToLowerInvariant(name[5])).WithCtrl : new Key(name[0]);
    }
}

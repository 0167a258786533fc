namespace PSBpf.Viewer;

/// <summary>The last line of the screen: keys and what they do. A click on one presses it.</summary>
internal sealed class KeyBar
{
    private readonly List<(int From, int To, string Key)> _places = [];

    /// <summary>Draws the keys of a page, as many as there is room for; how to leave is always among them.</summary>
    public void Draw(Area area, PageKind page)
    {
        _places.Clear();
        area.Line(0, "", Tone.KeyLabel);
        var keys = KeyMap.Bar(page).Select(binding => (Key: binding.Keys[0], binding.Label)).ToList();
        int last = Width(keys[^1]);
        int x = 0;
        for (int i = 0; i < keys.Count; i++)
        {
            int width = Width(keys[i]);
            if (x + width + (i < keys.Count - 1 ? last : 0) > area.Width) continue;
            area.Put(x, 0, keys[i].Key, Tone.KeyName);
            area.Put(x + keys[i].Key.Length, 0, Gap(keys[i].Key) + keys[i].Label + " ", Tone.KeyLabel);
            _places.Add((x, x + width, keys[i].Key));
            x += width;
        }
    }

    /// <summary>The key at a place; null when there is none.</summary>
    public string? KeyAt(int x)
    {
        foreach (var (from, to, key) in _places)
            if (x >= from && x < to) return key;
        return null;
    }

    // A letter needs a blank behind it to be told from the word.
    private static string Gap(string key) => key[0] == 'F' && key.Length > 1 ? "" : " ";

    private static int Width((string Key, string Label) key) => key.Key.Length + Gap(key.Key).Length + key.Label.Length + 1;
}

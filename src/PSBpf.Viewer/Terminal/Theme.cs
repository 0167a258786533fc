using Terminal.Gui.Drawing;
using Attribute = Terminal.Gui.Drawing.Attribute;

namespace PSBpf.Viewer;

/// <summary>
/// What tones look like. The terminal's own colours are the ground, so that light ones stay light; of the sixteen those that can
/// be read on both. Without colour the same differences are made by bold, faint and reversed text.
/// </summary>
internal sealed class Theme
{
    private static readonly Dictionary<Tone, (Attribute Colour, TextStyle Plain)> Tones = new()
    {
        [Tone.Normal] = (On(Color.None), TextStyle.None),
        [Tone.Dim] = (On(Color.None, TextStyle.Faint), TextStyle.Faint),
        [Tone.Strong] = (On(Color.None, TextStyle.Bold), TextStyle.Bold),
        [Tone.Banner] = (On(Color.None, TextStyle.Bold), TextStyle.Bold),
        [Tone.Heading] = (Bar(ColorName16.Green), TextStyle.Reverse),
        [Tone.SortedHeading] = (Bar(ColorName16.Cyan), TextStyle.Reverse | TextStyle.Bold),
        [Tone.Selected] = (On(Color.None, TextStyle.Reverse), TextStyle.Reverse),
        [Tone.Graph] = (On(new Color(ColorName16.Cyan)), TextStyle.None),
        [Tone.Good] = (On(new Color(ColorName16.Green)), TextStyle.None),
        [Tone.Bad] = (On(new Color(ColorName16.Red), TextStyle.Bold), TextStyle.Bold),
        [Tone.Changed] = (On(new Color(ColorName16.Magenta), TextStyle.Bold), TextStyle.Bold | TextStyle.Underline),
        [Tone.KeyName] = (On(Color.None), TextStyle.None),
        [Tone.KeyLabel] = (Bar(ColorName16.Cyan), TextStyle.Reverse),
        [Tone.Input] = (On(Color.None, TextStyle.Underline), TextStyle.Underline),
        [Tone.Caret] = (On(Color.None, TextStyle.Reverse), TextStyle.Reverse),
        [Tone.Dialog] = (On(Color.None), TextStyle.None),
    };

    private readonly Attribute[] _attributes;

    private Theme(bool colour) =>
        _attributes = [.. Enum.GetValues<Tone>().Select(tone => colour ? Tones[tone].Colour : new Attribute(Color.None, Color.None, Tones[tone].Plain))];

    /// <summary>The theme that a user wants: as the options say, or else as the environment does (NO_COLOR, TERM).</summary>
    public static Theme For(bool? colour) => new(colour ?? (string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")) && Environment.GetEnvironmentVariable("TERM") != "dumb"));

    /// <summary>What a tone looks like.</summary>
    public Attribute Of(Tone tone) => _attributes[(int)tone];

    private static Attribute On(Color foreground, TextStyle style = TextStyle.None) => new(foreground, Color.None, style);

    private static Attribute Bar(ColorName16 background) => new(new Color(ColorName16.Black), new Color(background));
}

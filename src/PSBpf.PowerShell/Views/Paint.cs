namespace PSBpf.PowerShell;

/// <summary>Colours of the text views, where a terminal shows them.</summary>
/// <param name="color">Whether to colour with escape sequences.</param>
internal readonly struct Paint(bool color)
{
    private const int BoldCode = 1, DimCode = 2, RedCode = 31, GreenCode = 32, CyanCode = 36;

    public string Good(string text) => In(GreenCode, text);

    public string Bad(string text) => In(RedCode, text);

    public string Dim(string text) => In(DimCode, text);

    public string Strong(string text) => In(BoldCode, text);

    public string Source(string text) => In(CyanCode, text);

    private string In(int code, string text) => color && text.Length > 0 ? $"\e[{code}m{text}\e[0m" : text;
}

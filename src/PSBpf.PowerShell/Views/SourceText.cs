using System.Globalization;
using System.Management.Automation.Host;
using PSBpf.Diagnostics;

namespace PSBpf.PowerShell;

/// <summary>What the listings of instructions share: the lines of C between them, and how wide they may be.</summary>
public static class SourceText
{
    private const int UsualWidth = 120;
    private const int LeastWidth = 60;

    /// <summary>How many columns a host shows; 120 where it has no screen.</summary>
    public static int WidthOf(PSHost host)
    {
        ArgumentNullException.ThrowIfNull(host);
        try
        {
            int width = host.UI?.RawUI?.BufferSize.Width ?? 0;
            return width <= 0 ? UsualWidth : Math.Max(width, LeastWidth);
        }
        catch (Exception exception) when (exception is HostException or IOException or InvalidOperationException or NotSupportedException)
        {
            return UsualWidth;
        }
    }

    /// <summary><c>firewall.bpf.c:27  if (is_blocked(iph->daddr))</c>, cut to a width.</summary>
    internal static string Line(SourceLocation source, int width)
    {
        string place = string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileName(source.File.Replace('\\', '/'))}:{source.Line}");
        string text = source.Text.Trim().Replace('\t', ' ');
        string line = text.Length == 0 ? place : $"{place}  {text}";
        return line.Length <= width ? line : string.Concat(line.AsSpan(0, width - 1), "…");
    }

    internal static string Hexadecimal(ReadOnlySpan<byte> bytes)
    {
        var text = new System.Text.StringBuilder(bytes.Length * 3);
        foreach (byte part in bytes) text.Append(text.Length == 0 ? "" : " ").Append(part.ToString("x2", CultureInfo.InvariantCulture));
        return text.ToString();
    }
}

using PSBpf.Diagnostics;

namespace PSBpf.Hosting.Packets;

/// <summary>Packets written as hexadecimal text.</summary>
public static class PacketText
{
    /// <summary>
    /// Reads hexadecimal digits; blanks, line ends, <c>:</c>, <c>-</c> and a leading <c>0x</c> are skipped.
    /// </summary>
    /// <exception cref="BpfException">BPF0405, when something else stands there or the digits are odd in number.</exception>
    public static byte[] Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var start = text.AsSpan().TrimStart().StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? text.IndexOfAny(['x', 'X']) + 1 : 0;
        var digits = new List<char>(text.Length);
        for (var i = start; i < text.Length; i++)
        {
            var c = text[i];
            if (char.IsWhiteSpace(c) || c is ':' or '-') continue;
            if (!char.IsAsciiHexDigit(c))
                throw DiagnosticRules.PacketFormat.Error($"Packet text has '{c}' at position {i}, which is not a hexadecimal digit.");
            digits.Add(c);
        }

        if (digits.Count == 0) throw DiagnosticRules.PacketFormat.Error("Packet text holds no hexadecimal digits.");
        return digits.Count % 2 == 0
            ? Convert.FromHexString([.. digits])
            : throw DiagnosticRules.PacketFormat.Error($"Packet text has {digits.Count} hexadecimal digits; two make a byte.");
    }
}

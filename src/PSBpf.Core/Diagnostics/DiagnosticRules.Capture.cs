using static PSBpf.Diagnostics.DiagnosticCategory;

namespace PSBpf.Diagnostics;

public static partial class DiagnosticRules
{
    /// <summary>The capture cannot be read from disk.</summary>
    public static readonly DiagnosticRule CaptureUnreadable = new("BPF0401", "capture-unreadable", NotFound,
        "Check the path and that you may read the file.");

    /// <summary>Not a capture file.</summary>
    public static readonly DiagnosticRule CaptureFormat = new("BPF0402", "capture-format", InvalidData,
        "Pass a pcap or pcapng file, e.g. one written by 'tcpdump -w'.");

    /// <summary>A capture that ends in the middle of a packet, or whose lengths contradict each other.</summary>
    public static readonly DiagnosticRule CaptureTruncated = new("BPF0403", "capture-truncated", InvalidData,
        "The packets before the damage were used; capture or copy the file again for the rest.");

    /// <summary>A capture of a link type that the hook cannot take.</summary>
    public static readonly DiagnosticRule CaptureLinkType = new("BPF0404", "capture-link-type", NotSupported,
        "Capture on an Ethernet interface (link type 1).");

    /// <summary>Packet bytes or packet text that cannot be read.</summary>
    public static readonly DiagnosticRule PacketFormat = new("BPF0405", "packet-format", InvalidArgument,
        "Pass bytes, or hexadecimal text with an even number of digits.");
}

namespace PSBpf.Conformance.Tests.Executors;

/// <summary>Socket filters see a packet from its network header on; what a test run takes begins with the Ethernet header.</summary>
internal static class Ethernet
{
    private static readonly byte[] Header = [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x88, 0xb5];

    /// <summary>A frame with this payload, of a type that no protocol looks at (IEEE 802 local experimental).</summary>
    public static byte[] Frame(byte[] payload) => [.. Header, .. payload];
}

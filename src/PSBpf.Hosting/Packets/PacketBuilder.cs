using PSBpf.Diagnostics;

namespace PSBpf.Hosting.Packets;

/// <summary>
/// Builds packet bytes from their layers in order. Lengths, checksums and the numbers that announce the next layer are
/// filled in unless given. What stands in front of the first layer is put there: an IP header before a transport layer,
/// an Ethernet header before a VLAN tag, ARP or IP; a packet that begins with a payload begins with those bytes.
/// </summary>
public static class PacketBuilder
{
    private static readonly LayerFormat[] Formats =
    [
        new EthernetLayer(), new VlanLayer(), new ArpLayer(), new Ipv4Layer(), new Ipv6Layer(),
        new TcpLayer(), new UdpLayer(), new IcmpLayer(), new PayloadLayer(),
    ];

    /// <summary>The layers there are, each with its fields.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<string>> Layers { get; } =
        Formats.ToDictionary(format => format.Name, format => format.Fields, StringComparer.OrdinalIgnoreCase);

    /// <summary>The fields that a generator may vary, as <c>layer.field</c>, with their bits.</summary>
    public static IReadOnlyList<(string Name, int Bits)> VaryingFields { get; } =
        [.. Formats.SelectMany(format => format.Places.Select(place => ($"{format.Name}.{place.Key}", place.Value.Bits)))];

    /// <summary>Builds a packet.</summary>
    /// <exception cref="BpfException">BPF0405, when a layer or field is unknown or a value does not fit.</exception>
    public static byte[] Build(IEnumerable<PacketLayer> layers) => BuildTemplate(layers).Bytes;

    /// <summary>Builds a packet whose fields can be found again.</summary>
    /// <exception cref="BpfException">BPF0405, as for <see cref="Build"/>.</exception>
    public static PacketTemplate BuildTemplate(IEnumerable<PacketLayer> layers)
    {
        ArgumentNullException.ThrowIfNull(layers);
        var stack = layers.Select(layer => (Layer: layer, Format: Find(layer.Name))).ToList();
        if (stack.Count == 0) throw DiagnosticRules.PacketFormat.Error("A packet needs at least one layer.");
        if (stack[0].Format is TcpLayer or UdpLayer or IcmpLayer) stack.Insert(0, Empty("ipv4"));
        if (stack[0].Format.EtherType is not null) stack.Insert(0, Empty("eth"));

        var values = stack.ConvertAll(item => new LayerValues(item.Layer, item.Format.Fields));
        var networks = Networks(stack.ConvertAll(item => item.Format), values);
        byte[] bytes = [];
        var fromEnd = new int[stack.Count];
        for (var i = stack.Count - 1; i >= 0; i--)
        {
            bytes = stack[i].Format.Write(values[i], i + 1 < stack.Count ? stack[i + 1].Format : null, networks[i], bytes);
            fromEnd[i] = bytes.Length;
        }

        return new PacketTemplate(bytes, [.. stack.Select((item, i) => new PlacedLayer(item.Format, bytes.Length - fromEnd[i], KeepsChecksum: values[i].Has("checksum")))]);
    }

    private static (PacketLayer Layer, LayerFormat Format) Empty(string name) =>
        (new PacketLayer(name, new Dictionary<string, object?>()), Find(name));

    private static LayerFormat Find(string name) =>
        Array.Find(Formats, format => format.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
        ?? throw DiagnosticRules.PacketFormat.Error(
            $"'{name}' is no packet layer; the layers are {string.Join(", ", Formats.Select(format => format.Name))}.",
            action: "Correct the layer; Get-Help about_PSBpf_Packets lists layers and fields.");

    // For each layer the innermost IP header before it.
    private static NetworkHeader?[] Networks(List<LayerFormat> formats, List<LayerValues> values)
    {
        var networks = new NetworkHeader?[formats.Count];
        NetworkHeader? current = null;
        for (var i = 0; i < formats.Count; i++)
        {
            networks[i] = current;
            current = formats[i] switch
            {
                Ipv4Layer => Ipv4Layer.Addresses(values[i]),
                Ipv6Layer => Ipv6Layer.Addresses(values[i]),
                _ => current,
            };
        }

        return networks;
    }
}

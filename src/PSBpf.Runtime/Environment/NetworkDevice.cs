namespace PSBpf.Runtime.Environment;

/// <summary>A network interface as programs can tell.</summary>
/// <param name="Name">Its name; hooks of that name are its.</param>
/// <param name="Index">Its ifindex.</param>
/// <param name="Mtu">Bytes of the longest packet, without the link header.</param>
public sealed record NetworkDevice(string Name, uint Index, int Mtu = 1500)
{
    /// <summary>Its hardware address; 6 bytes.</summary>
    public IReadOnlyList<byte> Address { get; init; } = [0, 0, 0, 0, 0, 0];
}

namespace PSBpf.Runtime.Runs;

/// <summary>The tunnel that a program chose for a packet.</summary>
internal sealed class Tunnel
{
    /// <summary>Whether the present run chose one.</summary>
    public bool IsSet { get; set; }

    /// <summary>Whether its ends are IPv6 addresses.</summary>
    public bool IsIpv6 { get; set; }

    /// <summary>What headers carry, as IP_TUNNEL_*_BIT.</summary>
    public ushort Flags { get; set; }

    /// <summary>struct bpf_tunnel_key as it is read.</summary>
    public byte[] Key { get; set; } = [];

    /// <summary>What the tunnel's protocol carries beside.</summary>
    public byte[] Options { get; set; } = [];
}

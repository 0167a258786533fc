namespace PSBpf.Hosting.Packets;

/// <summary>One layer of a packet as its author describes it: a name and the fields that matter.</summary>
/// <param name="Name"><c>eth</c>, <c>vlan</c>, <c>arp</c>, <c>ipv4</c>, <c>ipv6</c>, <c>tcp</c>, <c>udp</c>, <c>icmp</c> or <c>payload</c>.</param>
/// <param name="Fields">Values by field name, case-insensitive; what is left out is filled in.</param>
public sealed record PacketLayer(string Name, IReadOnlyDictionary<string, object?> Fields);

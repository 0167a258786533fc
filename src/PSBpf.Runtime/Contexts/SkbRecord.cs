using PSBpf.Runtime.Runs;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Contexts;

/// <summary>The fields of struct __sk_buff in a run's record that helpers change.</summary>
internal static unsafe class SkbRecord
{
    private static readonly int LengthOffset = At("len"), TypeOffset = At("pkt_type"), ProtocolOffset = At("protocol"), HashOffset = At("hash"),
        VlanPresentOffset = At("vlan_present"), VlanTagOffset = At("vlan_tci"), VlanProtocolOffset = At("vlan_proto"), DeviceOffset = At("ifindex"), TimestampOffset = At("tstamp"), ClockOffset = At("tstamp_type");

    public static ref uint Length(RunState run) => ref Field(run, LengthOffset);

    public static ref uint PacketType(RunState run) => ref Field(run, TypeOffset);

    /// <summary>The EtherType, in network order.</summary>
    public static ref uint Protocol(RunState run) => ref Field(run, ProtocolOffset);

    public static ref uint Hash(RunState run) => ref Field(run, HashOffset);

    public static ref uint VlanPresent(RunState run) => ref Field(run, VlanPresentOffset);

    public static ref uint VlanTag(RunState run) => ref Field(run, VlanTagOffset);

    public static ref uint VlanProtocol(RunState run) => ref Field(run, VlanProtocolOffset);

    public static ref ulong Timestamp(RunState run) => ref *(ulong*)(run.Record + ContextView.FieldsOffset + TimestampOffset);

    /// <summary>The clock of the time stamp: one of BPF_SKB_CLOCK_*.</summary>
    public static ref byte TimestampClock(RunState run) => ref *(run.Record + ContextView.FieldsOffset + ClockOffset);

    public static uint Device(RunState run) => Field(run, DeviceOffset);

    private static ref uint Field(RunState run, int offset) => ref *(uint*)(run.Record + ContextView.FieldsOffset + offset);

    private static int At(string name) => ContextLayouts.SchedSkb.Fields.First(field => field.Name == name).Offset;
}

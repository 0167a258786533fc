using PSBpf.Runtime.Maps;

namespace PSBpf.Runtime.Runs;

/// <summary>Where a run redirected its packet to: what a verdict of XDP_REDIRECT or TC_ACT_REDIRECT refers to.</summary>
/// <param name="Map">The map whose entry it is; null for an interface by index.</param>
/// <param name="Target">The interface, CPU or socket.</param>
/// <param name="Flags">The helper's flags: broadcast, ingress.</param>
internal readonly record struct Redirection(RuntimeMap? Map, uint Target, ulong Flags)
{
    /// <summary>The entry's key, in maps by number.</summary>
    public uint Key { get; init; }
}

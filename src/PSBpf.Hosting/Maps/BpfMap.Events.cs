using PSBpf.Diagnostics;
using PSBpf.Uapi;

namespace PSBpf.Hosting;

public sealed partial class BpfMap
{
    private readonly Lock _channelGate = new();
    private RingBufferChannel? _channel;

    /// <summary>Samples of this ring buffer that were handed to readers; null for other maps.</summary>
    public long? Delivered => Type == MapType.RingBuf ? _channel?.Delivered ?? 0 : null;

    /// <summary>
    /// Samples that did not fit this ring buffer, as of the last time it was read; null for other maps, −1 where the
    /// kernel does not count them.
    /// </summary>
    public long? Dropped => Type == MapType.RingBuf ? _channel?.Dropped ?? 0 : null;

    /// <summary>Opens this ring buffer for reading.</summary>
    /// <param name="typeName">The struct that samples are, e.g. <c>struct event</c>; null to find it in the object's BTF.</param>
    /// <exception cref="BpfException">BPF4006 when this is no ring buffer, BPF4007 when it has a reader.</exception>
    public BpfEventReader OpenReader(string? typeName = null)
    {
        if (Type != MapType.RingBuf)
            throw DiagnosticRules.WrongKind.Error($"Map '{Name}' is a {Type}, not a ring buffer.", action: "Read its entries with Get-BpfMapEntry.");
        var type = typeName is null ? EventType.Find(this) : EventType.Named(this, typeName);
        var channel = Channel();
        if (channel.IsClosed) throw Gone();
        return channel.Acquire(() => new BpfEventReader(this, channel, type));
    }

    private RingBufferChannel Channel()
    {
        lock (_channelGate)
        {
            try
            {
                return _channel ??= new RingBufferChannel(Name, KernelMap.OpenRingBuffer());
            }
            catch (ObjectDisposedException)
            {
                throw Gone();
            }
        }
    }

    private void CloseReader()
    {
        lock (_channelGate) _channel?.Dispose();
    }
}

using PSBpf.Diagnostics;
using PSBpf.Runtime.Sources.Pcap;

namespace PSBpf.Hosting.Packets;

/// <summary>A capture file being read.</summary>
public sealed class Capture : IDisposable
{
    private readonly CaptureReader _reader;
    private readonly long _length;

    private Capture(CaptureReader reader, long length)
    {
        _reader = reader;
        _length = length;
    }

    /// <summary>How many packets were read.</summary>
    public long PacketCount { get; private set; }

    /// <summary>When the packet that was read last was captured.</summary>
    public DateTimeOffset Time { get; private set; }

    /// <summary>How much of the file was read, in percent.</summary>
    public int PercentRead => _length <= 0 ? 100 : (int)Math.Min(100, _reader.Position * 100 / _length);

    /// <summary>Opens a file: classic pcap or pcapng.</summary>
    /// <exception cref="BpfException">BPF0401 to BPF0404.</exception>
    public static Capture Open(string path)
    {
        var reader = CaptureReader.Open(path);
        return new(reader, new FileInfo(path).Length);
    }

    /// <summary>The packets that are left, in order.</summary>
    /// <exception cref="BpfException">BPF0403, after the packets before the damage, when the file is damaged.</exception>
    public IEnumerable<byte[]> Packets()
    {
        while (_reader.TryRead(out var packet))
        {
            PacketCount++;
            Time = packet.Time;
            yield return packet.Data.ToArray();
        }

        if (_reader.Damage is { } damage) throw new BpfException(damage);
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _reader.Dispose();
}

using PSBpf.Diagnostics;
using PSBpf.Runtime.Sources.Pcap;

namespace PSBpf.Hosting.Packets;

/// <summary>A capture file being read.</summary>
public sealed class Capture : IDisposable
{
    // Sizes of the pcap file header and of the header before each packet.
    private const int FileHeader = 24, PacketHeader = 16;

    private readonly PcapReader _reader;
    private readonly long _length;
    private long _read = FileHeader;

    private Capture(PcapReader reader, long length)
    {
        _reader = reader;
        _length = length;
    }

    /// <summary>How many packets were read.</summary>
    public long PacketCount { get; private set; }

    /// <summary>How much of the file was read, in percent.</summary>
    public int PercentRead => _length <= 0 ? 100 : (int)Math.Min(100, _read * 100 / _length);

    /// <summary>Opens a classic pcap file.</summary>
    /// <exception cref="BpfException">BPF0401 to BPF0404.</exception>
    public static Capture Open(string path)
    {
        var reader = PcapReader.Open(path);
        return new(reader, new FileInfo(path).Length);
    }

    /// <summary>The packets that are left, in order.</summary>
    /// <exception cref="BpfException">BPF0403, after the packets before the damage, when the file is damaged.</exception>
    public IEnumerable<byte[]> Packets()
    {
        while (_reader.TryRead(out var packet))
        {
            _read += PacketHeader + packet.Data.Length;
            PacketCount++;
            yield return packet.Data.ToArray();
        }

        if (_reader.Damage is { } damage) throw new BpfException(damage);
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _reader.Dispose();
}

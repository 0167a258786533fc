using PSBpf.Diagnostics;
using PSBpf.Runtime.Sources.Pcap;

namespace PSBpf.Hosting;

/// <summary>
/// The packets of a capture file, once or again and again. A capture that is not large is kept in memory while it is read,
/// so that later rounds read no file; a larger one is read anew in each.
/// </summary>
internal sealed class CaptureFeed : IPacketFeed
{
    private const long LargestKept = 256L << 20;

    private readonly string _path;
    private readonly long _length;
    private readonly bool _loop;
    private List<FeedPacket>? _kept;
    private CaptureReader? _reader;
    private long _first, _last, _taken, _read, _keptBytes, _roundStart, _loops;
    private int _next;

    /// <exception cref="BpfException">BPF0401 to BPF0404.</exception>
    public CaptureFeed(string path, bool loop)
    {
        _path = path;
        _loop = loop;
        _reader = CaptureReader.Open(path);
        _length = new FileInfo(path).Length;
        if (loop) _kept = [];
    }

    public SourceKind Kind => SourceKind.Capture;

    public string DefaultName => Path.GetFileNameWithoutExtension(_path);

    public long Loops => Volatile.Read(ref _loops);

    public double? Progress => _loop ? null : _length == 0 ? 1 : Math.Min(1, (double)Volatile.Read(ref _read) / _length);

    public bool TryTake(out FeedPacket packet)
    {
        while (true)
        {
            if (_reader is null ? TryTakeKept(out packet) : TryRead(_reader, out packet)) return true;
            if (_reader?.Damage is { } damage) throw new BpfException(damage);
            // Nothing in a whole round means nothing ever.
            if (_taken == 0) return false;
            Volatile.Write(ref _loops, _loops + 1);
            if (!_loop) return false;
            Rewind();
        }
    }

    public void Dispose()
    {
        _reader?.Dispose();
        _reader = null;
        _kept = null;
    }

    private bool TryTakeKept(out FeedPacket packet)
    {
        packet = default;
        if (_kept is null || _next >= _kept.Count) return false;
        packet = _kept[_next++];
        packet = packet with { Offset = _roundStart + packet.Offset };
        _last = packet.Offset;
        _taken++;
        return true;
    }

    private bool TryRead(CaptureReader reader, out FeedPacket packet)
    {
        packet = default;
        if (!TryRead(reader, out PcapPacket read)) return false;
        Volatile.Write(ref _read, reader.Position);
        if (_taken == 0) _first = read.TimestampNanoseconds;
        // Captures of several interfaces are not always in order: nothing is sent before what stands before it.
        long offset = Math.Max(_last, _roundStart + read.TimestampNanoseconds - _first);
        _last = offset;
        _taken++;
        packet = new FeedPacket(read.Data, offset);
        if (_kept is not null)
        {
            _keptBytes += read.Data.Length;
            if (_keptBytes > LargestKept) _kept = null;
            else _kept.Add(packet with { Offset = offset - _roundStart });
        }

        return true;
    }

    private bool TryRead(CaptureReader reader, out PcapPacket packet)
    {
        try
        {
            return reader.TryRead(out packet);
        }
        catch (IOException exception)
        {
            throw new BpfException(DiagnosticRules.CaptureUnreadable.At($"'{_path}' cannot be read: {exception.Message}", new DiagnosticLocation { File = _path }), exception);
        }
    }

    // The next round begins after a pause as long as packets are apart on average.
    private void Rewind()
    {
        long inRound = _taken / _loops;
        _roundStart = _last + (inRound > 1 ? (_last - _roundStart) / (inRound - 1) : 0);
        _next = 0;
        _reader?.Dispose();
        _reader = _kept is null ? CaptureReader.Open(_path) : null;
    }
}

using System.Buffers.Binary;
using PSBpf.Diagnostics;

namespace PSBpf.Runtime.Sources.Pcap;

/// <summary>
/// Reads a capture file packet by packet, whichever format it has. A capture that breaks off or contradicts itself gives the packets
/// before the damage; <see cref="Damage"/> then says what is wrong.
/// </summary>
public abstract class CaptureReader : IDisposable
{
    private protected CaptureReader(Stream stream, string? path)
    {
        ArgumentNullException.ThrowIfNull(stream);
        Stream = stream;
        FilePath = path;
    }

    /// <summary>What is wrong with the file where reading stopped early (BPF0403, BPF0404); null when all of it was read.</summary>
    public BpfDiagnostic? Damage { get; private set; }

    /// <summary>Bytes of the file that were read.</summary>
    public long Position { get; private protected set; }

    private protected Stream Stream { get; }

    private protected string? FilePath { get; }

    private protected string Name => FilePath is null ? "The capture" : $"'{Path.GetFileName(FilePath)}'";

    /// <summary>Opens a file: classic pcap or pcapng, as it begins.</summary>
    /// <exception cref="BpfException">BPF0401 to BPF0404.</exception>
    public static CaptureReader Open(string path)
    {
        Stream? stream = null;
        try
        {
            stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 1 << 16, FileOptions.SequentialScan);
            if (!stream.CanSeek) stream = ReadWhole(stream);
            Span<byte> magic = stackalloc byte[sizeof(uint)];
            bool isNew = stream.ReadAtLeast(magic, magic.Length, throwOnEndOfStream: false) == magic.Length && BinaryPrimitives.ReadUInt32LittleEndian(magic) == PcapFormat.PcapngMagic;
            stream.Position = 0;
            return isNew ? new PcapngReader(stream, path) : new PcapReader(stream, path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            stream?.Dispose();
            throw new BpfException(
                DiagnosticRules.CaptureUnreadable.At($"'{path}' cannot be read: {exception.Message}", new DiagnosticLocation { File = path }), exception);
        }
        catch
        {
            stream?.Dispose();
            throw;
        }
    }

    /// <summary>Reads the next packet.</summary>
    /// <returns>False at the end and at damage.</returns>
    public abstract bool TryRead(out PcapPacket packet);

    /// <summary>The packets that are left, one after the other.</summary>
    public IEnumerable<PcapPacket> ReadPackets()
    {
        while (TryRead(out var packet)) yield return packet;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Stream.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Stops reading.</summary>
    /// <returns>False.</returns>
    private protected bool Stop(string what, DiagnosticRule? rule = null)
    {
        Damage = (rule ?? DiagnosticRules.CaptureTruncated).At($"{Name} {what}.", Location(Position));
        return false;
    }

    private protected DiagnosticLocation Location(long offset) => new() { File = FilePath, Offset = offset };

    // A pipe: what it is shows at its beginning, to which there is no way back.
    private static MemoryStream ReadWhole(Stream stream)
    {
        using (stream)
        {
            var whole = new MemoryStream();
            stream.CopyTo(whole);
            whole.Position = 0;
            return whole;
        }
    }
}

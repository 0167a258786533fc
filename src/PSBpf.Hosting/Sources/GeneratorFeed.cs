using PSBpf.Diagnostics;
using PSBpf.Hosting.Packets;

namespace PSBpf.Hosting;

/// <summary>Packets that are made up: templates in turn, with fields that count or are random. Allocates nothing per packet.</summary>
internal sealed class GeneratorFeed : IPacketFeed
{
    private const ulong Golden = 0x9e37_79b9_7f4a_7c15;

    private readonly PacketTemplate[] _templates;
    private readonly (TemplateField Field, UInt128 Start)[][] _counters;
    private readonly TemplateField[][] _random;
    private readonly byte[][]? _buffers;
    private ulong _seed;
    private long _taken;

    /// <exception cref="BpfException">BPF0405 for a field that a packet does not have; BPF4006 when there is no packet.</exception>
    public GeneratorFeed(GeneratorOptions options)
    {
        _templates = [.. options.Packets];
        if (_templates.Length == 0) throw DiagnosticRules.RunInput.Error("There is nothing to send.", action: "Give the generator a packet: -Packet.");
        _counters = Array.ConvertAll(_templates, template => options.Counters.Select(template.Find).Select(field => (field, field.Read(template.Bytes))).ToArray());
        _random = Array.ConvertAll(_templates, template => options.RandomFields.Select(template.Find).ToArray());
        _seed = options.Seed ?? (ulong)Random.Shared.NextInt64();
        if (options.Counters.Count + options.RandomFields.Count == 0) return;
        int longest = _templates.Max(template => template.Bytes.Length);
        _buffers = [.. Enumerable.Range(0, IPacketFeed.Ahead).Select(_ => new byte[longest])];
    }

    public SourceKind Kind => SourceKind.Generator;

    public string DefaultName => "generator";

    public long Loops => 0;

    public double? Progress => null;

    public bool TryTake(out FeedPacket packet)
    {
        int turn = (int)(_taken % _templates.Length);
        var template = _templates[turn];
        packet = _buffers is null ? new FeedPacket(template.Bytes, 0) : new FeedPacket(Vary(template, turn), 0);
        _taken++;
        return true;
    }

    public void Dispose()
    {
    }

    private ReadOnlyMemory<byte> Vary(PacketTemplate template, int turn)
    {
        byte[] buffer = _buffers![_taken % IPacketFeed.Ahead];
        var packet = buffer.AsSpan(0, template.Bytes.Length);
        template.Bytes.CopyTo(packet);
        foreach (var (field, start) in _counters[turn]) field.Write(packet, start + (ulong)_taken);
        foreach (var field in _random[turn]) field.Write(packet, field.IsNarrow ? NextRandom() : new UInt128(NextRandom(), NextRandom()));
        template.FixChecksums(packet);
        return buffer.AsMemory(0, packet.Length);
    }

    // SplitMix64.
    private ulong NextRandom()
    {
        ulong value = _seed += Golden;
        value = (value ^ value >> 30) * 0xbf58_476d_1ce4_e5b9;
        value = (value ^ value >> 27) * 0x94d0_49bb_1331_11eb;
        return value ^ value >> 31;
    }
}

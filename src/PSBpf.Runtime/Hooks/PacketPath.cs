using PSBpf.Runtime.Environment;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Hooks;

/// <summary>What became of a packet.</summary>
public enum PacketOutcome
{
    /// <summary>It came to the socket it is for, or to the stack where there is none.</summary>
    Delivered,

    /// <summary>It left by an interface.</summary>
    Sent,

    /// <summary>A program dropped it.</summary>
    Dropped,

    /// <summary>A program took it: it is queued, stolen or trapped, and goes no further.</summary>
    Taken,
}

/// <summary>One stop of a packet on its way: a hook with programs.</summary>
/// <param name="Hook">The hook.</param>
/// <param name="Verdict">What it made of the packet.</param>
/// <param name="Results">What each program did.</param>
public sealed record PathStage(HookName Hook, int Verdict, IReadOnlyList<HookResult> Results);

/// <summary>The way of a packet.</summary>
/// <param name="Stages">The hooks with programs that it came to, in order.</param>
/// <param name="Outcome">What became of it.</param>
/// <param name="Device">The interface that it left by; null when it did not.</param>
/// <param name="Data">Its bytes at the end, from the Ethernet header on; for a socket as many as its filter keeps.</param>
public sealed record PathResult(IReadOnlyList<PathStage> Stages, PacketOutcome Outcome, string? Device, byte[] Data);

/// <summary>Who packets are for, or from.</summary>
/// <param name="Cgroup">The cgroup of the process, e.g. <c>/jobs/one</c>.</param>
/// <param name="Socket">The name of its socket; null for none with a filter.</param>
/// <param name="Environment">The world that programs see; null for the kernel's.</param>
public sealed record PathOptions(string Cgroup = "/", string? Socket = null, ExecutionEnvironment? Environment = null);

/// <summary>
/// The way of packets through an interface: XDP, packet sockets, traffic control, netfilter, the cgroup and the socket when they come in, and
/// back when they go out. What programs make of packet, mark and priority the next ones see.
/// </summary>
internal sealed class PacketPath(HookTable hooks, PathOptions options, CancellationToken cancellation)
{
    private const int EthernetHeader = 14;

    // How often a packet may be redirected; the kernel too ends it somewhere.
    private const int MostHops = 8;

    private const int XdpAborted = 0, XdpDrop = 1, XdpTransmit = 3, XdpRedirect = 4;
    private const int ClassifierShot = 2, ClassifierQueued = 5, ClassifierStolen = 4, ClassifierRedirect = 7, ClassifierTrap = 8;
    private const ulong Ingress = 1;

    private static readonly ContextLayout Skb = ContextLayouts.SchedSkb;
    private static readonly int SkbMark = OffsetOf("mark"), SkbPriority = OffsetOf("priority");

    private readonly List<PathStage> _stages = [];
    private readonly byte[] _context = new byte[Skb.Size];
    private byte[] _packet = [];
    private int _hops;

    /// <summary>Lets a packet come in.</summary>
    public PathResult Receive(string device, ReadOnlySpan<byte> packet)
    {
        _packet = packet.ToArray();
        if (Fire($"xdp:{device}", out int verdict) is { } last)
        {
            switch (verdict)
            {
                case XdpTransmit:
                    return End(PacketOutcome.Sent, device);
                case XdpRedirect:
                    return last.Redirect is { } target ? End(PacketOutcome.Sent, target.Device ?? target.ToString()) : End(PacketOutcome.Dropped);
                case XdpAborted or XdpDrop or > XdpRedirect or < XdpAborted:
                    return End(PacketOutcome.Dropped);
            }
        }

        return ReceiveBuffer(device);
    }

    /// <summary>Lets a packet go out.</summary>
    public PathResult Transmit(string device, ReadOnlySpan<byte> packet)
    {
        _packet = packet.ToArray();
        if (Fire($"cgroup:{options.Cgroup}:egress", out int verdict) is not null && (verdict & 1) == 0) return End(PacketOutcome.Dropped);
        if (Fire("netfilter:output", out verdict) is not null && verdict == 0) return End(PacketOutcome.Dropped);
        if (Fire("netfilter:postrouting", out verdict) is not null && verdict == 0) return End(PacketOutcome.Dropped);
        return TransmitBuffer(device);
    }

    private PathResult ReceiveBuffer(string device)
    {
        Fire($"packet:{device}", out _);
        if (Fire($"tc:{device}:ingress", out int verdict) is { } last && Decide(verdict, last) is { } end) return end;
        if (Fire("netfilter:prerouting", out verdict) is not null && verdict == 0) return End(PacketOutcome.Dropped);
        if (Fire("netfilter:input", out verdict) is not null && verdict == 0) return End(PacketOutcome.Dropped);
        if (Fire($"cgroup:{options.Cgroup}:ingress", out verdict) is not null && (verdict & 1) == 0) return End(PacketOutcome.Dropped);
        if (options.Socket is not { } socket || Fire($"socket:{socket}", out verdict) is null) return End(PacketOutcome.Delivered);
        if (verdict == 0) return End(PacketOutcome.Dropped);
        // A filter says how many bytes behind the link header it keeps.
        int kept = (int)Math.Min((uint)verdict, (uint)Math.Max(0, _packet.Length - EthernetHeader)) + EthernetHeader;
        _packet = _packet[..Math.Min(kept, _packet.Length)];
        return End(PacketOutcome.Delivered);
    }

    private PathResult TransmitBuffer(string device)
    {
        if (Fire($"tc:{device}:egress", out int verdict) is { } last && Decide(verdict, last) is { } end) return end;
        Fire($"packet:{device}", out _);
        return End(PacketOutcome.Sent, device);
    }

    private PathResult? Decide(int verdict, HookResult last)
    {
        switch (verdict)
        {
            case ClassifierShot:
                return End(PacketOutcome.Dropped);
            case ClassifierStolen or ClassifierQueued or ClassifierTrap:
                return End(PacketOutcome.Taken);
            case ClassifierRedirect when last.Redirect is { Device: { } device } target && ++_hops <= MostHops:
                return (target.Flags & Ingress) != 0 ? ReceiveBuffer(device) : TransmitBuffer(device);
            case ClassifierRedirect:
                return End(PacketOutcome.Dropped);
            default:
                return null;
        }
    }

    // Null where nothing is attached.
    private HookResult? Fire(string hook, out int verdict)
    {
        verdict = 0;
        var name = HookName.Parse(hook);
        // A cgroup that nobody named may have programs above it.
        if ((name.Type == "cgroup" ? hooks.GetOrAdd(name) : hooks.Find(name)) is not { } found) return null;
        bool hasBuffer = name.Type is not "xdp";
        var happened = new HookEvent { Packet = _packet, Context = hasBuffer ? _context : [], Environment = options.Environment };
        if (found.TryFire(happened, out verdict, cancellation) is not { } results) return null;
        _stages.Add(new PathStage(name, verdict, results));
        var last = results[^1];
        // A packet socket gets a copy.
        if (name.Type is "packet" or "socket") return last;
        bool sawLink = name.Type is "xdp" or "tc";
        _packet = sawLink ? last.Data : [.. _packet.AsSpan(0, Math.Min(EthernetHeader, _packet.Length)), .. last.Data.AsSpan(Math.Min(EthernetHeader, last.Data.Length))];
        if (hasBuffer && last.Context.Length >= Skb.Size)
            foreach (int at in (ReadOnlySpan<int>)[SkbMark, SkbPriority]) last.Context.AsSpan(at, sizeof(uint)).CopyTo(_context.AsSpan(at));
        return last;
    }

    private PathResult End(PacketOutcome outcome, string? device = null) => new(_stages, outcome, device, _packet);

    private static int OffsetOf(string name) => Skb.Fields.First(field => field.Name == name).Offset;
}

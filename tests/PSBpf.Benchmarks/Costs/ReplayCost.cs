using PSBpf.Hosting;
using PSBpf.Kernel;
using PSBpf.Objects;
using PSBpf.Runtime;
using PSBpf.Runtime.Hooks;
using PSBpf.Runtime.Sources.Pcap;
using PSBpf.Uapi;

namespace PSBpf.Benchmarks.Costs;

/// <summary>
/// Packets per second of a capture at a hook: the sample programs on the sample capture, one thread. Fired packet by packet with
/// all that a result has, and sent by a source for the verdicts alone.
/// </summary>
internal sealed class ReplayCost : ICostMeasurement
{
    private const string Capture = "mixed.pcap";
    private const long SourcePackets = 1_000_000;

    public string Title => $"replay of {Capture} at an XDP hook";

    public IEnumerable<CostFigure> Measure(CostContext context) => AtHook(context).Concat(ThroughSources(context));

    // As a user has it: a session, and a source in a thread of its own that replays the capture in a loop.
    private IEnumerable<CostFigure> ThroughSources(CostContext context)
    {
        string folder = Path.Combine(AppContext.BaseDirectory, "Samples");
        int rounds = context.Quick ? 10 : 40;
        foreach (string path in Directory.EnumerateFiles(folder, "*.bpf.o").Order(StringComparer.Ordinal))
        {
            if (Path.GetFileName(path).StartsWith("broken", StringComparison.Ordinal)) continue;
            using var session = new BpfSession();
            foreach (var program in session.TryImport(path).Programs.Where(program => program.Type == ProgramType.Xdp))
            {
                string hook = $"xdp:{program.Name}"[..Math.Min(program.Name.Length + 4, 19)];
                using var link = new Detacher(session.Attach(program, hook));
                double best = 0;
                for (int round = 0; round < rounds; round++)
                {
                    using var source = session.StartCapture(Path.Combine(folder, Capture), hook, new SourceOptions { Loop = true, Count = SourcePackets });
                    source.Wait(Timeout.InfiniteTimeSpan);
                    best = Math.Max(best, source.Rate);
                }

                yield return new CostFigure(Title, program.Name, "through a source", best / 1e6, "M packets/s");
            }
        }
    }

    private sealed class Detacher(BpfLink link) : IDisposable
    {
        public void Dispose() => link.Remove();
    }

    private IEnumerable<CostFigure> AtHook(CostContext context)
    {
        string folder = Path.Combine(AppContext.BaseDirectory, "Samples");
        byte[][] packets;
        using (var reader = PcapReader.Open(Path.Combine(folder, Capture))) packets = [.. reader.ReadPackets().Select(packet => packet.Data.ToArray())];
        foreach (string path in Directory.EnumerateFiles(folder, "*.bpf.o").Order(StringComparer.Ordinal))
        {
            var blueprint = ObjectReader.Read(path);
            if (Path.GetFileName(path).StartsWith("broken", StringComparison.Ordinal)) continue;
            var maps = blueprint.Maps.ToDictionary(map => map.Name, context.Managed.CreateMap);
            foreach (var spec in blueprint.Programs.Where(program => program.Type == ProgramType.Xdp))
            {
                if (context.Managed.LoadProgram(spec, [.. spec.Maps.Select(map => maps[map.Name])], ProgramLoadOptions.Default).Program is not ManagedProgram program) continue;
                using (program)
                using (var link = context.Managed.Attach(program, HookName.Parse($"xdp:{spec.Name}")))
                {
                    var hook = context.Managed.GetHook(link.Hook);
                    double each = context.Time(() =>
                    {
                        foreach (byte[] packet in packets) hook.Fire(packet);
                    }) / packets.Length;
                    yield return new CostFigure(Title, spec.Name, "replay", 1e3 / each, "M packets/s");
                }
            }

            foreach (var map in maps.Values) map.Dispose();
        }
    }
}

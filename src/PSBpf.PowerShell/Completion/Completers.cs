using PSBpf.Hosting;
using PSBpf.Hosting.Packets;
using PSBpf.Uapi;

namespace PSBpf.PowerShell;

/// <summary>Completes names of programs.</summary>
internal sealed class ProgramCompleter : NameCompleter
{
    protected override IEnumerable<(string Name, string Tip)> Candidates(BpfSession session) =>
        Unique(session.Programs, program => program.Name, program => program.Id, program => $"{program.Type} program, id {program.Id}, {program.State}");
}

/// <summary>Completes names of maps.</summary>
internal sealed class MapCompleter : NameCompleter
{
    protected override IEnumerable<(string Name, string Tip)> Candidates(BpfSession session) =>
        Unique(session.Maps, map => map.Name, map => map.Id, Tip);

    internal static string Tip(BpfMap map) => $"{map.Type} map, id {map.Id}";
}

/// <summary>Completes names of helpers.</summary>
internal sealed class HelperCompleter : NameCompleter
{
    protected override IEnumerable<(string Name, string Tip)> Candidates(BpfSession session) =>
        BpfHelper.All.Select(helper => (helper.Name, $"{helper.Prototype}{(helper.Implemented ? "" : ", not in the managed engine")}"));
}

/// <summary>Completes versions of Linux: those that are kept up for years.</summary>
internal sealed class KernelVersionCompleter : NameCompleter
{
    protected override IEnumerable<(string Name, string Tip)> Candidates(BpfSession session) =>
        KernelReleases.LongTerm.Select(version => (version.ToString(), $"Linux {version}, kept up for years"));
}

/// <summary>Completes names of ring buffers.</summary>
internal sealed class RingBufferCompleter : NameCompleter
{
    protected override IEnumerable<(string Name, string Tip)> Candidates(BpfSession session) =>
        Unique([.. session.Maps.Where(map => map.Type == MapType.RingBuf)], map => map.Name, map => map.Id, MapCompleter.Tip);
}

/// <summary>Completes names of perf event arrays.</summary>
internal sealed class PerfBufferCompleter : NameCompleter
{
    protected override IEnumerable<(string Name, string Tip)> Candidates(BpfSession session) =>
        Unique([.. session.Maps.Where(map => map.Type == MapType.PerfEventArray)], map => map.Name, map => map.Id, MapCompleter.Tip);
}

/// <summary>Completes sources of events.</summary>
internal sealed class EventSourceCompleter : NameCompleter
{
    protected override IEnumerable<(string Name, string Tip)> Candidates(BpfSession session) =>
        Unique([.. session.Maps.Where(map => map.HasEvents)], map => map.Name, map => map.Id, MapCompleter.Tip)
            .Select(map => (Prefix(session, map.Name) + map.Name, map.Tip))
            .Append((BpfSession.PrintSource, "what programs print"));

    private static string Prefix(BpfSession session, string name) => session.GetMap(name).Type == MapType.RingBuf ? "ringbuf:" : "perf:";
}

/// <summary>Completes ids of links.</summary>
internal sealed class LinkCompleter : NameCompleter
{
    protected override IEnumerable<(string Name, string Tip)> Candidates(BpfSession session) =>
        session.Links.Select(link => (link.Id.ToString(System.Globalization.CultureInfo.InvariantCulture), link.ToString()));
}

/// <summary>Completes names of hooks that have something to run.</summary>
internal sealed class FiringHookCompleter : NameCompleter
{
    protected override IEnumerable<(string Name, string Tip)> Candidates(BpfSession session) =>
        session.GetHooks().Where(hook => hook.Links.Count > 0).Select(hook => (hook.Name, HookCompleter.Tip(hook)));
}

/// <summary>Completes names of hooks that there are.</summary>
internal class HookCompleter : NameCompleter
{
    protected override IEnumerable<(string Name, string Tip)> Candidates(BpfSession session) =>
        session.GetHooks().Select(hook => (hook.Name, Tip(hook)));

    internal static string Tip(BpfHook hook) => hook.Links.Count == 0 ? "nothing attached" : $"runs {string.Join(", ", hook.Links)}";
}

/// <summary>Completes names of hooks to attach to: those that there are, those that programs' sections name, and the kinds.</summary>
internal sealed class NewHookCompleter : HookCompleter
{
    protected override IEnumerable<(string Name, string Tip)> Candidates(BpfSession session)
    {
        var there = base.Candidates(session).ToArray();
        var named = session.Programs.Select(program => (Name: BpfSession.HookOf(program), Tip: $"what program {program.Name} is for"))
            .Where(each => each.Name is not null && there.All(hook => hook.Name != each.Name)).Select(each => (each.Name!, each.Tip)).DistinctBy(each => each.Item1);
        return [.. there, .. named, .. BpfSession.HookKinds.Select(kind => ($"{kind.Kind}:", $"{kind.Kind}:{kind.Form}"))];
    }
}

/// <summary>Completes names of managed interfaces.</summary>
internal sealed class DeviceCompleter : NameCompleter
{
    protected override IEnumerable<(string Name, string Tip)> Candidates(BpfSession session) => session.Interfaces.Select(name => (name, "a managed interface"));
}

/// <summary>Completes names of sources.</summary>
internal class SourceCompleter : NameCompleter
{
    protected override IEnumerable<(string Name, string Tip)> Candidates(BpfSession session) =>
        Unique([.. session.Sources.Where(IsOffered)], source => source.Name, source => source.Id, source => $"{source.State}, to {source.Hook}, id {source.Id}");

    protected virtual bool IsOffered(BpfSource source) => true;
}

/// <summary>Completes names of sources that run.</summary>
internal sealed class RunningSourceCompleter : SourceCompleter
{
    protected override bool IsOffered(BpfSource source) => source.State == SourceState.Running;
}

/// <summary>Completes fields of packets that generators vary.</summary>
internal sealed class PacketFieldCompleter : NameCompleter
{
    protected override IEnumerable<(string Name, string Tip)> Candidates(BpfSession session) =>
        PacketBuilder.VaryingFields.Select(field => (field.Name, $"{field.Bits} bits"));
}

/// <summary>Completes columns of the top.</summary>
internal sealed class TopColumnCompleter : NameCompleter
{
    protected override IEnumerable<(string Name, string Tip)> Candidates(BpfSession session) => TopColumns.Names.Select(name => (name, "a property of BpfStatistic"));
}

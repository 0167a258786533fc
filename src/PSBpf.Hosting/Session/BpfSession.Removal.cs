using PSBpf.Diagnostics;

namespace PSBpf.Hosting;

public sealed partial class BpfSession
{
    internal bool HasLinks(BpfProgram program)
    {
        lock (_gate) return _links.Values.Any(link => link.IsOf(program));
    }

    internal IReadOnlyList<BpfLink> LinksOf(BpfProgram program)
    {
        lock (_gate) return [.. _links.Values.Where(link => link.IsOf(program))];
    }

    internal void Remove(BpfProgram program, bool force)
    {
        List<BpfLink> links;
        List<BpfMap> orphans = [];
        lock (_gate)
        {
            if (!_programs.ContainsKey(program.Id)) return;
            links = [.. _links.Values.Where(link => link.IsOf(program))];
            if (links.Count > 0 && !force)
                throw DiagnosticRules.InUse.Error(
                    $"Program '{program.Name}' (id {program.Id}) is attached to {string.Join(", ", links.Select(link => link.Hook))}.",
                    new DiagnosticLocation { Program = program.Name }, "Remove its links first (Remove-BpfLink), or pass -Force.");
            foreach (var link in links) _links.Remove(link.Id);
            _programs.Remove(program.Id);
            var origin = program.Origin;
            origin.Programs.Remove(program);
            if (origin.Programs.Count == 0)
            {
                foreach (var map in origin.Maps)
                {
                    map.Holders.Remove(origin);
                    if (map.Holders.Count > 0) continue;
                    orphans.Add(map);
                    _maps.Remove(map.Id);
                }
            }
        }

        foreach (var link in links) link.Close();
        program.Close();
        foreach (var map in orphans) map.Close();
    }

    internal void Remove(BpfLink link)
    {
        lock (_gate) _links.Remove(link.Id);
        link.Close();
    }
}

using System.Collections;
using System.Management.Automation;
using PSBpf.Diagnostics;
using PSBpf.Hosting;

namespace PSBpf.PowerShell;

/// <summary>What -Map means: maps of the session by the names that a program uses for them.</summary>
internal static class NamedMaps
{
    /// <summary>Reads a hashtable, or maps, their names or ids, which then are called what they are called.</summary>
    /// <exception cref="BpfException">BPF4006 for what is no map, BPF4001 and BPF4002 for names.</exception>
    public static IReadOnlyList<KeyValuePair<string, BpfMap>> Read(BpfSession session, IEnumerable? maps)
    {
        var named = new List<KeyValuePair<string, BpfMap>>();
        IEnumerable items = maps is IDictionary ? new object[] { maps } : maps ?? Array.Empty<object>();
        foreach (var item in items)
        {
            if ((item is PSObject wrapped ? wrapped.BaseObject : item) is not IDictionary table)
            {
                var map = One(session, item);
                named.Add(new(map.Name, map));
                continue;
            }

            foreach (DictionaryEntry entry in table) named.Add(new(entry.Key.ToString() ?? "", One(session, entry.Value)));
        }

        if (named.GroupBy(map => map.Key).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw DiagnosticRules.NameAmbiguous.Error($"-Map gives '{twice.Key}' twice.", action: "Give each name once.");
        return named;
    }

    private static BpfMap One(BpfSession session, object? value) => (value is PSObject wrapped ? wrapped.BaseObject : value) switch
    {
        BpfMap map => map,
        int id => session.GetMap(id),
        string { Length: > 0 } name => session.GetMap(name),
        var other => throw DiagnosticRules.WrongKind.Error($"'{other}' is not a map.", action: "Pass maps of the session: -Map @{ stats = Get-BpfMap stats }."),
    };
}

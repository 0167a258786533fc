using System.Globalization;
using PSBpf.Diagnostics;

namespace PSBpf.Hosting;

public sealed partial class BpfSession
{
    /// <summary>The program with a name, or with an id written in digits.</summary>
    /// <exception cref="BpfException">BPF4001 when there is none, BPF4002 when several have the name.</exception>
    public BpfProgram GetProgram(string nameOrId) => One(Programs, nameOrId, "program", "Get-BpfProgram", program => program.Id, program => program.Name);

    /// <summary>The map with a name, or with an id written in digits.</summary>
    /// <exception cref="BpfException">BPF4001 when there is none, BPF4002 when several have the name.</exception>
    public BpfMap GetMap(string nameOrId) => One(Maps, nameOrId, "map", "Get-BpfMap", map => map.Id, map => map.Name);

    /// <summary>The link with an id written in digits, or of the program or hook with a name.</summary>
    /// <exception cref="BpfException">BPF4001 when there is none, BPF4002 when several have the name.</exception>
    public BpfLink GetLink(string nameOrId) =>
        One(Links, nameOrId, "link", "Get-BpfLink", link => link.Id, link => link.Hook == nameOrId ? link.Hook : link.Program);

    /// <summary>The programs whose name matches a pattern with <c>*</c> and <c>?</c>, by id.</summary>
    public IReadOnlyList<BpfProgram> FindPrograms(string pattern) => [.. Programs.Where(program => NamePattern.Matches(pattern, program.Name))];

    /// <summary>The maps whose name matches a pattern with <c>*</c> and <c>?</c>, by id.</summary>
    public IReadOnlyList<BpfMap> FindMaps(string pattern) => [.. Maps.Where(map => NamePattern.Matches(pattern, map.Name))];

    /// <summary>The links whose program or hook has a name that matches a pattern with <c>*</c> and <c>?</c>, by id.</summary>
    public IReadOnlyList<BpfLink> FindLinks(string pattern) =>
        [.. Links.Where(link => NamePattern.Matches(pattern, link.Hook) || NamePattern.Matches(pattern, link.Program))];

    /// <summary>The program with an id.</summary>
    /// <exception cref="BpfException">BPF4001, when there is none.</exception>
    public BpfProgram GetProgram(int id) => ById(_programs, id, "program", "Get-BpfProgram");

    /// <summary>The map with an id.</summary>
    /// <exception cref="BpfException">BPF4001, when there is none.</exception>
    public BpfMap GetMap(int id) => ById(_maps, id, "map", "Get-BpfMap");

    /// <summary>The link with an id.</summary>
    /// <exception cref="BpfException">BPF4001, when there is none.</exception>
    public BpfLink GetLink(int id) => ById(_links, id, "link", "Get-BpfLink");

    private T ById<T>(SortedDictionary<int, T> items, int id, string noun, string cmdlet)
    {
        lock (_gate)
        {
            ThrowIfClosed();
            return items.TryGetValue(id, out var item)
                ? item
                : throw DiagnosticRules.NameNotFound.Error($"There is no {noun} with id {id}.", action: $"{cmdlet} lists what there is, with ids.");
        }
    }

    private T One<T>(IReadOnlyList<T> items, string text, string noun, string cmdlet, Func<T, int> id, Func<T, string> name)
    {
        ArgumentException.ThrowIfNullOrEmpty(text);
        lock (_gate) ThrowIfClosed();
        var named = items.Where(item => name(item) == text).ToArray();
        if (named.Length == 1) return named[0];
        if (named.Length > 1)
            throw DiagnosticRules.NameAmbiguous.Error(
                $"'{text}' is the name of {named.Length} {noun}s: ids {string.Join(", ", named.Select(id))}.");
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && items.FirstOrDefault(item => id(item) == number) is { } numbered)
            return numbered;
        var known = items.Select(name).Distinct().Take(8).ToArray();
        throw DiagnosticRules.NameNotFound.Error(
            $"There is no {noun} '{text}'.", action: known.Length == 0
                ? $"The session holds no {noun}s; {noun switch { "link" => "Add-BpfLink adds one", "source" => "Start-BpfSource starts one", _ => "Import-BpfProgram brings some" }}."
                : $"{cmdlet} lists what there is: {string.Join(", ", known)}{(known.Length == 8 ? " …" : "")}.");
    }
}

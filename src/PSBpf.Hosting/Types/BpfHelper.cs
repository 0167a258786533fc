using System.Globalization;
using PSBpf.Runtime;
using PSBpf.Uapi;

namespace PSBpf.Hosting;

/// <summary>A helper that programs can call.</summary>
public sealed class BpfHelper
{
    private const string Prefix = "bpf_";

    private readonly IReadOnlyList<HelperPrototype> _forms;

    private BpfHelper(IReadOnlyList<HelperPrototype> forms) => _forms = forms;

    /// <summary>All of the kernel's helpers that this version knows, by number.</summary>
    public static IReadOnlyList<BpfHelper> All { get; } = [.. HelperTable.Forms.GroupBy(form => form.Id).OrderBy(group => group.Key).Select(group => new BpfHelper([.. group]))];

    /// <summary>enum bpf_func_id.</summary>
    public int Id => _forms[0].Id;

    /// <summary>Its C name, e.g. <c>bpf_map_lookup_elem</c>.</summary>
    public string Name => _forms[0].Name;

    /// <summary>How C declares it.</summary>
    public string Prototype => _forms[0].Declaration;

    /// <summary>The version of Linux that brought it; some program types may call it only since a later one.</summary>
    public Version? Since => _forms[0].Since;

    /// <summary>Whether the managed engine has it; a program that calls one that it lacks is judged, and not run there.</summary>
    public bool Implemented => ManagedKernel.Implements(Id);

    /// <summary>Whether only programs with a GPL-compatible licence may call it.</summary>
    public bool GplOnly => _forms[0].GplOnly;

    /// <summary>Whether only sleepable programs may call it.</summary>
    public bool Sleeps => _forms[0].MaySleep;

    /// <summary>The program types that may call it.</summary>
    public IReadOnlyList<ProgramType> ProgramTypes =>
        [.. Enum.GetValues<ProgramType>().Where(type => type != ProgramType.Unspecified && IsAllowedIn(type))];

    /// <summary>The map types that it works on; empty when it takes no map.</summary>
    public IReadOnlyList<MapType> MapTypes => [.. _forms.SelectMany(form => form.MapTypes).Distinct()];

    /// <summary>The helpers with a name, with or without <c>bpf_</c>, that match a pattern with <c>*</c> and <c>?</c>, or the one with a number.</summary>
    public static IReadOnlyList<BpfHelper> Find(string nameOrId)
    {
        ArgumentNullException.ThrowIfNull(nameOrId);
        if (int.TryParse(nameOrId, NumberStyles.None, CultureInfo.InvariantCulture, out int id)) return [.. All.Where(helper => helper.Id == id)];
        return [.. All.Where(helper => NamePattern.Matches(nameOrId, helper.Name) || NamePattern.Matches(nameOrId, helper.Name[Prefix.Length..]))];
    }

    /// <summary>Whether programs of a type may call it, with one attach type at least.</summary>
    public bool IsAllowedIn(ProgramType type) => _forms.Any(form => form.ProgramTypes is null || form.ProgramTypes.Contains(type));

    /// <inheritdoc/>
    public override string ToString() => Name;
}

using PSBpf.Btf;
using PSBpf.Diagnostics;

namespace PSBpf.Objects;

public sealed partial record ObjectSpec
{
    /// <summary>LIBBPF_PIN_BY_NAME.</summary>
    private const uint PinByName = 1;

    /// <summary>The global variables that BTF describes, by map and offset.</summary>
    public IReadOnlyList<VariableSpec> Variables =>
        [.. Maps.Where(map => map.IsGlobalData && map.ValueType is BtfDataSection).SelectMany(VariablesOf)];

    /// <summary>The same object with other first values of global variables.</summary>
    /// <param name="values">Values by variable name; <see cref="BtfValue.Write"/> says what each type takes.</param>
    /// <exception cref="BpfException">BPF0307 when there is no such variable, BPF0202 when a value does not fit its type.</exception>
    public ObjectSpec WithVariables(IReadOnlyDictionary<string, object?> values)
    {
        if (values.Count == 0) return this;
        IReadOnlyList<VariableSpec> variables = Variables;
        Dictionary<MapSpec, byte[]> changed = new(ReferenceEqualityComparer.Instance);
        foreach ((string name, object? value) in values)
        {
            VariableSpec variable = Find(variables, name);
            if (!changed.TryGetValue(variable.Map, out byte[]? bytes))
            {
                bytes = (byte[]?)variable.Map.InitialValue?.Clone() ?? new byte[variable.Map.ValueSize];
                changed.Add(variable.Map, bytes);
            }

            BtfValue.Write(variable.Btf, variable.Declaration, value, bytes.AsSpan(variable.Offset, variable.Size));
        }

        Dictionary<MapSpec, MapSpec> replaced = new(ReferenceEqualityComparer.Instance);
        foreach ((MapSpec map, byte[] bytes) in changed) replaced.Add(map, map with { InitialValue = bytes });
        return Replace(replaced);
    }

    /// <summary>The same object with other maps.</summary>
    /// <param name="changes">What to change, by the map's name.</param>
    /// <exception cref="BpfException">BPF4001 when there is no such map; BPF0304 when the change makes no sense for it.</exception>
    public ObjectSpec WithMaps(IReadOnlyDictionary<string, MapChange> changes)
    {
        ArgumentNullException.ThrowIfNull(changes);
        if (changes.Count == 0) return this;
        Dictionary<MapSpec, MapSpec> replaced = new(ReferenceEqualityComparer.Instance);
        foreach ((string name, MapChange change) in changes)
        {
            MapSpec map = Maps.FirstOrDefault(map => map.Name == name)
                ?? throw DiagnosticRules.NameNotFound.Error(
                    $"The object has no map '{name}'; it has {string.Join(", ", Maps.Select(map => map.Name))}.", new DiagnosticLocation { File = Path }, "Name one of the object's maps.");
            if (map.IsGlobalData)
                throw DiagnosticRules.ObjectMapDefinition.Error(
                    $"Map '{name}' holds the object's global variables and stays as it is.", new DiagnosticLocation { File = Path }, "Change the variables instead, with -Variable.");
            replaced.Add(map, change.ApplyTo(map));
        }

        return Replace(replaced);
    }

    /// <summary>The same object with the paths of those maps that are pinned by name (LIBBPF_PIN_BY_NAME) and have none.</summary>
    /// <param name="folder">The folder, in a BPF file system.</param>
    public ObjectSpec WithPins(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        Dictionary<MapSpec, MapSpec> replaced = new(ReferenceEqualityComparer.Instance);
        // The file system takes no dots, so libbpf writes underscores.
        foreach (MapSpec map in Maps.Where(map => map.Pinning == PinByName && map.PinPath is null))
            replaced.Add(map, map with { PinPath = $"{folder.TrimEnd('/')}/{map.Name.Replace('.', '_')}" });
        return replaced.Count == 0 ? this : Replace(replaced);
    }

    // Programs name maps by reference, so each changed map is replaced by the same new one everywhere.
    private ObjectSpec Replace(Dictionary<MapSpec, MapSpec> replaced)
    {
        MapSpec[] Changed(IReadOnlyList<MapSpec> maps) => [.. maps.Select(map => replaced.GetValueOrDefault(map, map))];
        return this with
        {
            Maps = Changed(Maps),
            Programs = [.. Programs.Select(program => program with { Maps = Changed(program.Maps) })],
        };
    }

    private VariableSpec Find(IReadOnlyList<VariableSpec> variables, string name)
    {
        VariableSpec[] named = [.. variables.Where(variable => variable.Name == name)];
        if (named.Length == 1) return named[0];
        string message = named.Length > 1
            ? $"There are {named.Length} variables '{name}': {string.Join("; ", named.Select(variable => variable.ToString()))}."
            : variables.Count > 0
                ? $"The object has no variable '{name}'; it has {string.Join(", ", variables.Select(variable => variable.Name))}."
                : $"The object has no variable '{name}', and no other that BTF describes.";
        throw DiagnosticRules.ObjectVariable.Error(
            message, new DiagnosticLocation { File = Path }, named.Length > 1 ? "Rename one of them in the source." : null);
    }

    private static IEnumerable<VariableSpec> VariablesOf(MapSpec map)
    {
        foreach (BtfSectionVariable variable in ((BtfDataSection)map.ValueType!).Variables)
        {
            if (map.Btf![variable.TypeId] is BtfReference { ReferenceKind: BtfKind.Variable } declaration
                && map.Btf.HasSize(declaration) && variable.Offset + (long)map.Btf.SizeOf(declaration) <= map.ValueSize)
                yield return new VariableSpec(declaration.Name, map, variable.Offset, declaration);
        }
    }
}

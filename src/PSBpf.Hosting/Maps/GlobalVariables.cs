using System.Collections;
using System.Collections.Specialized;
using PSBpf.Btf;
using PSBpf.Diagnostics;
using PSBpf.Objects;

namespace PSBpf.Hosting;

/// <summary>An object's global variables, which live in the single value of the maps for its data sections.</summary>
internal static class GlobalVariables
{
    /// <summary>The variables of the given maps, by name.</summary>
    public static IDictionary Read(IEnumerable<BpfMap> maps)
    {
        var variables = new OrderedDictionary();
        foreach (var map in maps)
        {
            if (map.Spec is not { IsGlobalData: true, Btf: { } types, ValueType: BtfDataSection section } || map.IsRemoved) continue;
            var value = map.Get(0)?.ValueBytes;
            if (value is null) continue;
            foreach (var (name, type, variable) in Of(types, section))
            {
                if (variable.Offset + variable.Size > value.Length) continue;
                variables[name] = new ValueCodec(types, type, variable.Size).Read(value.AsSpan(variable.Offset, variable.Size));
            }
        }

        return variables;
    }

    /// <summary>The object with other first values of some variables.</summary>
    /// <exception cref="BpfException">BPF0307, when the object has no such variable.</exception>
    public static ObjectSpec Override(ObjectSpec spec, IReadOnlyDictionary<string, object?> overrides)
    {
        if (overrides.Count == 0) return spec;
        var maps = spec.Maps.ToArray();
        foreach (var (name, value) in overrides)
        {
            var found = false;
            for (var i = 0; i < maps.Length && !found; i++)
            {
                if (maps[i] is not { IsGlobalData: true, Btf: { } types, ValueType: BtfDataSection section } map) continue;
                foreach (var (variableName, type, variable) in Of(types, section))
                {
                    if (variableName != name) continue;
                    var data = new byte[Math.Max(map.ValueSize, (uint)(map.InitialValue?.Length ?? 0))];
                    map.InitialValue?.CopyTo(data, 0);
                    new ValueCodec(types, type, variable.Size).Write(value, data.AsSpan(variable.Offset, variable.Size), $"variable '{name}'");
                    maps[i] = map with { InitialValue = data };
                    found = true;
                    break;
                }
            }

            if (!found) throw Unknown(spec, name);
        }

        return spec with { Maps = maps };
    }

    private static BpfException Unknown(ObjectSpec spec, string name)
    {
        var names = spec.Maps.Where(map => map is { IsGlobalData: true, Btf: not null, ValueType: BtfDataSection })
            .SelectMany(map => Of(map.Btf!, (BtfDataSection)map.ValueType!)).Select(variable => variable.Name).ToArray();
        return DiagnosticRules.ObjectVariable.Error(
            $"the object has no global variable '{name}'; it has {(names.Length == 0 ? "none" : string.Join(", ", names))}",
            new DiagnosticLocation { File = spec.Path });
    }

    private static IEnumerable<(string Name, BtfType Type, BtfSectionVariable Variable)> Of(BtfTypeSet types, BtfDataSection section)
    {
        foreach (var variable in section.Variables)
            if (types[variable.TypeId] is BtfReference { Kind: BtfKind.Variable } reference)
                yield return (reference.Name, types[reference.TargetId], variable);
    }
}

using PSBpf.Diagnostics;

namespace PSBpf.Hosting;

/// <summary>One element of a map.</summary>
public sealed record BpfMapEntry
{
    private readonly BpfMap _map;

    internal BpfMapEntry(BpfMap map) => _map = map;

    /// <summary>The map's name; <see cref="GetMap"/> gives the map.</summary>
    public string Map => _map.Name;

    /// <summary>The key, typed by BTF; empty text for maps whose values have none.</summary>
    public required object Key { get; init; }

    /// <summary>The value, typed by BTF; for per-CPU maps an array with one value for each CPU.</summary>
    public required object Value { get; init; }

    /// <summary>The key's bytes.</summary>
    public required byte[] KeyBytes { get; init; }

    /// <summary>The value's bytes, those of all CPUs one after the other.</summary>
    public required byte[] ValueBytes { get; init; }

    /// <summary>The CPU whose value <see cref="Value"/> is; null for all of them, and for maps that are not per CPU.</summary>
    public int? Cpu { get; init; }

    /// <summary>The map it is an element of.</summary>
    public BpfMap GetMap() => _map;

    /// <summary>The same entry with the value of one CPU alone.</summary>
    /// <exception cref="BpfException">BPF4006, when the map is not per CPU or has no such CPU.</exception>
    public BpfMapEntry Of(int cpu)
    {
        if (Value is not object[] values || !_map.IsPerCpu)
            throw DiagnosticRules.WrongKind.Error($"Map '{Map}' is a {_map.Type}: its values are not per CPU.");
        if ((uint)cpu >= (uint)values.Length)
            throw DiagnosticRules.WrongKind.Error($"Map '{Map}' has values for CPUs 0 to {values.Length - 1}; {cpu} is none of them.");
        return this with { Value = values[cpu], Cpu = cpu };
    }
}

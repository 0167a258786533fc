using PSBpf.Objects;
using PSBpf.Uapi;

namespace PSBpf.Hosting;

/// <summary>How a map's keys and values are read and written.</summary>
internal sealed class MapCodec(MapSpec spec, int possibleCpus)
{
    public ValueCodec Key { get; } = new(spec.Btf, spec.KeyType, (int)spec.KeySize, $"A key of map '{spec.Name}'", spec.Type == MapType.LpmTrie);

    public ValueCodec Value { get; } = new(spec.Btf, spec.ValueType, (int)spec.ValueSize, $"A value of map '{spec.Name}'");

    /// <summary>How many values an element has.</summary>
    public int Cpus { get; } = spec.Type is MapType.PerCpuArray or MapType.PerCpuHash or MapType.LruPerCpuHash or MapType.PerCpuCgroupStorage
        ? possibleCpus : 1;

    public bool IsPerCpu { get; } = spec.Type is MapType.PerCpuArray or MapType.PerCpuHash or MapType.LruPerCpuHash or MapType.PerCpuCgroupStorage;

    /// <summary>Bytes from one CPU's value to the next: bpf(2) rounds up to 8.</summary>
    public int Stride { get; } = ((int)spec.ValueSize + 7) / 8 * 8;
}

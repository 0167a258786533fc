using PSBpf.Objects;

namespace PSBpf.Runtime.Maps;

/// <summary>BPF_MAP_TYPE_PERCPU_HASH: every element has a value for each virtual CPU; updates write in place.</summary>
internal sealed class PerCpuHashMap(Engine engine, MapSpec spec) : HashMap(engine, spec, engine.Cpus.Count, locks: 64)
{
    /// <inheritdoc/>
    public override int UserValueSize => (int)Round8(Spec.ValueSize) * Engine.Cpus.Count;

    /// <inheritdoc/>
    protected override bool UpdatesInPlace => true;
}

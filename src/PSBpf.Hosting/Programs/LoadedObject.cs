using PSBpf.Objects;

namespace PSBpf.Hosting;

/// <summary>What one import brought: its programs keep its maps alive. Guarded by the session's lock.</summary>
internal sealed class LoadedObject(ObjectSpec spec)
{
    public ObjectSpec Spec { get; } = spec;

    public List<BpfProgram> Programs { get; } = [];

    public List<BpfMap> Maps { get; } = [];
}

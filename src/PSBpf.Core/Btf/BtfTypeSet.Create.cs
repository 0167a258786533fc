using PSBpf.Diagnostics;

namespace PSBpf.Btf;

public sealed partial class BtfTypeSet
{
    /// <summary>Makes a set of types, with the bytes that bpf(2) takes for it.</summary>
    /// <param name="types">Types without void; the first has id 1, each further one the next id.</param>
    /// <exception cref="ArgumentException">The ids do not count up from 1, or a struct has more parts than BTF counts.</exception>
    /// <exception cref="BpfException">BPF0201: the types contradict each other.</exception>
    public static BtfTypeSet Create(IReadOnlyList<BtfType> types)
    {
        ArgumentNullException.ThrowIfNull(types);
        for (int index = 0; index < types.Count; index++)
            if (types[index].Id != index + 1) throw new ArgumentException($"The type at {index} has id {types[index].Id}, not {index + 1}.", nameof(types));
        return Read(BtfWriter.Write(types));
    }
}

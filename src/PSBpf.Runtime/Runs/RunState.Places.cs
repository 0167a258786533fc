using PSBpf.Runtime.Maps;

namespace PSBpf.Runtime.Runs;

/// <summary>What observers ask about addresses.</summary>
internal sealed unsafe partial class RunState
{
    /// <summary>The reserved sample that holds an address; without a ring when none does.</summary>
    public (ulong Address, RingBufferMap? Ring) SampleAround(ulong address)
    {
        for (int index = 0; index < _reservations; index++)
            if (address - _reserved[index].Address < _reserved[index].Length) return (_reserved[index].Address, _reserved[index].Ring);
        return default;
    }
}

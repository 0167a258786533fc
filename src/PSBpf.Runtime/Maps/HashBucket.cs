using System.Runtime.InteropServices;

namespace PSBpf.Runtime.Maps;

/// <summary>The beginning of a chain, and the gate for those who change the chain, on one cache line.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct HashBucket
{
    /// <summary>The first element, or <see cref="ElementPool.None"/>.</summary>
    public uint Head;

    /// <summary>For <see cref="Memory.SpinGate"/>.</summary>
    public int Gate;
}

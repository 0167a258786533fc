using System.Runtime.InteropServices;

namespace PSBpf.Runtime.Maps;

/// <summary>Where a walk through a map's elements is; all zero at its start. Compiled code keeps it in words above its frame.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct MapCursor
{
    /// <summary>A hash map's bucket.</summary>
    public ulong Bucket;

    /// <summary>The next element of its chain plus one; 0 for the chain's beginning.</summary>
    public ulong Node;

    /// <summary>Elements given so far.</summary>
    public ulong Rounds;

    /// <summary>An array's index: its elements' keys lie here.</summary>
    public ulong Index;
}

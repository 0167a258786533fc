namespace PSBpf.Runtime.Maps;

/// <summary>struct bpf_devmap_val: an interface, and the program that its packets go through.</summary>
/// <param name="Device">ifindex.</param>
/// <param name="Program">The program's id; 0 for none.</param>
internal readonly record struct DevmapValue(uint Device, int Program)
{
    /// <summary>Both in one word, as they lie in memory.</summary>
    public ulong Packed => Device | (ulong)(uint)Program << 32;

    /// <summary>Reads one of 4 or 8 bytes.</summary>
    public static unsafe DevmapValue Read(byte* value, int size) => new(*(uint*)value, size >= 8 ? *(int*)(value + 4) : 0);
}

namespace PSBpf.Runtime.Environment;

/// <summary>
/// Addresses that stand for objects of the kernel which programs hold pointers to and cannot read: an address tells the object's kind and id, and nothing
/// lies there. Tasks have theirs in <see cref="TaskIdentity.Address"/>.
/// </summary>
internal static class KernelObjects
{
    // Far apart, in the half of addresses that is the kernel's, and aligned as structures are.
    private const ulong Cgroups = 0xffff_8881_0000_0000, Inodes = 0xffff_8891_0000_0000;
    private const int Shift = 4;

    /// <summary>The address of the cgroup with an id.</summary>
    public static ulong AddressOfCgroup(int id) => Cgroups + ((ulong)(uint)id << Shift);

    /// <summary>The address of the inode with a number.</summary>
    public static ulong AddressOfInode(int number) => Inodes + ((ulong)(uint)number << Shift);

    /// <summary>The id of the cgroup at an address; null for none.</summary>
    public static int? CgroupAt(ulong address) => IdAt(address, Cgroups);

    /// <summary>The number of the inode at an address; null for none.</summary>
    public static int? InodeAt(ulong address) => IdAt(address, Inodes);

    private static int? IdAt(ulong address, ulong first)
    {
        ulong offset = address - first, id = offset >> Shift;
        return id is > 0 and <= int.MaxValue && (offset & ((1u << Shift) - 1)) == 0 ? (int)id : null;
    }
}

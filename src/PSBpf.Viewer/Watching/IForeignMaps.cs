using PSBpf.Hosting;

namespace PSBpf.Viewer;

/// <summary>The maps of the kernel that is looked at that are not the session's: listed by id, and read one at a time.</summary>
internal interface IForeignMaps
{
    /// <summary>What there is, by id; none of them is opened, since that would keep it alive.</summary>
    IReadOnlyList<BpfKernelMap> List();

    /// <summary>Opens one to read its entries; null when it is gone.</summary>
    BpfMap? Open(int id);
}

using PSBpf.Hosting;

namespace PSBpf.Viewer;

/// <summary>The maps of others as the top's kernel tells of them.</summary>
internal sealed class KernelMaps(TopOptions options) : IForeignMaps
{
    public IReadOnlyList<BpfKernelMap> List() => options.Session.ListForeignMaps(options.Kernel);

    public BpfMap? Open(int id) => options.Session.FindForeignMaps(options.Kernel, status => status.Id == id) is [var map, ..] ? map : null;
}

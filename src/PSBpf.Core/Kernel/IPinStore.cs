using PSBpf.Objects;

namespace PSBpf.Kernel;

/// <summary>
/// The BPF file system: names that keep maps alive when nobody has them open (BPF_OBJ_PIN, BPF_OBJ_GET). The managed kernel has one of its own
/// at <see cref="Root"/>; in the Linux kernel it is wherever a bpffs is mounted. Thread-safe.
/// </summary>
public interface IPinStore
{
    /// <summary>Where libbpf looks for it.</summary>
    const string Root = "/sys/fs/bpf";

    /// <summary>Gives a map a name, and makes the folders on the way.</summary>
    /// <param name="map">A map of this kernel.</param>
    /// <param name="path">An absolute path inside of a BPF file system.</param>
    /// <exception cref="Diagnostics.BpfException">BPF2010 when nothing can be pinned there, BPF2011 when something is.</exception>
    void Pin(IKernelMap map, string path);

    /// <summary>Opens the map that has a name; null when nothing has it.</summary>
    /// <param name="path">The name.</param>
    /// <param name="adopt">Gets what the kernel knows of the map, and gives what whoever opens it knows better, such as its types; what it throws leaves the map closed.</param>
    /// <exception cref="Diagnostics.BpfException">BPF2010 when no map is pinned there but something else.</exception>
    IKernelMap? OpenMap(string path, Func<MapSpec, MapSpec>? adopt = null);

    /// <summary>Takes a name away; the map ends when nobody else has it.</summary>
    /// <returns>Whether there was one.</returns>
    /// <exception cref="Diagnostics.BpfException">BPF2010 when it is no path in a BPF file system.</exception>
    bool Unpin(string path);

    /// <summary>What is pinned in a folder and those below it, by path.</summary>
    /// <exception cref="Diagnostics.BpfException">BPF2010 when it is no folder in a BPF file system.</exception>
    IReadOnlyList<PinStatus> List(string folder);
}

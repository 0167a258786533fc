using PSBpf.Kernel;
using PSBpf.Uapi;

namespace PSBpf.Hosting;

/// <summary>Copies what is in a map into its copy in another kernel.</summary>
internal static class MapCopy
{
    /// <summary>Copies every entry whose value both kernels lay out alike: per-CPU values of machines with other numbers of CPUs stay behind.</summary>
    public static void Entries(IKernelMap from, IKernelMap to, CancellationToken cancellation)
    {
        int keySize = (int)from.Spec.KeySize;
        if (keySize == 0 || from.UserValueSize != to.UserValueSize || to.Spec.IsFrozen) return;
        var value = new byte[from.UserValueSize];
        var key = new byte[keySize];
        var next = new byte[keySize];
        var error = from.NextKey([], next);
        while (error == Errno.None)
        {
            cancellation.ThrowIfCancellationRequested();
            (key, next) = (next, key);
            if (from.Lookup(key, value) == Errno.None) to.Update(key, value, MapUpdateFlags.Any);
            error = from.NextKey(key, next);
        }
    }
}

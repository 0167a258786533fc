using System.Runtime.Versioning;
using PSBpf.Btf;
using PSBpf.Diagnostics;
using PSBpf.Linux.SystemCalls;
using PSBpf.Uapi;

namespace PSBpf.Linux.Listing;

/// <summary>Type information that others gave the kernel.</summary>
[SupportedOSPlatform("linux")]
internal static unsafe class ForeignTypes
{
    private const uint Largest = 16 << 20;

    /// <summary>Reads it; null when there is none, it may not be seen, or it builds on the kernel's own.</summary>
    /// <param name="id">Its id in the kernel; 0 for none.</param>
    public static BtfTypeSet? TryRead(int id)
    {
        if (id == 0) return null;
        var attributes = new ObjectIdAttributes { Id = id };
        if (Bpf.Open(BpfCommand.BtfGetDescriptorById, ref attributes, out var handle) != Errno.None) return null;
        using (handle)
        {
            if (ObjectInfo.Get<BtfInfo>(handle!, out var info) != Errno.None || info.IsKernel != 0 || info.Size is 0 or > Largest) return null;
            var data = new byte[info.Size];
            fixed (byte* bytes = data)
            {
                var request = new BtfInfo { Data = (ulong)bytes, Size = info.Size };
                if (ObjectInfo.Fill(handle!, ref request) != Errno.None) return null;
            }

            try
            {
                return BtfTypeSet.Read(data);
            }
            catch (BpfException)
            {
                // The kernel may know kinds that this version does not: then values are bytes.
                return null;
            }
        }
    }
}

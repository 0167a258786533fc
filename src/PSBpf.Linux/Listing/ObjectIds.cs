using System.Runtime.Versioning;
using PSBpf.Linux.Access;
using PSBpf.Linux.SystemCalls;
using PSBpf.Uapi;

namespace PSBpf.Linux.Listing;

/// <summary>Walks the kernel's objects of a kind by id.</summary>
[SupportedOSPlatform("linux")]
internal static class ObjectIds
{
    /// <summary>Opens every object, one after the other; one that goes away meanwhile is passed over.</summary>
    /// <param name="next">BPF_*_GET_NEXT_ID.</param>
    /// <param name="open">BPF_*_GET_FD_BY_ID.</param>
    /// <param name="subject">What they are, for messages, e.g. <c>the machine's programs</c>.</param>
    /// <param name="read">Makes something of one; null to pass over it. The descriptor is closed afterwards.</param>
    /// <exception cref="Diagnostics.BpfException">BPF3002 when a privilege is missing.</exception>
    public static List<T> Read<T>(BpfCommand next, BpfCommand open, string subject, Func<int, BpfHandle, T?> read)
        where T : class
    {
        var found = new List<T>();
        for (int id = 0; ;)
        {
            var step = new ObjectIdAttributes { Id = id };
            var error = Bpf.Call(next, ref step, out _);
            if (error == Errno.ENOENT) return found;
            if (error != Errno.None) throw Failure.OfListing(next, error, subject);
            id = step.NextId;
            if (TryOpen(open, id, 0, subject) is not { } handle) continue;
            using (handle)
            {
                if (read(id, handle) is { } item) found.Add(item);
            }
        }
    }

    /// <summary>Opens an object; null when there is none with the id.</summary>
    /// <exception cref="Diagnostics.BpfException">BPF3002 when a privilege is missing.</exception>
    public static BpfHandle? TryOpen(BpfCommand command, int id, uint flags, string subject)
    {
        var attributes = new ObjectIdAttributes { Id = id, OpenFlags = flags };
        var error = Bpf.Open(command, ref attributes, out var handle);
        return error is Errno.None or Errno.ENOENT ? handle : throw Failure.OfListing(command, error, subject);
    }
}

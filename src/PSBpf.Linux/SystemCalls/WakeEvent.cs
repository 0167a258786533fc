using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using PSBpf.Uapi;

namespace PSBpf.Linux.SystemCalls;

/// <summary>An eventfd(2) that ends a poll(2) from another thread. Once set it stays set.</summary>
[SupportedOSPlatform("linux")]
internal sealed unsafe class WakeEvent : IDisposable
{
    private WakeEvent(BpfHandle handle) => Handle = handle;

    public BpfHandle Handle { get; }

    public static Errno TryCreate(out WakeEvent? wake)
    {
        var descriptor = Libc.CreateEvent(0, Libc.EventNonBlocking | Libc.EventCloseOnExec);
        wake = descriptor < 0 ? null : new WakeEvent(new BpfHandle(descriptor));
        return wake is null ? (Errno)Marshal.GetLastPInvokeError() : Errno.None;
    }

    public void Set()
    {
        if (!Handle.TryUse(out var lease)) return;
        using (lease)
        {
            ulong one = 1;
            _ = Libc.Write(lease.Descriptor, &one, sizeof(ulong));
        }
    }

    public void Dispose() => Handle.Dispose();
}

using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;
using PSBpf.Uapi;

namespace PSBpf.Linux.SystemCalls;

/// <summary>A file descriptor that is closed once nobody uses it. The kernel opens BPF descriptors with O_CLOEXEC.</summary>
[SupportedOSPlatform("linux")]
internal sealed class BpfHandle : SafeHandleMinusOneIsInvalid
{
    public BpfHandle(int descriptor)
        : base(ownsHandle: true) => SetHandle(descriptor);

    /// <summary>Keeps the descriptor open for the duration of a call, even when another thread disposes the handle meanwhile.</summary>
    /// <exception cref="ObjectDisposedException">It has been closed.</exception>
    public Lease Use() => new(this);

    /// <summary>As <see cref="Use"/>, but answers instead of throwing when it has been closed.</summary>
    public bool TryUse(out Lease lease)
    {
        try
        {
            lease = new Lease(this);
            return true;
        }
        catch (ObjectDisposedException)
        {
            lease = default;
            return false;
        }
    }

    /// <summary>Another descriptor of the same object, with a life of its own.</summary>
    public Errno TryDuplicate(out BpfHandle? copy)
    {
        copy = null;
        if (!TryUse(out var lease)) return Errno.EBADF;
        using (lease)
        {
            var descriptor = Libc.Control(lease.Descriptor, Libc.DuplicateCloseOnExec, 0);
            if (descriptor < 0) return (Errno)Marshal.GetLastPInvokeError();
            copy = new BpfHandle(descriptor);
            return Errno.None;
        }
    }

    protected override bool ReleaseHandle() => Libc.Close((int)handle) == 0;

    /// <summary>The right to use the descriptor until disposed.</summary>
    public readonly ref struct Lease
    {
        private readonly BpfHandle? _owner;

        internal Lease(BpfHandle owner)
        {
            var taken = false;
            owner.DangerousAddRef(ref taken);
            _owner = owner;
            Descriptor = (int)owner.handle;
        }

        public int Descriptor { get; }

        public void Dispose() => _owner?.DangerousRelease();
    }
}

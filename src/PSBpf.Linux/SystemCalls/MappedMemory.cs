using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;
using PSBpf.Uapi;

namespace PSBpf.Linux.SystemCalls;

/// <summary>A range of a map mapped into this process, unmapped once nobody uses it.</summary>
[SupportedOSPlatform("linux")]
internal sealed class MappedMemory : SafeHandleMinusOneIsInvalid
{
    private readonly nuint _length;

    private MappedMemory(nint address, nuint length)
        : base(ownsHandle: true)
    {
        _length = length;
        SetHandle(address);
    }

    /// <summary>mmap(2), shared.</summary>
    public static Errno TryMap(int descriptor, nint offset, nuint length, bool writable, out MappedMemory? memory)
    {
        var protection = writable ? Libc.ProtectionRead | Libc.ProtectionWrite : Libc.ProtectionRead;
        var address = Libc.MapMemory(0, length, protection, Libc.MapShared, descriptor, offset);
        memory = address == -1 ? null : new MappedMemory(address, length);
        return memory is null ? (Errno)Marshal.GetLastPInvokeError() : Errno.None;
    }

    /// <summary>Where it lies; valid while a reference is held.</summary>
    public unsafe byte* Address => (byte*)handle;

    protected override bool ReleaseHandle() => Libc.UnmapMemory(handle, _length) == 0;
}

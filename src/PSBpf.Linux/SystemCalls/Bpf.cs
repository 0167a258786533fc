using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using PSBpf.Uapi;

namespace PSBpf.Linux.SystemCalls;

/// <summary>bpf(2) itself.</summary>
[SupportedOSPlatform("linux")]
internal static unsafe class Bpf
{
    /// <summary>Number of bpf(2) in this machine's system call table; null where this project does not know it.</summary>
    public static int? CallNumber => RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => 321,
        // The generic table of asm-generic/unistd.h.
        Architecture.Arm64 => 280,
        _ => null,
    };

    /// <summary>Issues one command.</summary>
    /// <param name="command">Which one.</param>
    /// <param name="attributes">
    /// Its part of union bpf_attr. Kernels take a longer union than they know, provided that what they do not know is zero.
    /// </param>
    /// <param name="result">The call's result: a file descriptor for commands that make one.</param>
    /// <returns>The error, <see cref="Errno.None"/> on success.</returns>
    public static Errno Call<T>(BpfCommand command, ref T attributes, out int result)
        where T : unmanaged
    {
        fixed (T* pointer = &attributes)
        {
            result = (int)Libc.SystemCall(CallNumber ?? -1, (nint)command, pointer, sizeof(T));
            return result < 0 ? (Errno)Marshal.GetLastPInvokeError() : Errno.None;
        }
    }

    /// <summary>Issues a command that makes a file descriptor.</summary>
    public static Errno Open<T>(BpfCommand command, ref T attributes, out BpfHandle? handle)
        where T : unmanaged
    {
        var error = Call(command, ref attributes, out var descriptor);
        handle = error == Errno.None ? new BpfHandle(descriptor) : null;
        return error;
    }
}

using System.Runtime.InteropServices;

namespace PSBpf.Linux.Tests;

/// <summary>Sends a signal to one thread of this process: gettid(2) and tgkill(2), which the C library may not wrap.</summary>
internal static partial class SignalSender
{
    public const int WindowChanged = 28;

    private static bool IsArm => RuntimeInformation.ProcessArchitecture == Architecture.Arm64;

    public static nint CurrentThread() => SystemCall(IsArm ? 178 : 186, 0, 0, 0);

    public static bool Send(int thread, int signal) => SystemCall(IsArm ? 131 : 234, Environment.ProcessId, thread, signal) == 0;

    [LibraryImport("libc", EntryPoint = "syscall")]
    private static partial nint SystemCall(nint number, nint first, nint second, nint third);
}

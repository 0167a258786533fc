using System.Runtime.Versioning;

namespace PSBpf.Linux.SystemCalls;

/// <summary>
/// RLIMIT_MEMLOCK. Kernels before 5.11 charge maps and programs to it and answer EPERM when it is used up;
/// later ones charge the memory cgroup instead.
/// </summary>
[SupportedOSPlatform("linux")]
internal static unsafe class MemoryLockLimit
{
    private static readonly Version FirstWithoutIt = new(5, 11);

    /// <summary>Raises the limit as far as this process may, where the kernel still looks at it.</summary>
    /// <returns>Whether it grew, so that trying again makes sense.</returns>
    public static bool TryRaise()
    {
        if (Environment.OSVersion.Version >= FirstWithoutIt) return false;

        Libc.ResourceLimit current;
        if (Libc.GetLimit(Libc.LimitMemoryLock, &current) != 0 || current.Soft == ulong.MaxValue) return false;

        var unlimited = new Libc.ResourceLimit { Soft = ulong.MaxValue, Hard = ulong.MaxValue };
        if (Libc.SetLimit(Libc.LimitMemoryLock, &unlimited) == 0) return true;
        if (current.Soft == current.Hard) return false;

        current.Soft = current.Hard;
        return Libc.SetLimit(Libc.LimitMemoryLock, &current) == 0;
    }
}

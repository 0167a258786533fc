using System.Runtime.InteropServices;

namespace PSBpf.Differential.Tests;

/// <summary>Keeps this thread on one CPU, where the kernel runs its programs.</summary>
internal sealed unsafe partial class PinnedThread : IDisposable
{
    private readonly ulong[] _before = new ulong[16];

    private PinnedThread()
    {
        Thread.BeginThreadAffinity();
        fixed (ulong* mask = _before)
            if (GetAffinity(0, _before.Length * sizeof(ulong), mask) < 0) Assert.Skip("sched_getaffinity(2) does not work here.");
    }

    public static PinnedThread ToCpu(int cpu)
    {
        var pinned = new PinnedThread();
        var wanted = new ulong[16];
        wanted[cpu / 64] = 1ul << cpu;
        pinned.Set(wanted);
        return pinned;
    }

    public void Dispose()
    {
        Set(_before);
        Thread.EndThreadAffinity();
    }

    private void Set(ulong[] cpus)
    {
        fixed (ulong* mask = cpus) Assert.Equal(0, SetAffinity(0, cpus.Length * sizeof(ulong), mask));
    }

    [LibraryImport("libc", EntryPoint = "sched_getaffinity")]
    private static partial int GetAffinity(int thread, nint size, ulong* mask);

    [LibraryImport("libc", EntryPoint = "sched_setaffinity")]
    private static partial int SetAffinity(int thread, nint size, ulong* mask);
}

using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace PSBpf.Hosting.Tests.Pins;

/// <summary>A bpffs that nobody else sees: mounted in a mount namespace of one thread, which goes away with it.</summary>
internal static partial class MountNamespace
{
    private const int NewNamespace = 0x20000;
    private const nuint Private = 1 << 18, Recursive = 16384;

    /// <summary>Does something with a folder where a bpffs is mounted; the test is skipped where none can be.</summary>
    public static void Run(Action<string> work)
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess) Assert.Skip("mounting needs Linux and root");
        string folder = Directory.CreateTempSubdirectory("psbpf-bpffs").FullName;
        ExceptionDispatchInfo? failure = null;
        string? reason = null;
        var thread = new Thread(() =>
        {
            if (Unshare(NewNamespace) != 0 || Mount("none", "/", null, Private | Recursive, null) != 0 || Mount("bpf", folder, "bpf", 0, null) != 0)
            {
                reason = $"a bpffs cannot be mounted: errno {Marshal.GetLastPInvokeError()}";
                return;
            }

            try
            {
                work(folder);
            }
            catch (Exception exception)
            {
                failure = ExceptionDispatchInfo.Capture(exception);
            }
        });
        thread.Start();
        thread.Join();
        Directory.Delete(folder);
        failure?.Throw();
        Assert.SkipWhen(reason is not null, reason ?? "");
    }

    [LibraryImport("libc", EntryPoint = "unshare", SetLastError = true)]
    private static partial int Unshare(int flags);

    [LibraryImport("libc", EntryPoint = "mount", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Mount(string source, string target, string? type, nuint flags, string? data);
}

using System.Diagnostics;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace PSBpf.Differential.Tests;

/// <summary>Runs on a thread that has a network namespace of its own, which ends with the thread: nothing of the machine's network is touched.</summary>
internal static partial class NetworkNamespace
{
    private const int NewNetwork = 0x40000000;

    /// <summary>Sets a namespace up with shell commands and runs an action in it; the test is skipped where that is not possible.</summary>
    public static void Run(string commands, Action action)
    {
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                if (Unshare(NewNetwork) != 0) Assert.Skip($"unshare(2) gives no network namespace: error {Marshal.GetLastPInvokeError()}.");
                using var shell = Process.Start(new ProcessStartInfo("sh", ["-ec", commands]) { RedirectStandardError = true }) ?? throw new InvalidOperationException("no shell");
                string errors = shell.StandardError.ReadToEnd();
                shell.WaitForExit();
                if (shell.ExitCode != 0) Assert.Skip($"The network cannot be set up here: {errors}");
                action();
            }
            catch (Exception exception)
            {
                failure = ExceptionDispatchInfo.Capture(exception);
            }
        });
        thread.Start();
        thread.Join();
        failure?.Throw();
    }

    [LibraryImport("libc", EntryPoint = "unshare", SetLastError = true)]
    private static partial int Unshare(int flags);
}

using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text;

namespace PSBpf.Host.Terminal;

/// <summary>Brings the console into the state that the host writes for: UTF-8, and on Windows escape sequences.</summary>
internal static partial class TerminalSetup
{
    private const int StandardOutputHandle = -11;
    private const int StandardErrorHandle = -12;
    private const uint EnableVirtualTerminalProcessing = 0x0004;

    /// <summary>Prepares the console of this process.</summary>
    public static void Prepare()
    {
        if (!OperatingSystem.IsWindows())
            return;

        Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        EnableSequences(StandardOutputHandle);
        EnableSequences(StandardErrorHandle);
    }

    // Windows' console passes escape sequences to the terminal only when asked (SetConsoleMode).
    [SupportedOSPlatform("windows")]
    private static void EnableSequences(int standardHandle)
    {
        nint handle = GetStdHandle(standardHandle);
        if (GetConsoleMode(handle, out uint mode))
            _ = SetConsoleMode(handle, mode | EnableVirtualTerminalProcessing);
    }

    [LibraryImport("kernel32.dll")]
    [SupportedOSPlatform("windows")]
    private static partial nint GetStdHandle(int standardHandle);

    [LibraryImport("kernel32.dll")]
    [SupportedOSPlatform("windows")]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool GetConsoleMode(nint handle, out uint mode);

    [LibraryImport("kernel32.dll")]
    [SupportedOSPlatform("windows")]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool SetConsoleMode(nint handle, uint mode);
}

using PSBpf.Host.CommandLine;
using PSBpf.Host.Execution;
using PSBpf.Host.Terminal;

namespace PSBpf.Host;

/// <summary>The entry point of <c>psbpf</c>.</summary>
internal static class Program
{
    /// <summary>Runs what the command line asks for.</summary>
    /// <param name="arguments">The arguments after the program's name.</param>
    /// <returns>The exit code of the process.</returns>
    private static int Main(string[] arguments)
    {
        // PowerShell's engine initialises telemetry in static constructors: this must stand before anything of it is touched.
        Environment.SetEnvironmentVariable("POWERSHELL_TELEMETRY_OPTOUT", "1");

        HostOptions options = CommandLineParser.Parse(arguments, Console.IsInputRedirected);
        switch (options.Mode)
        {
            case HostMode.Help:
                Console.Out.WriteLine(CommandLineHelp.Text);
                return ExitCode.Success;
            case HostMode.Version:
                Console.Out.WriteLine($"psbpf {HostVersion.Text}");
                return ExitCode.Success;
            case HostMode.Conformance:
                return ConformanceRun.Execute([.. options.Arguments]);
            case HostMode.Invalid:
                Console.Error.WriteLine($"psbpf: {options.Text}");
                Console.Error.WriteLine("  do  psbpf -Help shows what can be given");
                return ExitCode.BadCommandLine;
            default:
                return Run(options);
        }
    }

    // Apart from Main, so that -Help and -Version load neither the engine nor the line editor.
    private static int Run(HostOptions options)
    {
        TerminalSetup.Prepare();
        return HostRun.Execute(options);
    }
}

using PSBpf.Host.CommandLine;
using PSBpf.Host.Prompt;
using PSBpf.Host.Terminal;

namespace PSBpf.Host.Execution;

/// <summary>One run of the program, from the opened session to the exit code.</summary>
internal static class HostRun
{
    /// <summary>Does what the options ask for.</summary>
    /// <param name="options">The command line.</param>
    /// <returns>The exit code.</returns>
    public static int Execute(HostOptions options)
    {
        bool prompt = options.Mode == HostMode.Prompt;
        var host = new ConsoleHost(Console.Out, Console.Error, TerminalProfile.Detect(options.NonInteractive));
        using HostSession session = HostSession.Open(host);
        using var interrupt = new InterruptKey(session, prompt);

        // A script that needs the module cannot run without it; a person at the prompt can still look around.
        if (!options.NoModule && !ModuleLoader.Load(session) && !prompt)
            return ExitCode.Failure;

        return options.Mode switch
        {
            HostMode.File => session.RunFile(options.Text, options.Arguments),
            HostMode.Command => session.RunCommand(options.Text),
            HostMode.StandardInput => session.RunCommand(Console.In.ReadToEnd()),
            _ => InteractivePrompt.Run(session, options),
        };
    }
}

using System.Management.Automation;
using System.Management.Automation.Language;
using PSBpf.Host.CommandLine;
using PSBpf.Host.Execution;

namespace PSBpf.Host.Prompt;

/// <summary>Reads commands and runs them until <c>exit</c>.</summary>
/// <param name="session">Where they run.</param>
/// <param name="reader">Where they come from.</param>
internal sealed class InteractivePrompt(HostSession session, ILineReader reader)
{
    private const string Continuation = ">> ";

    /// <summary>Gets the one line that a person is greeted with.</summary>
    public static string Greeting { get; } = $"psbpf {HostVersion.Text}. Get-Help about_PSBpf tells what can be done here; exit leaves.";

    /// <summary>Runs the prompt of this process's console.</summary>
    /// <param name="session">Where commands run.</param>
    /// <param name="options">The command line.</param>
    /// <returns>The exit code.</returns>
    public static int Run(HostSession session, HostOptions options)
    {
        if (!options.NoLogo)
            session.Host.UI.WriteLine(Greeting);
        ILineReader reader = EditingLineReader.IsSupported()
            ? new EditingLineReader(session.Host.Terminal.Profile, new Completer(session), new CommandHistory(CommandHistory.DefaultPath()))
            : new PlainLineReader(Console.Out, Console.In);
        var prompt = new InteractivePrompt(session, reader);
        session.Host.NestedPrompt = prompt.RunNested;
        return prompt.Loop();
    }

    /// <summary>Reads and runs commands until <c>exit</c> or the end of the input.</summary>
    /// <returns>The code that was given to <c>exit</c>.</returns>
    public int Loop()
    {
        while (session.Host.RequestedExitCode is null)
        {
            LineRead commands = ReadCommands();
            if (commands.Ended)
                break;
            if (string.IsNullOrWhiteSpace(commands.Text))
                continue;
            reader.Remember(commands.Text);
            session.RunLine(commands.Text);
        }

        return session.Host.RequestedExitCode ?? ExitCode.Success;
    }

    private void RunNested()
    {
        session.Nest(() => Loop());
        session.Host.ForgetExit();
    }

    // Reads on while what was typed cannot be complete: an open brace, a string, a pipe at the end.
    private LineRead ReadCommands()
    {
        LineRead line = reader.Read(PromptText());
        if (line.Text is not { } text)
            return line;
        while (IsIncomplete(text))
        {
            LineRead more = reader.Read(Continuation);
            if (more.Text is null)
                return more;
            text += Environment.NewLine + more.Text;
        }

        return new LineRead(text, Ended: false);
    }

    private static bool IsIncomplete(string text)
    {
        Parser.ParseInput(text, out _, out ParseError[] errors);
        return Array.Exists(errors, static error => error.IncompleteInput);
    }

    // The session's own prompt function decides, so that a user can replace it.
    private string PromptText()
    {
        (IReadOnlyList<PSObject> output, _) = session.Evaluate(static shell => shell.AddCommand("prompt"));
        return output is [{ } text, ..] && text.ToString() is { Length: > 0 } prompt ? prompt : "PS> ";
    }
}

using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Security;

namespace PSBpf.Host.Terminal;

/// <summary>Writes for the engine and asks for it.</summary>
internal sealed class ConsoleUserInterface : PSHostUserInterface
{
    private readonly TextWriter _output;
    private readonly TextWriter _error;
    private readonly TerminalProfile _profile;
    private readonly Questions _questions;
    private readonly Lock _lock = new();

    /// <summary>Initializes a new instance of the <see cref="ConsoleUserInterface"/> class.</summary>
    /// <param name="output">What receives output.</param>
    /// <param name="error">What receives errors.</param>
    /// <param name="profile">What those can do.</param>
    /// <param name="input">Where answers come from; the console when null.</param>
    public ConsoleUserInterface(TextWriter output, TextWriter error, TerminalProfile profile, TextReader? input)
    {
        _output = output;
        _error = error;
        _profile = profile;
        Progress = new ProgressLine(output, profile);
        RawUI = new ConsoleRawUserInterface(profile);
        _questions = new Questions(this, profile, input);
    }

    /// <inheritdoc/>
    public override PSHostRawUserInterface RawUI { get; }

    /// <inheritdoc/>
    public override bool SupportsVirtualTerminal => _profile.OutputSequences;

    /// <summary>Gets the line that shows progress.</summary>
    public ProgressLine Progress { get; }

    /// <summary>Gets what the output can do.</summary>
    public TerminalProfile Profile => _profile;

    /// <inheritdoc/>
    public override void Write(string value)
    {
        if (OutputCapture.Current is { } capture)
            capture.Writer.Write(value);
        else
            WriteOutput(writer => writer.Write(GetOutputString(value, SupportsVirtualTerminal)));
    }

    /// <inheritdoc/>
    public override void Write(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value) =>
        Write(Coloured(foregroundColor, backgroundColor, value));

    /// <inheritdoc/>
    public override void WriteLine() => WriteLine(string.Empty);

    /// <inheritdoc/>
    public override void WriteLine(string value)
    {
        if (OutputCapture.Current is { } capture)
            capture.Writer.WriteLine(value);
        else
            WriteOutput(writer => writer.WriteLine(GetOutputString(value, SupportsVirtualTerminal)));
    }

    /// <inheritdoc/>
    public override void WriteLine(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value) =>
        WriteLine(Coloured(foregroundColor, backgroundColor, value));

    /// <inheritdoc/>
    public override void WriteErrorLine(string value)
    {
        if (OutputCapture.Current is { } capture)
        {
            capture.Writer.WriteLine(value);
            return;
        }

        lock (_lock)
        {
            Progress.Clear();
            _error.WriteLine(GetOutputString(value, _profile.ErrorSequences));
        }
    }

    /// <inheritdoc/>
    public override void WriteWarningLine(string message) => WriteMessage("WARNING", message, FormatStyle.Warning);

    /// <inheritdoc/>
    public override void WriteVerboseLine(string message) => WriteMessage("VERBOSE", message, FormatStyle.Verbose);

    /// <inheritdoc/>
    public override void WriteDebugLine(string message) => WriteMessage("DEBUG", message, FormatStyle.Debug);

    /// <inheritdoc/>
    public override void WriteProgress(long sourceId, ProgressRecord record)
    {
        lock (_lock)
            Progress.Show(record);
    }

    /// <inheritdoc/>
    public override string ReadLine() => _questions.ReadLine();

    /// <inheritdoc/>
    public override SecureString ReadLineAsSecureString() => _questions.ReadSecret();

    /// <inheritdoc/>
    public override Dictionary<string, PSObject> Prompt(string caption, string message, Collection<FieldDescription> descriptions) =>
        _questions.AskFields(caption, message, descriptions);

    /// <inheritdoc/>
    public override int PromptForChoice(string caption, string message, Collection<ChoiceDescription> choices, int defaultChoice) =>
        _questions.AskChoice(caption, message, choices, defaultChoice);

    /// <inheritdoc/>
    public override PSCredential PromptForCredential(string caption, string message, string userName, string targetName) =>
        _questions.AskCredential(caption, message, userName);

    /// <inheritdoc/>
    public override PSCredential PromptForCredential(
        string caption,
        string message,
        string userName,
        string targetName,
        PSCredentialTypes allowedCredentialTypes,
        PSCredentialUIOptions options) => _questions.AskCredential(caption, message, userName);

    private static string Coloured(ConsoleColor foreground, ConsoleColor background, string value)
    {
        string before = string.Empty;
        if (foreground != ConsoleRawUserInterface.NoColour)
            before += PSStyle.MapForegroundColorToEscapeSequence(foreground);
        if (background != ConsoleRawUserInterface.NoColour)
            before += PSStyle.MapBackgroundColorToEscapeSequence(background);
        return before + value + PSStyle.Instance.Reset;
    }

    private void WriteMessage(string kind, string message, FormatStyle style) =>
        WriteLine(GetFormatStyleString(style) + kind + ": " + message + GetFormatStyleString(FormatStyle.Reset));

    private void WriteOutput(Action<TextWriter> write)
    {
        lock (_lock)
        {
            Progress.Clear();
            write(_output);
        }
    }
}

using System.Globalization;
using System.Management.Automation.Host;
using PSBpf.Host.Terminal;

namespace PSBpf.Host;

/// <summary>The engine's host: where output goes and where answers come from.</summary>
/// <remarks>
/// It writes to any <see cref="TextWriter"/>, so a test or an embedder sees exactly what a person would see at a console.
/// </remarks>
public sealed class ConsoleHost : PSHost
{
    private readonly ConsoleUserInterface _userInterface;

    /// <summary>Initializes a new instance of the <see cref="ConsoleHost"/> class.</summary>
    /// <param name="output">What receives output, warnings and messages.</param>
    /// <param name="error">What receives errors.</param>
    /// <param name="profile">What those can do; <see cref="TerminalProfile.Plain"/> when null.</param>
    /// <param name="input">Where answers are read from; the console when null.</param>
    public ConsoleHost(TextWriter output, TextWriter error, TerminalProfile? profile = null, TextReader? input = null)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(error);
        _userInterface = new ConsoleUserInterface(output, error, profile ?? TerminalProfile.Plain, input);
    }

    /// <inheritdoc/>
    public override string Name => "psbpf";

    /// <inheritdoc/>
    public override Version Version => HostVersion.Number;

    /// <inheritdoc/>
    public override Guid InstanceId { get; } = Guid.NewGuid();

    /// <inheritdoc/>
    public override PSHostUserInterface UI => _userInterface;

    /// <inheritdoc/>
    public override CultureInfo CurrentCulture { get; } = CultureInfo.CurrentCulture;

    /// <inheritdoc/>
    public override CultureInfo CurrentUICulture { get; } = CultureInfo.CurrentUICulture;

    /// <summary>Gets the code of the <c>exit</c> statement that was run, or null when none was.</summary>
    public int? RequestedExitCode { get; private set; }

    /// <summary>Gets or sets what runs a nested prompt until its <c>exit</c>; null where there is no prompt.</summary>
    internal Action? NestedPrompt { get; set; }

    /// <summary>Gets the user interface with what only the host itself uses.</summary>
    internal ConsoleUserInterface Terminal => _userInterface;

    /// <inheritdoc/>
    public override void SetShouldExit(int exitCode) => RequestedExitCode = exitCode;

    /// <inheritdoc/>
    /// <exception cref="PSHostNotInteractiveException">There is no prompt to nest into.</exception>
    public override void EnterNestedPrompt()
    {
        if (NestedPrompt is null)
            throw new PSHostNotInteractiveException("A nested prompt needs psbpf's own prompt; here a script is running.");
        NestedPrompt();
    }

    /// <inheritdoc/>
    public override void ExitNestedPrompt() => RequestedExitCode = Execution.ExitCode.Success;

    /// <inheritdoc/>
    public override void NotifyBeginApplication() => _userInterface.Progress.Clear();

    /// <inheritdoc/>
    public override void NotifyEndApplication()
    {
    }

    /// <summary>Forgets an <c>exit</c> that a nested prompt has acted upon.</summary>
    internal void ForgetExit() => RequestedExitCode = null;
}

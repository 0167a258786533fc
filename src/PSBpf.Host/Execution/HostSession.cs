using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace PSBpf.Host.Execution;

/// <summary>A runspace and the runs in it, one at a time.</summary>
internal sealed class HostSession : IDisposable
{

    private readonly Lock _lock = new();
    private PowerShell? _running;
    private bool _stopping;
    private int _nesting;

    private HostSession(ConsoleHost host, Runspace runspace)
    {
        Host = host;
        Runspace = runspace;
    }

    /// <summary>Gets the host that the runspace writes to.</summary>
    public ConsoleHost Host { get; }

    /// <summary>Gets the runspace.</summary>
    public Runspace Runspace { get; }

    /// <summary>Opens a session.</summary>
    /// <param name="host">Where it writes to.</param>
    /// <returns>The session.</returns>
    public static HostSession Open(ConsoleHost host)
    {
        // A prompt's commands share thread-bound state, as in pwsh.
        Runspace runspace = HostSessionState.OpenRunspace(host, threads: PSThreadOptions.ReuseThread);
        Runspace.DefaultRunspace = runspace; // script blocks that .NET code calls back find it
        return new HostSession(host, runspace);
    }

    /// <summary>Runs a script file as a command of its own, so that its <c>exit</c> ends only it.</summary>
    /// <param name="path">The full path.</param>
    /// <param name="arguments">The arguments as the command line gave them.</param>
    /// <returns>The exit code.</returns>
    public int RunFile(string path, IReadOnlyList<string> arguments)
    {
        RunState state = RunLine(ScriptInvocation.Text(path, arguments));
        if (state != RunState.Completed)
            return CodeOf(state);
        if (Host.RequestedExitCode is { } code)
            return code;

        // The exit statement of a script that was called sets $LASTEXITCODE and, unless that is 0, makes $? false. So does a
        // call that failed, for instance because the script has no such parameter; then there is no code to pass on.
        if (LastSucceeded())
            return ExitCode.Success;
        return Value("$LASTEXITCODE") as int? ?? ExitCode.Failure;
    }

    /// <summary>Runs commands.</summary>
    /// <param name="text">The commands.</param>
    /// <returns>The exit code: 1 when the last of them failed.</returns>
    public int RunCommand(string text)
    {
        RunState state = RunLine(text);
        if (state != RunState.Completed)
            return CodeOf(state);
        return Host.RequestedExitCode ?? (LastSucceeded() ? ExitCode.Success : ExitCode.Failure);
    }

    /// <summary>Runs commands as the prompt does: they are added to the session's history and leave <c>$?</c>.</summary>
    /// <param name="text">The commands.</param>
    /// <returns>How the run ended.</returns>
    public RunState RunLine(string text)
    {
        using PowerShell shell = NewShell();
        shell.AddScript(text, useLocalScope: false).AddCommand(TerminalOutput.Command);

        // Errors go the way of the output, so that both appear in the order in which they were written.
        shell.Commands.Commands[0].MergeMyResults(PipelineResultTypes.Error, PipelineResultTypes.Output);
        PowerShell? outer;
        lock (_lock)
        {
            outer = _running;
            _running = shell;
            _stopping = false;
        }

        try
        {
            // What is added to the history also sets $? for the next run.
            shell.Invoke(input: null, new PSInvocationSettings { AddToHistory = true });
            return shell.InvocationStateInfo.State == PSInvocationState.Stopped ? RunState.Stopped : RunState.Completed;
        }
        catch (PipelineStoppedException)
        {
            return RunState.Stopped;
        }
        catch (RuntimeException exception)
        {
            Report(RecordOf(exception));
            return RunState.Failed;
        }
        finally
        {
            lock (_lock)
                _running = outer;
            Host.Terminal.Progress.Clear();
        }
    }

    /// <summary>Runs something silently and gives what it writes, or nothing when it fails.</summary>
    /// <param name="build">Adds the commands.</param>
    /// <returns>The output and the errors.</returns>
    public (IReadOnlyList<PSObject> Output, IReadOnlyList<ErrorRecord> Errors) Evaluate(Action<PowerShell> build)
    {
        using PowerShell shell = NewShell();
        build(shell);
        try
        {
            IReadOnlyList<PSObject> output = shell.Invoke();
            return (output, [.. shell.Streams.Error]);
        }
        catch (RuntimeException exception)
        {
            return ([], [.. shell.Streams.Error, exception.ErrorRecord]);
        }
    }

    /// <summary>Does something within a run, on the thread of its pipeline, that runs commands itself.</summary>
    /// <param name="work">What to do.</param>
    public void Nest(Action work)
    {
        _nesting++;
        try
        {
            work();
        }
        finally
        {
            _nesting--;
        }
    }

    /// <summary>Stops what runs, from any thread.</summary>
    /// <returns>Whether anything ran that was not being stopped already.</returns>
    public bool Interrupt()
    {
        lock (_lock)
        {
            if (_running is null || _stopping)
                return false;
            _stopping = true;
            _running.BeginStop(callback: null, state: null);
            return true;
        }
    }

    /// <summary>Closes the runspace.</summary>
    public void Dispose()
    {
        Host.Terminal.Progress.Clear();
        Runspace.Dispose();
    }

    private PowerShell NewShell()
    {
        if (_nesting > 0)
            return PowerShell.Create(RunspaceMode.CurrentRunspace);
        var shell = PowerShell.Create();
        shell.Runspace = Runspace;
        return shell;
    }

    private static int CodeOf(RunState state) => state == RunState.Stopped ? ExitCode.Interrupted : ExitCode.Failure;

    // The record of a text that cannot be parsed need not say where; its exception does.
    private static ErrorRecord RecordOf(RuntimeException exception) => exception is ParseException
        ? new ErrorRecord(exception, exception.ErrorRecord.FullyQualifiedErrorId, ErrorCategory.ParserError, targetObject: null)
        : exception.ErrorRecord;

    // No pipeline is left to write the error that ended it.
    private void Report(ErrorRecord error)
    {
        Host.UI.WriteErrorLine(ErrorView.Render(error, Host, Value("$ErrorView")?.ToString()));
    }

    private bool LastSucceeded() => Value("$?") is not false;

    private object? Value(string expression)
    {
        (IReadOnlyList<PSObject?> output, _) = Evaluate(shell => shell.AddScript(expression, useLocalScope: false));
        return output is [{ } value, ..] ? value.BaseObject : null;
    }
}

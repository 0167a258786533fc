using System.Management.Automation;
using System.Management.Automation.Runspaces;
using PSBpf.Host;

namespace PSBpf.Pester.Runner;

/// <summary>One spec file in a runspace of its own: discovered when made, run at most once.</summary>
public sealed class SpecFile : IDisposable
{
    /// <summary>A file that takes longer than this is stopped, so that a spec that hangs fails instead of the whole build.</summary>
    public static readonly TimeSpan DefaultTimeLimit = TimeSpan.FromMinutes(5);

    private readonly Runspace _runspace;
    private readonly SpecRun _run;
    private readonly Lock _lock = new();
    private SpecReport? _report;

    private readonly string? _leftBehind;

    /// <summary>Opens a runspace and finds the file's tests.</summary>
    /// <remarks>What goes wrong while tests are found is kept for the report: it is a failure of the file, not of the caller.</remarks>
    /// <param name="path">The spec.</param>
    /// <param name="leftBehind">A script that, run right after the spec, lists what it should have cleared away; null to look for nothing.</param>
    public SpecFile(string path, string? leftBehind = null)
    {
        _leftBehind = leftBehind;
        Path = System.IO.Path.GetFullPath(path);
        _runspace = HostSessionState.OpenRunspace(new ConsoleHost(TextWriter.Null, TextWriter.Null), SpecCmdlets.AddTo);
        _runspace.SessionStateProxy.Path.SetLocation(WildcardPattern.Escape(System.IO.Path.GetDirectoryName(Path)!));
        _run = SpecRun.Of(_runspace);
        Discover();
    }

    public string Path { get; }

    public string Name => System.IO.Path.GetFileName(Path);

    /// <summary>The tests' full names, in order, with templates filled in from -ForEach.</summary>
    public IReadOnlyList<string> TestNames => [.. _run.Tests.Select(test => test.Path)];

    /// <summary>Runs the tests, the first time that it is called, and reports.</summary>
    public SpecReport Run() => Run(DefaultTimeLimit);

    internal SpecReport Run(TimeSpan timeLimit)
    {
        lock (_lock)
        {
            return _report ??= RunOnce(timeLimit);
        }
    }

    public void Dispose() => _runspace.Dispose();

    private void Discover()
    {
        _run.Discovering = _run.Root;
        using PowerShell shell = PowerShell.Create(_runspace);
        // In a new scope, as Pester does: what the file defines outside of setups is not there when tests run.
        shell.AddCommand(Path, useLocalScope: true);
        if (SpecErrors.Catch(() => shell.Invoke()) is { } error)
            _run.Errors.Add($"Finding the tests failed: {error}");
        // A parameter that does not bind is an error that a script may outlive; a spec that goes on without the test may not.
        foreach (ErrorRecord record in shell.Streams.Error)
            _run.Errors.Add($"Finding the tests failed: {SpecErrors.Describe(record)}");
        if (_run.Tests.Count == 0 && _run.Errors.Count == 0)
            _run.Errors.Add("No tests were found.");
        _run.Discovering = null;
    }

    private SpecReport RunOnce(TimeSpan timeLimit)
    {
        // As in Pester, a file that could not be read to its end is not run in part.
        if (_run.Errors.Count > 0)
        {
            foreach (SpecTest test in _run.Tests)
            {
                test.Outcome = SpecOutcome.Failed;
                test.Errors.Add($"not run: {_run.Errors[0]}");
            }
        }
        else
        {
            Execute(timeLimit);
        }
        return new SpecReport(
            [.. _run.Tests.Select(test => new SpecResult(test.Path, test.Outcome, string.Join("\n", test.Errors)))],
            [.. _run.Errors],
            LeftBehind());
    }

    private IReadOnlyList<string> LeftBehind()
    {
        if (_leftBehind is null)
            return [];
        using PowerShell shell = PowerShell.Create(_runspace);
        return [.. shell.AddScript(_leftBehind, useLocalScope: true).Invoke().Select(item => $"{item}")];
    }

    private void Execute(TimeSpan timeLimit)
    {
        using PowerShell shell = PowerShell.Create(_runspace);
        shell.AddCommand(SpecCmdlets.CmdletName(typeof(Cmdlets.StartSpecCommand)));
        IAsyncResult run = shell.BeginInvoke();
        if (!run.AsyncWaitHandle.WaitOne(timeLimit))
        {
            _run.Errors.Add($"The file did not end within {timeLimit} and was stopped.");
            shell.Stop();
        }
        try
        {
            shell.EndInvoke(run);
        }
        catch (PipelineStoppedException)
        {
            // said above
        }
        catch (RuntimeException exception)
        {
            _run.Errors.Add(SpecErrors.Describe(exception.ErrorRecord));
        }
        foreach (SpecTest test in _run.Tests.Where(test => test.Outcome == SpecOutcome.NotRun))
            test.Errors.Add("It never ended.");
    }
}

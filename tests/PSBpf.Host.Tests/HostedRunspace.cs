using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace PSBpf.Host.Tests;

/// <summary>A runspace with the host's session state, whose host writes into texts.</summary>
public sealed class HostedRunspace : IDisposable
{
    private readonly StringWriter _output = new(CultureInfo.InvariantCulture);
    private readonly StringWriter _error = new(CultureInfo.InvariantCulture);
    private readonly Runspace _runspace;

    public HostedRunspace(Terminal.TerminalProfile? profile = null, string input = "")
    {
        Host = new ConsoleHost(_output, _error, profile, new StringReader(input));
        _runspace = HostSessionState.OpenRunspace(Host, threads: PSThreadOptions.ReuseThread);
        Folder = Directory.CreateTempSubdirectory("psbpf-host-").FullName;
        _runspace.SessionStateProxy.Path.SetLocation(WildcardPattern.Escape(Folder));
    }

    public ConsoleHost Host { get; }

    /// <summary>Gets an empty folder, which is the session's location and goes away with it.</summary>
    public string Folder { get; }

    /// <summary>Gets what was written to the output since this was last asked.</summary>
    public string Written => Take(_output);

    /// <summary>Gets what was written to the error output since this was last asked.</summary>
    public string WrittenErrors => Take(_error);

    /// <summary>Gets the errors of the last run.</summary>
    public IReadOnlyList<ErrorRecord> Errors { get; private set; } = [];

    /// <summary>Runs a script and gives the objects that it writes.</summary>
    public IReadOnlyList<PSObject?> Objects(string script, params object?[] input)
    {
        using var shell = PowerShell.Create(_runspace);
        shell.AddScript(script, useLocalScope: true);
        try
        {
            return shell.Invoke(input);
        }
        finally
        {
            Errors = [.. shell.Streams.Error];
        }
    }

    /// <summary>Runs a script and gives the text of each object that it writes, with a bar between them.</summary>
    public string Text(string script, params object?[] input) => string.Join('|', Objects(script, input).Select(static value => value?.ToString() ?? "null"));

    /// <summary>Runs a script without any error and gives the text of what it writes.</summary>
    public string TextWithoutErrors(string script)
    {
        string text = Text(script);
        Assert.Equal([], Errors.Select(static error => error.ToString()));
        return text;
    }

    /// <summary>Runs a script as the host does and gives what a person sees.</summary>
    public string Shown(string script)
    {
        using var shell = PowerShell.Create(_runspace);
        shell.AddScript(script, useLocalScope: true).AddCommand("Out-Default");
        shell.Commands.Commands[0].MergeMyResults(PipelineResultTypes.Error, PipelineResultTypes.Output);
        shell.Invoke();
        return Written;
    }

    public void Dispose()
    {
        _runspace.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    private static string Take(StringWriter writer)
    {
        string text = writer.ToString().ReplaceLineEndings("\n");
        writer.GetStringBuilder().Clear();
        return text;
    }
}

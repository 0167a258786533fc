using System.Management.Automation;
using System.Management.Automation.Runspaces;
using PSBpf.Host;

namespace PSBpf.ModuleTests;

/// <summary>A runspace as psbpf opens it, with the module imported, standing in the folder of the samples.</summary>
internal sealed class Shell : IDisposable
{
    private readonly StringWriter _screen = new();

    public Shell(bool import = true)
    {
        Runspace = HostSessionState.OpenRunspace(new ConsoleHost(_screen, _screen));
        Runspace.SessionStateProxy.Path.SetLocation(Repository.Samples);
        if (!import) return;
        var (_, errors) = Run($"Import-Module '{Repository.Manifest}'");
        Assert.Empty(errors);
    }

    public Runspace Runspace { get; }

    /// <summary>What was written past the pipeline.</summary>
    public string Screen => _screen.ToString().ReplaceLineEndings("\n");

    /// <summary>Runs a script and gives its output and its errors, those that end it included.</summary>
    public (IReadOnlyList<PSObject> Output, IReadOnlyList<ErrorRecord> Errors) Run(string script)
    {
        using var shell = System.Management.Automation.PowerShell.Create(Runspace);
        shell.AddScript(script);
        var output = new PSDataCollection<PSObject>();
        try
        {
            shell.Invoke<PSObject, PSObject>(null, output, null);
        }
        catch (RuntimeException exception)
        {
            return ([.. output], [.. shell.Streams.Error, exception.ErrorRecord]);
        }

        return ([.. output], [.. shell.Streams.Error]);
    }

    /// <summary>Runs a script that must not have errors.</summary>
    public IReadOnlyList<PSObject> Get(string script)
    {
        var (output, errors) = Run(script);
        Assert.True(errors.Count == 0, $"{script}\n{string.Join("\n", errors.Select(error => $"{error.FullyQualifiedErrorId}: {error}"))}");
        return output;
    }

    /// <summary>The text that a console would show, without colours.</summary>
    public string Show(string script) =>
        string.Concat(Get($"{script} | Out-String -Width 120").Select(part => part.ToString())).ReplaceLineEndings("\n");

    public void Dispose()
    {
        if (Runspace.RunspaceStateInfo.State == RunspaceState.Opened) Run("Get-BpfProgram | Remove-BpfProgram -Force; [PSBpf.Hosting.BpfSession]::Default.SetOptions([PSBpf.Hosting.BpfOptions]::Default)");
        Runspace.Dispose();
        _screen.Dispose();
    }
}

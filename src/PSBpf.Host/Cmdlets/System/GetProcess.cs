using System.ComponentModel;
using System.Diagnostics;
using System.Management.Automation;

namespace PSBpf.Host.Cmdlets;

/// <summary>Get-Process: gives processes of this machine.</summary>
[Cmdlet(VerbsCommon.Get, "Process", DefaultParameterSetName = NameSet)]
internal sealed class GetProcess : PSCmdlet
{
    private const string NameSet = "Name";
    private const string IdSet = "Id";

    /// <summary>Gets or sets the names; * and ? stand for characters. All processes when nothing is given.</summary>
    [Parameter(Position = 0, ParameterSetName = NameSet, ValueFromPipelineByPropertyName = true)]
    [Alias("ProcessName")]
    [ValidateNotNullOrEmpty]
    public string[]? Name { get; set; }

    /// <summary>Gets or sets the process ids.</summary>
    [Parameter(ParameterSetName = IdSet, Mandatory = true, ValueFromPipelineByPropertyName = true)]
    [Alias("PID")]
    public int[] Id { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ParameterSetName == IdSet)
        {
            foreach (int id in Id)
                WriteProcess(id);
            return;
        }

        Process[] processes = [.. Process.GetProcesses().OrderBy(NameOf, StringComparer.OrdinalIgnoreCase).ThenBy(static process => process.Id)];
        foreach (string name in Name ?? ["*"])
        {
            WildcardPattern pattern = WildcardPattern.Get(name, WildcardOptions.IgnoreCase);
            Process[] matching = [.. processes.Where(process => pattern.IsMatch(NameOf(process)))];
            if (matching.Length == 0 && !WildcardPattern.ContainsWildcardCharacters(name))
                WriteNotFound($"Cannot find a process with the name \"{name}\". Verify the process name and call the cmdlet again.", "NoProcessFoundForGivenName", name);
            WriteObject(matching, enumerateCollection: true);
        }
    }

    // A process may end between being listed and being asked.
    private static string NameOf(Process process)
    {
        try
        {
            return process.ProcessName;
        }
        catch (Exception exception) when (exception is InvalidOperationException or Win32Exception)
        {
            return string.Empty;
        }
    }

    private void WriteProcess(int id)
    {
        try
        {
            WriteObject(Process.GetProcessById(id));
        }
        catch (ArgumentException)
        {
            WriteNotFound($"Cannot find a process with the process identifier {id}.", "NoProcessFoundForGivenId", id);
        }
    }

    private void WriteNotFound(string message, string errorId, object target) =>
        WriteError(new ErrorRecord(new ItemNotFoundException(message), errorId, ErrorCategory.ObjectNotFound, target));
}

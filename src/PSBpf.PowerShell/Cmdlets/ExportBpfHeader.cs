using System.Management.Automation;
using PSBpf.Diagnostics;
using PSBpf.Hosting;

namespace PSBpf.PowerShell;

/// <summary>Writes types as a C header: the kernel's as vmlinux.h, or those of a file or program.</summary>
[Cmdlet(VerbsData.Export, "BpfHeader", DefaultParameterSetName = KernelSet, SupportsShouldProcess = true)]
[OutputType(typeof(FileInfo))]
public sealed class ExportBpfHeader : TypeCmdlet
{
    private const string KernelGuard = "__VMLINUX_H__";

    /// <summary>The header to write.</summary>
    [Parameter(Position = 0)]
    [ValidateNotNullOrEmpty]
    public string OutputPath { get; set; } = "vmlinux.h";

    /// <summary>Names of the types to write, with wildcards; what they need is written too. All types when left out.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(BpfTypeCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Name { get; set; } = [];

    /// <summary>Leave out what makes accesses relocatable: the header describes this kernel and no other.</summary>
    [Parameter]
    public SwitchParameter NoAccessIndex { get; set; }

    /// <summary>Leave a file alone that is there already.</summary>
    [Parameter]
    public SwitchParameter NoClobber { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var file = GetUnresolvedProviderPathFromPSPath(OutputPath);
        foreach (var source in Sources()) Try(() => Write(source, file), file);
    }

    private void Write(BpfTypes source, string file)
    {
        if (NoClobber && File.Exists(file)) throw DiagnosticRules.HeaderExists.Error($"There is a file '{file}' already.", new DiagnosticLocation { File = file });
        if (!ShouldProcess(file, $"Write the types of {source.Origin}")) return;
        var text = source.ToHeader(Name, Guard(file), !NoAccessIndex);
        try
        {
            File.WriteAllText(file, text);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new BpfException(DiagnosticRules.ObjectUnwritable.At($"The header '{file}' cannot be written: {exception.Message}", new DiagnosticLocation { File = file }), exception);
        }

        WriteObject(new FileInfo(file));
    }

    // The kernel's types are known by one macro, whatever the file is called; others by their file's name.
    private string Guard(string file) => ParameterSetName == KernelSet || System.IO.Path.GetFileName(file) == "vmlinux.h"
        ? KernelGuard
        : $"__{string.Concat(System.IO.Path.GetFileName(file).Select(c => char.IsAsciiLetterOrDigit(c) ? char.ToUpperInvariant(c) : '_'))}__";
}

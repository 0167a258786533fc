using System.Management.Automation;

namespace PSBpf.Host.Cmdlets;

/// <summary>Set-Content: replaces what a file or another item holds.</summary>
[Cmdlet(VerbsCommon.Set, "Content", DefaultParameterSetName = "Path", SupportsShouldProcess = true)]
internal sealed class SetContent() : ContentWriterCmdlet(append: false);

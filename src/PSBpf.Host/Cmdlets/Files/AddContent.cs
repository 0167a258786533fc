using System.Management.Automation;

namespace PSBpf.Host.Cmdlets;

/// <summary>Add-Content: writes after what a file or another item holds.</summary>
[Cmdlet(VerbsCommon.Add, "Content", DefaultParameterSetName = "Path", SupportsShouldProcess = true)]
internal sealed class AddContent() : ContentWriterCmdlet(append: true);

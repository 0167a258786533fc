using System.Management.Automation;

namespace PSBpf.Host.Cmdlets;

/// <summary>Convert-Path: gives the provider's own paths of the items that a path names.</summary>
[Cmdlet(VerbsData.Convert, "Path", DefaultParameterSetName = PathSet)]
internal sealed class ConvertPath : PathCmdlet
{
    /// <inheritdoc/>
    protected override void ProcessRecord() => ForEachPath(path => WriteObject(
        SessionState.Path.GetResolvedProviderPathFromPSPath(IsLiteral ? WildcardPattern.Escape(path) : path, out _),
        enumerateCollection: true));
}

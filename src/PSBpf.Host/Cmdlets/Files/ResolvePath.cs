using System.Management.Automation;

namespace PSBpf.Host.Cmdlets;

/// <summary>Resolve-Path: gives the paths of the items that a path names.</summary>
[Cmdlet(VerbsDiagnostic.Resolve, "Path", DefaultParameterSetName = PathSet)]
internal sealed class ResolvePath : PathCmdlet
{
    /// <summary>Gets or sets a value indicating whether to give paths from the current location.</summary>
    [Parameter]
    public SwitchParameter Relative { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => ForEachPath(path =>
    {
        foreach (PathInfo resolved in SessionState.Path.GetResolvedPSPathFromPSPath(IsLiteral ? WildcardPattern.Escape(path) : path))
            WriteObject(Relative ? RelativePath(resolved) : resolved);
    });

    // ./x below the location, ../x beside it, as pwsh writes them.
    private string RelativePath(PathInfo path)
    {
        PathInfo location = SessionState.Path.CurrentLocation;
        if (location.Provider.Name != "FileSystem" || path.Provider.Name != "FileSystem")
            return SessionState.Path.NormalizeRelativePath(path.Path, location.ProviderPath);
        string relative = System.IO.Path.GetRelativePath(location.ProviderPath, path.ProviderPath);
        return relative.StartsWith("..", StringComparison.Ordinal) || System.IO.Path.IsPathRooted(relative) || relative == "."
            ? relative
            : System.IO.Path.Join(".", relative);
    }
}

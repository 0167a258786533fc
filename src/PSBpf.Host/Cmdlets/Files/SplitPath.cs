using System.Management.Automation;

namespace PSBpf.Host.Cmdlets;

/// <summary>Split-Path: gives a part of a path.</summary>
[Cmdlet(VerbsCommon.Split, "Path", DefaultParameterSetName = ParentSet)]
internal sealed class SplitPath : PSCmdlet
{
    private const string ParentSet = "ParentSet";
    private const string LeafSet = "LeafSet";
    private const string LeafBaseSet = "LeafBaseSet";
    private const string ExtensionSet = "ExtensionSet";
    private const string QualifierSet = "QualifierSet";
    private const string NoQualifierSet = "NoQualifierSet";
    private const string IsAbsoluteSet = "IsAbsoluteSet";
    private const string LiteralPathSet = "LiteralPathSet";

    /// <summary>Gets or sets the paths.</summary>
    [Parameter(Position = 0, Mandatory = true, ParameterSetName = ParentSet, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Parameter(Position = 0, Mandatory = true, ParameterSetName = LeafSet, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Parameter(Position = 0, Mandatory = true, ParameterSetName = LeafBaseSet, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Parameter(Position = 0, Mandatory = true, ParameterSetName = ExtensionSet, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Parameter(Position = 0, Mandatory = true, ParameterSetName = QualifierSet, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Parameter(Position = 0, Mandatory = true, ParameterSetName = NoQualifierSet, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Parameter(Position = 0, Mandatory = true, ParameterSetName = IsAbsoluteSet, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    public string[] Path { get; set; } = [];

    /// <summary>Gets or sets the paths, of which the parent is given.</summary>
    [Parameter(Mandatory = true, ParameterSetName = LiteralPathSet, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "LP")]
    public string[] LiteralPath { get; set; } = [];

    /// <summary>Gets or sets a value indicating whether to give the drive.</summary>
    [Parameter(Mandatory = true, ParameterSetName = QualifierSet)]
    public SwitchParameter Qualifier { get; set; }

    /// <summary>Gets or sets a value indicating whether to give all but the drive.</summary>
    [Parameter(Mandatory = true, ParameterSetName = NoQualifierSet)]
    public SwitchParameter NoQualifier { get; set; }

    /// <summary>Gets or sets a value indicating whether to give what the item is in, which is so when nothing else is asked for.</summary>
    [Parameter(ParameterSetName = ParentSet)]
    public SwitchParameter Parent { get; set; }

    /// <summary>Gets or sets a value indicating whether to give the item's name.</summary>
    [Parameter(Mandatory = true, ParameterSetName = LeafSet)]
    public SwitchParameter Leaf { get; set; }

    /// <summary>Gets or sets a value indicating whether to give the item's name without its extension.</summary>
    [Parameter(Mandatory = true, ParameterSetName = LeafBaseSet)]
    public SwitchParameter LeafBase { get; set; }

    /// <summary>Gets or sets a value indicating whether to give the extension of the item's name.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ExtensionSet)]
    public SwitchParameter Extension { get; set; }

    /// <summary>Gets or sets a value indicating whether to split the paths of the items that the path names.</summary>
    [Parameter]
    public SwitchParameter Resolve { get; set; }

    /// <summary>Gets or sets a value indicating whether to tell if the path begins at a drive.</summary>
    [Parameter(Mandatory = true, ParameterSetName = IsAbsoluteSet)]
    public SwitchParameter IsAbsolute { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (string path in ParameterSetName == LiteralPathSet ? LiteralPath : Path)
        {
            try
            {
                IEnumerable<string> paths = Resolve
                    ? SessionState.Path.GetResolvedPSPathFromPSPath(path).Select(static resolved => resolved.Path)
                    : [path];
                foreach (string single in paths)
                    WriteObject(IsAbsolute ? IsRooted(single) : Part(single));
            }
            catch (Exception exception) when (exception is SessionStateException or ProviderInvocationException)
            {
                WriteError(new ErrorRecord(((IContainsErrorRecord)exception).ErrorRecord, exception));
            }
        }
    }

    // C:, Cert: or a provider's name before two colons.
    private static int QualifierLength(string path)
    {
        int provider = path.IndexOf("::", StringComparison.Ordinal);
        if (provider > 0)
            return provider + 2;
        int drive = path.IndexOf(':', StringComparison.Ordinal);
        return drive > 0 && path.AsSpan(0, drive).IndexOfAny('/', '\\') < 0 ? drive + 1 : 0;
    }

    private bool IsRooted(string path) => SessionState.Path.IsPSAbsolute(path, out _) || System.IO.Path.IsPathRooted(path);

    private string Part(string path)
    {
        switch (ParameterSetName)
        {
            case LeafSet:
                return SessionState.Path.ParseChildName(path);
            case LeafBaseSet:
                return System.IO.Path.GetFileNameWithoutExtension(SessionState.Path.ParseChildName(path));
            case ExtensionSet:
                return System.IO.Path.GetExtension(SessionState.Path.ParseChildName(path));
            case NoQualifierSet:
                return path[QualifierLength(path)..];
            case QualifierSet:
                int length = QualifierLength(path);
                if (length > 0)
                    return path[..length];
                WriteError(new ErrorRecord(
                    new FormatException($"Cannot parse path because path '{path}' does not have a qualifier specified."),
                    "ParsePathFormatError", ErrorCategory.InvalidArgument, path));
                return string.Empty;
            default:
                return SessionState.Path.ParseParent(path, string.Empty);
        }
    }
}

using System.Management.Automation;

namespace PSBpf.Host.Cmdlets;

/// <summary>Get-ChildItem: lists what is in a folder, or in an item of another provider.</summary>
[Cmdlet(VerbsCommon.Get, "ChildItem", DefaultParameterSetName = ItemsSet)]
internal sealed class GetChildItem : PSCmdlet
{
    private const string ItemsSet = "Items";
    private const string LiteralItemsSet = "LiteralItems";

    /// <summary>Gets or sets the paths; the current location when nothing is given.</summary>
    [Parameter(Position = 0, ParameterSetName = ItemsSet, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    public string[]? Path { get; set; }

    /// <summary>Gets or sets the paths, by names in which no character is special.</summary>
    [Parameter(Mandatory = true, ParameterSetName = LiteralItemsSet, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "LP")]
    public string[]? LiteralPath { get; set; }

    /// <summary>Gets or sets the names to list; * and ? stand for characters.</summary>
    [Parameter(Position = 1)]
    public string? Filter { get; set; }

    /// <summary>Gets or sets the names to list, when a path has a wildcard or -Recurse is given.</summary>
    [Parameter]
    public string[]? Include { get; set; }

    /// <summary>Gets or sets the names not to list.</summary>
    [Parameter]
    public string[]? Exclude { get; set; }

    /// <summary>Gets or sets a value indicating whether to list what is in the folders too.</summary>
    [Parameter]
    [Alias("s", "r")]
    public SwitchParameter Recurse { get; set; }

    /// <summary>Gets or sets how many levels of folders to list.</summary>
    [Parameter]
    public uint? Depth { get; set; }

    /// <summary>Gets or sets a value indicating whether to list hidden items too.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Gets or sets a value indicating whether to give names only.</summary>
    [Parameter]
    public SwitchParameter Name { get; set; }

    /// <summary>Gets or sets a value indicating whether to list folders only.</summary>
    [Parameter]
    [Alias("ad")]
    public SwitchParameter Directory { get; set; }

    /// <summary>Gets or sets a value indicating whether to list files only.</summary>
    [Parameter]
    [Alias("af")]
    public SwitchParameter File { get; set; }

    /// <summary>Gets or sets a value indicating whether to list hidden items only.</summary>
    [Parameter]
    [Alias("ah", "h")]
    public SwitchParameter Hidden { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        bool literal = ParameterSetName == LiteralItemsSet;
        foreach (string path in (literal ? LiteralPath : Path) ?? [string.Empty])
        {
            try
            {
                List(path, literal);
            }
            catch (Exception exception) when (exception is SessionStateException or ProviderInvocationException)
            {
                WriteError(new ErrorRecord(((IContainsErrorRecord)exception).ErrorRecord, exception));
            }
        }
    }

    private static WildcardPattern[] Patterns(string[]? names) =>
        [.. (names ?? []).Select(static name => WildcardPattern.Get(name, WildcardOptions.IgnoreCase))];

    private void List(string path, bool literal)
    {
        uint depth = Depth ?? uint.MaxValue;
        bool recurse = Recurse || Depth is not null;
        WildcardPattern[] filter = Patterns(Filter is null ? null : [Filter]);
        WildcardPattern[] include = recurse || WildcardPattern.ContainsWildcardCharacters(path) ? Patterns(Include) : [];
        WildcardPattern[] exclude = Patterns(Exclude);
        string root = Name ? SessionState.Path.GetUnresolvedProviderPathFromPSPath(path.Length == 0 ? "." : path) : string.Empty;

        foreach (PSObject item in InvokeProvider.ChildItem.Get([path], recurse, depth, Force || Hidden, literal))
        {
            string name = item.Properties["PSChildName"]?.Value as string ?? item.ToString();
            if ((Directory && !File && item.BaseObject is not DirectoryInfo) || (File && !Directory && item.BaseObject is not FileInfo)
                || (Hidden && !IsHidden(item)))
            {
                continue;
            }

            if ((filter.Length > 0 && !filter.Any(pattern => pattern.IsMatch(name)))
                || (include.Length > 0 && !include.Any(pattern => pattern.IsMatch(name)))
                || exclude.Any(pattern => pattern.IsMatch(name)))
            {
                continue;
            }

            WriteObject(Name ? RelativeName(item, root, name) : item);
        }
    }

    private static bool IsHidden(PSObject item) =>
        item.BaseObject is FileSystemInfo file && (file.Attributes & FileAttributes.Hidden) != 0;

    private static string RelativeName(PSObject item, string root, string name) =>
        item.BaseObject is FileSystemInfo file && System.IO.Directory.Exists(root) ? System.IO.Path.GetRelativePath(root, file.FullName) : name;
}

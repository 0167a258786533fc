using System.Management.Automation;

namespace PSBpf.Host.Cmdlets;

/// <summary>Join-Path: puts a path and names below it together.</summary>
[Cmdlet(VerbsCommon.Join, "Path")]
internal sealed class JoinPath : PSCmdlet
{
    /// <summary>Gets or sets the paths to begin with.</summary>
    [Parameter(Position = 0, Mandatory = true, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath")]
    public string[] Path { get; set; } = [];

    /// <summary>Gets or sets the path below.</summary>
    [Parameter(Position = 1, Mandatory = true, ValueFromPipelineByPropertyName = true)]
    [AllowNull]
    [AllowEmptyString]
    [AllowEmptyCollection]
    public string[]? ChildPath { get; set; }

    /// <summary>Gets or sets the paths below that.</summary>
    [Parameter(Position = 2, ValueFromPipelineByPropertyName = true, ValueFromRemainingArguments = true)]
    [AllowNull]
    [AllowEmptyString]
    [AllowEmptyCollection]
    public string[] AdditionalChildPath { get; set; } = [];

    /// <summary>Gets or sets a value indicating whether to give the items that the path names.</summary>
    [Parameter]
    public SwitchParameter Resolve { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (string start in Path)
        {
            try
            {
                string path = (ChildPath ?? []).Concat(AdditionalChildPath ?? [])
                    .Aggregate(start, (before, child) => SessionState.Path.Combine(before, child ?? string.Empty));
                if (!Resolve)
                {
                    WriteObject(path);
                    continue;
                }

                foreach (PathInfo resolved in SessionState.Path.GetResolvedPSPathFromPSPath(path))
                    WriteObject(resolved.Path);
            }
            catch (Exception exception) when (exception is SessionStateException or ProviderInvocationException)
            {
                WriteError(new ErrorRecord(((IContainsErrorRecord)exception).ErrorRecord, exception));
            }
        }
    }
}

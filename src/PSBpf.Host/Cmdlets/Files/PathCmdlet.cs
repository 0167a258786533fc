using System.Management.Automation;

namespace PSBpf.Host.Cmdlets;

/// <summary>A cmdlet that works on the items of paths: -Path, in which * ? [ ] are special, or -LiteralPath, in which nothing is.</summary>
internal abstract class PathCmdlet : PSCmdlet
{
    /// <summary>The parameter set of -Path.</summary>
    protected const string PathSet = "Path";

    /// <summary>The parameter set of -LiteralPath.</summary>
    protected const string LiteralPathSet = "LiteralPath";

    /// <summary>Gets or sets the paths.</summary>
    [Parameter(Position = 0, Mandatory = true, ParameterSetName = PathSet, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    public string[] Path { get; set; } = [];

    /// <summary>Gets or sets the paths, by names in which no character is special.</summary>
    [Parameter(Mandatory = true, ParameterSetName = LiteralPathSet, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "LP")]
    public string[] LiteralPath { get; set; } = [];

    /// <summary>Gets a value indicating whether the paths are literal.</summary>
    protected bool IsLiteral => ParameterSetName == LiteralPathSet;

    /// <summary>Gets the paths that were given.</summary>
    protected IReadOnlyList<string> Paths => IsLiteral ? LiteralPath : Path;

    /// <summary>Does something with each path; what fails for one path is an error, and the next is tried.</summary>
    /// <param name="work">The work.</param>
    protected void ForEachPath(Action<string> work)
    {
        foreach (string path in Paths)
        {
            try
            {
                work(path);
            }
            catch (Exception exception) when (exception is SessionStateException or ProviderInvocationException
                or PSArgumentException or PSNotSupportedException or IOException or UnauthorizedAccessException)
            {
                WriteError(Error(exception, path));
            }
        }
    }

    /// <summary>Makes the error for a path.</summary>
    /// <param name="exception">What went wrong.</param>
    /// <param name="path">The path.</param>
    /// <returns>The error.</returns>
    protected static ErrorRecord Error(Exception exception, string path) => exception is IContainsErrorRecord { ErrorRecord: { } record }
        ? new ErrorRecord(record, exception)
        : new ErrorRecord(exception, exception.GetType().Name, ErrorCategory.NotSpecified, path);
}

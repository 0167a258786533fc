using System.Management.Automation;
using PSBpf.Diagnostics;
using PSBpf.Hosting;

namespace PSBpf.PowerShell;

/// <summary>What all cmdlets share: the session, the stop signal, and errors as records that let the pipeline go on.</summary>
public abstract class BpfCmdlet : PSCmdlet, IDisposable
{
    // Scripts get programs and maps from cmdlets only.
    static BpfCmdlet() => HostValues.Unwrap = Values.FromPowerShell;

    private readonly CancellationTokenSource _stopping = new();

    /// <summary>The session that this cmdlet works in.</summary>
    protected static BpfSession Session => SessionScope.Current;

    /// <summary>Signalled when the user stops the pipeline.</summary>
    protected CancellationToken Cancellation => _stopping.Token;

    /// <summary>The shell's folder; null when it stands in no file system.</summary>
    internal string? Location => SessionState.Path.CurrentFileSystemLocation?.ProviderPath;

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        _stopping.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>
    /// Frees what the cmdlet holds. The one method that PowerShell calls on every way out, also when a later command
    /// of the pipeline has had enough.
    /// </summary>
    protected virtual void Dispose(bool disposing)
    {
    }

    /// <inheritdoc/>
    protected override void StopProcessing() => _stopping.Cancel();

    /// <summary>Does one record's work; a diagnostic becomes a non-terminating error.</summary>
    /// <param name="work">The work.</param>
    /// <param name="target">What an error is about.</param>
    /// <returns>Whether it went through.</returns>
    protected bool Try(Action work, object? target)
    {
        ArgumentNullException.ThrowIfNull(work);
        try
        {
            work();
            return true;
        }
        catch (BpfException exception)
        {
            foreach (var diagnostic in exception.All)
            {
                if (diagnostic.Rule == DiagnosticRules.CompileWarning) WriteWarning(ErrorRecords.Text(diagnostic, Location));
                else WriteError(ErrorRecords.From(diagnostic, diagnostic == exception.Diagnostic ? exception : null, target, Location));
            }

            return false;
        }
        catch (OperationCanceledException) when (Cancellation.IsCancellationRequested)
        {
            throw new PipelineStoppedException();
        }
    }

    /// <summary>Turns references into objects; each that fails is a non-terminating error.</summary>
    internal IEnumerable<T> Resolve<T>(IEnumerable<SessionReference<T>> references)
        where T : class
    {
        foreach (var reference in references)
        {
            IReadOnlyList<T> found = [];
            Try(() => found = reference.Resolve(Session), reference.ToString());
            foreach (var item in found) yield return item;
        }
    }

    /// <summary>The path that the file system has for one of PowerShell's.</summary>
    internal string ResolveFile(string path) => SessionState.Path.GetUnresolvedProviderPathFromPSPath(path);

    /// <summary>The files that a path with wildcards means; each that is missing is a non-terminating error.</summary>
    /// <param name="paths">Paths, relative to the shell's location.</param>
    /// <param name="missing">The error for a file that is not there.</param>
    internal IEnumerable<string> ResolveFiles(IEnumerable<string> paths, DiagnosticRule missing)
    {
        foreach (var path in paths)
        {
            System.Collections.ObjectModel.Collection<string> files = [];
            Try(() => files = FilesOf(path, missing), path);
            foreach (var file in files) yield return file;
        }
    }

    private System.Collections.ObjectModel.Collection<string> FilesOf(string path, DiagnosticRule missing)
    {
        try
        {
            if (!WildcardPattern.ContainsWildcardCharacters(path))
            {
                var full = SessionState.Path.GetUnresolvedProviderPathFromPSPath(path, out var provider, out _);
                if (provider.Name == "FileSystem") return [full];
            }
            else if (GetResolvedProviderPathFromPSPath(path, out var provider) is { Count: > 0 } files && provider.Name == "FileSystem")
            {
                return files;
            }
        }
        catch (Exception exception) when (exception is ItemNotFoundException or System.Management.Automation.DriveNotFoundException or ProviderNotFoundException)
        {
            throw missing.Error($"{path}: {exception.Message}");
        }

        throw missing.Error($"There is no file '{path}'.");
    }
}

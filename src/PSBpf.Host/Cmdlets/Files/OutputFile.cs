using System.Management.Automation;
using System.Text;

namespace PSBpf.Host.Cmdlets;

/// <summary>Files that cmdlets write.</summary>
internal static class OutputFile
{
    /// <summary>Gets the file-system path of a file that need not exist.</summary>
    /// <param name="cmdlet">The cmdlet, which a failure ends.</param>
    /// <param name="path">The PowerShell path.</param>
    /// <returns>The file-system path.</returns>
    public static string Path(PSCmdlet cmdlet, string path)
    {
        string file = cmdlet.SessionState.Path.GetUnresolvedProviderPathFromPSPath(path, out ProviderInfo provider, out _);
        if (provider.Name != "FileSystem")
        {
            cmdlet.ThrowTerminatingError(new ErrorRecord(
                new NotSupportedException($"'{path}' lies in the provider {provider.Name}; only files can be written to this way."),
                "ReadWriteFileNotFileSystemProvider",
                ErrorCategory.InvalidArgument,
                path));
        }

        return file;
    }

    /// <summary>Opens a file for writing.</summary>
    /// <param name="cmdlet">The cmdlet, which a failure ends.</param>
    /// <param name="path">The file-system path.</param>
    /// <param name="encoding">The encoding.</param>
    /// <param name="append">Whether to write after what is there; the byte order mark that is there then decides the encoding.</param>
    /// <param name="force">Whether to lift a read-only mark.</param>
    /// <param name="noClobber">Whether a file that exists is an error.</param>
    /// <returns>The writer.</returns>
    public static StreamWriter Open(PSCmdlet cmdlet, string path, Encoding encoding, bool append, bool force, bool noClobber)
    {
        try
        {
            if (force && File.Exists(path))
                File.SetAttributes(path, File.GetAttributes(path) & ~FileAttributes.ReadOnly);
            if (append && File.Exists(path))
                encoding = InputFile.EncodingOf(path, encoding);
            FileMode mode = append ? FileMode.Append : noClobber ? FileMode.CreateNew : FileMode.Create;
            return new StreamWriter(new FileStream(path, mode, FileAccess.Write, FileShare.Read), encoding);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            bool exists = noClobber && File.Exists(path);
            cmdlet.ThrowTerminatingError(new ErrorRecord(
                exists ? new IOException($"The file '{path}' already exists.", exception) : exception,
                exists ? "NoClobber" : "FileOpenFailure",
                exists ? ErrorCategory.ResourceExists : ErrorCategory.OpenError,
                path));
            throw;
        }
    }
}

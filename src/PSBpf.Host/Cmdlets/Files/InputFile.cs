using System.Management.Automation;
using System.Text;

namespace PSBpf.Host.Cmdlets;

/// <summary>Files that cmdlets read.</summary>
internal static class InputFile
{
    /// <summary>Gets the encoding that a file's byte order mark names.</summary>
    /// <param name="path">The file.</param>
    /// <param name="otherwise">The encoding when there is no mark.</param>
    /// <returns>The encoding.</returns>
    public static Encoding EncodingOf(string path, Encoding otherwise)
    {
        using var reader = new StreamReader(path, otherwise, detectEncodingFromByteOrderMarks: true, bufferSize: 16);
        reader.Peek();
        return reader.CurrentEncoding;
    }

    /// <summary>Finds the files that a path names, and writes an error when there are none.</summary>
    /// <param name="cmdlet">The cmdlet.</param>
    /// <param name="path">The PowerShell path.</param>
    /// <param name="literal">Whether no character of it is special.</param>
    /// <returns>The paths, each with its provider; those of the file system are its own.</returns>
    public static IReadOnlyList<(string Path, ProviderInfo Provider)> Resolve(PSCmdlet cmdlet, string path, bool literal)
    {
        try
        {
            if (!literal)
            {
                return [.. cmdlet.SessionState.Path.GetResolvedProviderPathFromPSPath(path, out ProviderInfo provider)
                    .Select(file => (file, provider))];
            }

            string only = cmdlet.SessionState.Path.GetUnresolvedProviderPathFromPSPath(path, out ProviderInfo owner, out _);
            if (cmdlet.InvokeProvider.Item.Exists(path, force: true, literalPath: true))
                return [(only, owner)];
            throw new ItemNotFoundException($"Cannot find path '{only}' because it does not exist.");
        }
        catch (SessionStateException exception)
        {
            cmdlet.WriteError(new ErrorRecord(exception, "PathNotFound", ErrorCategory.ObjectNotFound, path));
        }
        catch (ProviderInvocationException exception)
        {
            cmdlet.WriteError(new ErrorRecord(exception.ErrorRecord, exception));
        }

        return [];
    }
}

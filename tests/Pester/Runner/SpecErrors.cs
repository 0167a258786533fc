using System.Management.Automation;

namespace PSBpf.Pester.Runner;

/// <summary>Turns what a script block threw into the text of a test result.</summary>
internal static class SpecErrors
{
    /// <summary>Runs one piece of a spec; gives the text of what it threw, or null.</summary>
    public static string? Catch(Action piece)
    {
        try
        {
            piece();
            return null;
        }
        catch (PipelineStoppedException)
        {
            throw; // the whole file is being stopped
        }
        catch (RuntimeException exception)
        {
            return Describe(exception.ErrorRecord);
        }
#pragma warning disable CA1031 // break, continue and exit leave a script block as exceptions of types that are not public
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return $"{exception.GetType().Name}: {exception.Message} (break, continue and exit cannot leave a test)";
        }
    }

    public static string Describe(ErrorRecord record)
    {
        // The runner's own script blocks, which have no file, are of no interest to the author of a spec.
        string where = string.Join('\n', (record.ScriptStackTrace ?? "").Split('\n').Where(line => !line.Contains("<No file>", StringComparison.Ordinal)));
        return $"{record.Exception.Message}\n[{record.FullyQualifiedErrorId}]\n{where}".TrimEnd();
    }
}

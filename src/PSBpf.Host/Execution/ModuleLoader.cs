using System.Management.Automation;

namespace PSBpf.Host.Execution;

/// <summary>Finds the PSBpf module and imports it as any PowerShell would: by its manifest.</summary>
internal static class ModuleLoader
{
    /// <summary>The variable that names a module folder or manifest to load instead of the one that is found.</summary>
    public const string Variable = "PSBPF_MODULE";

    private const string Manifest = "PSBpf.psd1";

    /// <summary>Imports the module and reports when that fails.</summary>
    /// <param name="session">The session to import it into.</param>
    /// <returns>Whether it is loaded.</returns>
    public static bool Load(HostSession session)
    {
        string? path = Find(Environment.GetEnvironmentVariable(Variable), AppContext.BaseDirectory);
        if (path is null)
        {
            string named = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } name
                ? $"{Variable} names '{name}', where there is no {Manifest}"
                : $"there is no {Manifest} beside or above {AppContext.BaseDirectory}";
            Complain(session, $"the PSBpf module was not found: {named}.");
            return false;
        }

        (_, IReadOnlyList<ErrorRecord> errors) = session.Evaluate(shell => shell
            .AddCommand("Import-Module")
            .AddParameter("Name", path)
            .AddParameter("Global"));
        if (errors.Count == 0)
            return true;
        Complain(session, $"the PSBpf module at {path} could not be loaded: {errors[0].Exception.Message}");
        return false;
    }

    /// <summary>Finds the manifest.</summary>
    /// <param name="named">The folder or manifest that the user names, or nothing.</param>
    /// <param name="start">The program's folder.</param>
    /// <returns>The manifest's full path, or null.</returns>
    internal static string? Find(string? named, string start)
    {
        if (!string.IsNullOrEmpty(named))
        {
            string candidate = Directory.Exists(named) ? Path.Combine(named, Manifest) : named;
            return File.Exists(candidate) ? Path.GetFullPath(candidate) : null;
        }

        string beside = Path.Combine(start, "PSBpf", Manifest);
        if (File.Exists(beside))
            return beside;
        for (DirectoryInfo? folder = new(start); folder is not null; folder = folder.Parent)
        {
            string above = Path.Combine(folder.FullName, Manifest);
            if (File.Exists(above))
                return above;
        }

        return null;
    }

    private static void Complain(HostSession session, string message)
    {
        session.Host.UI.WriteErrorLine($"psbpf: {message}");
        session.Host.UI.WriteErrorLine(
            $"  do  dotnet build src/PSBpf.PowerShell   in the repository's folder builds it; {Variable} names another place; -NoModule runs without it");
    }
}

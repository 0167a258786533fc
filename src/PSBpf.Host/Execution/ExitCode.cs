namespace PSBpf.Host.Execution;

/// <summary>The exit codes that the host itself gives; a script's <c>exit n</c> gives any other.</summary>
internal static class ExitCode
{
    /// <summary>Everything ran to its end.</summary>
    public const int Success = 0;

    /// <summary>An error ended the script, or the last of the given commands failed.</summary>
    public const int Failure = 1;

    /// <summary>The command line could not be read (EX_USAGE of sysexits.h, as pwsh gives it).</summary>
    public const int BadCommandLine = 64;

    /// <summary>Ctrl+C ended the run (128 + SIGINT, as shells report it).</summary>
    public const int Interrupted = 130;
}

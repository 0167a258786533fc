namespace PSBpf.Pester.Runner;

/// <summary>How a test ended.</summary>
public enum SpecOutcome
{
    /// <summary>It never started, because the file was stopped before.</summary>
    NotRun,

    Passed,

    Failed,

    Skipped,
}

namespace PSBpf.Pester.Runner;

/// <summary>What became of a spec file.</summary>
/// <param name="Results">One for each test, in order.</param>
/// <param name="Errors">Failures of the file as a whole: finding its tests, its setups and teardowns.</param>
/// <param name="LeftBehind">What it should have cleared away and did not.</param>
public sealed record SpecReport(IReadOnlyList<SpecResult> Results, IReadOnlyList<string> Errors, IReadOnlyList<string> LeftBehind);

/// <summary>What became of one test.</summary>
/// <param name="Name">The names of its blocks and its own, with templates filled in.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="Error">Why it failed; empty when it did not.</param>
public sealed record SpecResult(string Name, SpecOutcome Outcome, string Error);

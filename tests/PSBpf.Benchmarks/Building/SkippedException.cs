namespace PSBpf.Benchmarks.Building;

/// <summary>Something cannot be measured here, and why.</summary>
internal sealed class SkippedException(string reason) : Exception(reason);

namespace PSBpf.Verifier.Proofs.Symbolic;

/// <summary>All that is to be shown on this way was shown.</summary>
internal sealed class WayEndedException : Exception;

using PSBpf.Verifier.Proofs.Symbolic;

namespace PSBpf.Verifier.Domain;

internal partial struct RegState
{
    partial void Sound(int line) => Exploration.Active?.Reach(ref this, line);
}

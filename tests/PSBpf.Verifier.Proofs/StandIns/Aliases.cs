// What src/PSBpf.Verifier/Domain/Words.cs names for the verifier, for proofs.
global using HalfWord = PSBpf.Verifier.Proofs.StandIns.HalfWord;
global using Math = PSBpf.Verifier.Proofs.StandIns.WordMath;
global using SignedHalf = PSBpf.Verifier.Proofs.StandIns.SignedHalf;
global using SignedWord = PSBpf.Verifier.Proofs.StandIns.SignedWord;
global using Truth = PSBpf.Verifier.Proofs.StandIns.Truth;
global using Word = PSBpf.Verifier.Proofs.StandIns.Word;

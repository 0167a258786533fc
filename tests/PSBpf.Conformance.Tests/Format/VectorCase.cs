namespace PSBpf.Conformance.Tests.Format;

/// <summary>One input of a program and what has to come of it.</summary>
/// <param name="Line">Its line in the file.</param>
/// <param name="Text">The line.</param>
/// <param name="Memory">What r1 points to, or the packet; empty for none.</param>
/// <param name="Result">All of r0; null when the access outside of the memory has to be stopped.</param>
/// <param name="After">The memory afterwards.</param>
internal sealed record VectorCase(int Line, string Text, byte[] Memory, ulong? Result, byte[] After);

namespace PSBpf.Pester.Runner.Should;

/// <summary>An assertion did not hold; the message says what was expected and what was found.</summary>
public sealed class AssertionFailedException(string message) : Exception(message);

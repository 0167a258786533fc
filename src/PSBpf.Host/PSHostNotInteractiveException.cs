using System.Management.Automation;

namespace PSBpf.Host;

/// <summary>Something asked a question where nobody can answer it.</summary>
/// <param name="message">What was asked for, and why it cannot be had.</param>
public sealed class PSHostNotInteractiveException(string message) : RuntimeException(message);

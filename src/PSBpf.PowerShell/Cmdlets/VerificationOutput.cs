namespace PSBpf.PowerShell;

/// <summary>What Test-BpfProgram gives.</summary>
public enum VerificationOutput
{
    /// <summary>A report for each program.</summary>
    Report,

    /// <summary>One text in SARIF 2.1.0 with what was refused, for CI systems.</summary>
    Sarif,
}

namespace PSBpf.Host.CommandLine;

/// <summary>What a command line asks the host to do.</summary>
internal enum HostMode
{
    /// <summary>Read commands at a prompt.</summary>
    Prompt,

    /// <summary>Run a script file.</summary>
    File,

    /// <summary>Run the text of the command line.</summary>
    Command,

    /// <summary>Run the text that standard input holds.</summary>
    StandardInput,

    /// <summary>Run one program of a conformance suite, without PowerShell.</summary>
    Conformance,

    /// <summary>Print the usage.</summary>
    Help,

    /// <summary>Print the version.</summary>
    Version,

    /// <summary>Nothing: the command line is wrong, and <see cref="HostOptions.Text"/> says how.</summary>
    Invalid,
}

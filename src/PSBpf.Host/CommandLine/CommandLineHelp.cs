namespace PSBpf.Host.CommandLine;

/// <summary>What <c>psbpf -Help</c> prints.</summary>
internal static class CommandLineHelp
{
    /// <summary>The usage.</summary>
    public const string Text = """
        psbpf: a PowerShell console with the PSBpf module loaded.

          psbpf                            a prompt; the text of standard input when that is redirected
          psbpf file.ps1 [arguments]       run a script; the same as psbpf -File file.ps1 [arguments]
          psbpf -Command <text>            run commands; -Command - reads them from standard input

          psbpf conformance [memory] [options] [--elf]
                                           run one program of a conformance suite: its bytes in hexadecimal on
                                           standard input, r0 on standard output; psbpf conformance --help

          -NonInteractive                  a question is an error instead of a wait
          -NoModule                        do not import the PSBpf module
          -NoLogo                          no greeting at the prompt
          -Help, -Version                  print this text, or the version

        Options stand before the file or the command and may be shortened (-c, -f). What follows -File or -Command
        belongs to it. There are no profiles, so -NoProfile is accepted and changes nothing.

        The exit code is that of the script's exit statement; 1 after an error that ended it; 0 otherwise; 130 after
        Ctrl+C; 64 when the command line is wrong. With -Command it is also 1 when the last command failed.

        Environment: PSBPF_MODULE names a module folder or manifest to load instead of the one found beside or above
        the program; PSBPF_HISTORY names the file that keeps the prompt's history; NO_COLOR turns colours off.
        """;
}

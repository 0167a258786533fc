using System.Runtime.Versioning;
using PSBpf.Diagnostics;
using PSBpf.Linux.SystemCalls;
using PSBpf.Uapi;

namespace PSBpf.Linux.Access;

/// <summary>Turns an errno of bpf(2) into what a user is told.</summary>
[SupportedOSPlatform("linux")]
internal static class Failure
{
    /// <summary>A command that failed for a reason that lies with the machine, not with its input.</summary>
    /// <param name="command">The command.</param>
    /// <param name="error">What it answered.</param>
    /// <param name="subject">What it was about, e.g. <c>map 'counts'</c>.</param>
    /// <param name="location">Where that is.</param>
    public static BpfException Of(BpfCommand command, Errno error, string subject, DiagnosticLocation? location = null) =>
        error == Errno.EPERM
            ? DiagnosticRules.LinuxPrivilege.Error(
                $"The kernel refused {command.UapiName()} for {subject} with {ErrnoText.Describe(error)}: {Privileges.Read().Explain()}.", location)
            : DiagnosticRules.LinuxSystemCall.Error(
                $"The kernel failed {command.UapiName()} for {subject} with {ErrnoText.Describe(error)}.", location);

    /// <summary>A command that failed which asks about what others loaded: the kernel wants more for that than for loading.</summary>
    public static BpfException OfListing(BpfCommand command, Errno error, string subject) =>
        error == Errno.EPERM
            ? DiagnosticRules.LinuxPrivilege.Error(
                $"The kernel refused {command.UapiName()} for {subject} with {ErrnoText.Describe(error)}: {Privileges.Read().Explain()}.",
                action: "Run as root or with CAP_SYS_ADMIN, which the kernel asks of who looks at programs and maps of others.")
            : Of(command, error, subject);
}

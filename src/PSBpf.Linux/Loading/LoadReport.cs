using System.Runtime.Versioning;
using PSBpf.Diagnostics;
using PSBpf.Isa;
using PSBpf.Kernel;
using PSBpf.Linux.Access;
using PSBpf.Linux.SystemCalls;
using PSBpf.Objects;
using PSBpf.Uapi;

namespace PSBpf.Linux.Loading;

/// <summary>Turns the outcome of BPF_PROG_LOAD into the report that users see.</summary>
/// <param name="spec">The program.</param>
/// <param name="options">How it was loaded.</param>
/// <param name="judgement">The outcome.</param>
/// <param name="refusal">What the kernel did not take along; null when it took all.</param>
[SupportedOSPlatform("linux")]
internal sealed class LoadReport(ProgramSpec spec, ProgramLoadOptions options, Judgement judgement, TypeRefusal? refusal)
{
    private readonly LoadAttempt _verdict = judgement.Verdict;
    private readonly VerifierLog _log = VerifierLog.Parse(judgement.Verdict.Log);

    /// <summary>The result; the program in it owns the verdict's handle.</summary>
    /// <exception cref="BpfException">The verifier did not get to judge the program.</exception>
    public ProgramLoadResult ToResult()
    {
        if (_verdict.Handle is { } handle) return Accepted(handle);
        if (_verdict.Log.Length == 0 && NotAboutTheProgram(_verdict.Error)) throw Unjudged();
        return new ProgramLoadResult(Refused(), null);
    }

    private ProgramLoadResult Accepted(BpfHandle handle)
    {
        try
        {
            // Before Linux 5.16 the count is zero there; the log's statistics have it everywhere.
            var error = ObjectInfo.Get(handle, out ProgramInfo info);
            if (error != Errno.None) throw Failure.Of(BpfCommand.ObjectGetInfo, error, $"program '{spec.Name}'", Location);

            var verification = Common() with
            {
                Accepted = true,
                Runnable = true,
                ProcessedInstructions = info.VerifiedInstructions > 0 ? (int)info.VerifiedInstructions : _log.ProcessedInstructions ?? 0,
                Log = Text(),
            };
            if (!options.VerifyOnly) return new ProgramLoadResult(verification, new LinuxProgram(handle, spec, verification, info));
            handle.Dispose();
            return new ProgramLoadResult(verification, null);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    private BpfVerification Refused()
    {
        var rule = DiagnosticRules.KernelRefused;
        var message = _log.Message;
        var reason = $"The kernel refused the program with {ErrnoText.Name(_verdict.Error)}: {string.Join("; ", _log.Explanation)}.";
        if (message.Length == 0)
        {
            message = $"BPF_PROG_LOAD failed with {ErrnoText.Describe(_verdict.Error)} and no objection in its log";
            reason = _verdict.Error switch
            {
                _ when _verdict.Log.Length > 0 => $"The kernel refused the program with {ErrnoText.Describe(_verdict.Error)} and did not say why.",
                Errno.E2BIG => $"The kernel takes no program of {spec.Instructions.Length} instruction slots: the limit is 1 to 1 000 000 with CAP_BPF, 4096 without.",
                Errno.EINVAL => $"The kernel does not know program type {spec.Type} ({(int)spec.Type}) with attach type {(int)spec.ExpectedAttachType} and flags 0x{spec.Flags:x}: it is older than the feature, or was built without it.",
                Errno.ENOTSUPP or Errno.EOPNOTSUPP => "The kernel was built without something that the program needs.",
                _ => $"The kernel refused the program before its verifier looked at it: {ErrnoText.Describe(_verdict.Error)}.",
            };
        }

        return Common() with
        {
            Accepted = false,
            Message = message,
            Reason = reason,
            At = Point(),
            Suggestion = rule.Action,
            RuleId = rule.Id,
            RuleName = rule.Name,
            ProcessedInstructions = _log.ProcessedInstructions ?? 0,
            Log = Text(),
        };
    }

    private BpfVerification Common() => new()
    {
        Path = spec.Path,
        Section = spec.Section,
        Name = spec.Name,
        Accepted = false,
        Kernel = BpfKernelKind.Linux,
        Warnings = refusal is null ? [] : [DiagnosticRules.LinuxTypes.At(refusal.Summary, Location with { Program = null })],
        PeakStates = _log.PeakStates,
        StackDepth = StackUse.Deepest(spec.Instructions, _log.StackDepths),
        // What the kernel says its verifier took is comparable; bpf(2) compiles as well.
        Duration = _log.Elapsed ?? _verdict.Elapsed,
    };

    /// <summary>The instruction that the message names, if it does; otherwise where the trace ends.</summary>
    private VerificationPoint? Point()
    {
        var trace = VerifierLog.Parse(judgement.Trace);
        if ((_log.Instruction ?? trace.Instruction) is not { } index || index >= spec.Instructions.Length) return null;
        var source = spec.LineAt(index)?.Source;
        return trace.Instruction == index
            ? new VerificationPoint(index, trace.InstructionText, source, trace.State)
            : new VerificationPoint(index, Disassembler.Format(spec.Instructions, index), source, "");
    }

    private string Text()
    {
        var text = judgement.Trace.Length > 0 ? judgement.Trace : _log.Message.Length > 0 || options.LogLevel > 0 ? _verdict.Log : "";
        return refusal is null ? text : $"({refusal.Message})\n{refusal.Log}{text}";
    }

    private DiagnosticLocation Location => new() { File = spec.Path, Section = spec.Section, Program = spec.Name };

    /// <summary>Errors of the machine. What the kernel thinks of the program stays open, so they must not pass for its verdict.</summary>
    private static bool NotAboutTheProgram(Errno error) => (int)error is
        (int)Errno.EPERM or (int)Errno.EACCES or (int)Errno.ENOMEM or (int)Errno.ENOSYS or (int)Errno.EAGAIN or (int)Errno.EINTR or 23 or 24;

    private BpfException Unjudged()
    {
        var subject = $"program '{spec.Name}' (type {spec.Type}{(spec.Section.Length > 0 ? $", section '{spec.Section}'" : "")})";
        if (_verdict.Error is not Errno.EPERM || Privileges.Read().Missing.Count > 0)
            return Failure.Of(BpfCommand.ProgramLoad, _verdict.Error, subject, Location);

        return DiagnosticRules.LinuxPrivilege.Error(
            $"The kernel refused BPF_PROG_LOAD for {subject} with EPERM before its verifier looked at it: {Privileges.Read().Explain()}.",
            Location,
            "Load programs of this type on a kernel that allows them; or leave -Kernel out to use the managed engine.");
    }
}

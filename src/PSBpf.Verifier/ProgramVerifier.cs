using System.Diagnostics;
using System.Globalization;
using PSBpf.Diagnostics;
using PSBpf.Isa;
using PSBpf.Kernel;
using PSBpf.Objects;
using PSBpf.Verifier.Calls;
using PSBpf.Verifier.Cfg;
using PSBpf.Verifier.Explain;
using PSBpf.Verifier.Log;

namespace PSBpf.Verifier;

/// <summary>The verdict, and the verified program when it was accepted.</summary>
/// <param name="Verification">The report.</param>
/// <param name="Program">What may run without memory checks; null on refusal.</param>
public sealed record VerifierResult(BpfVerification Verification, VerifiedProgram? Program);

/// <summary>Judges programs as Linux does for a privileged loader: a program that it cannot prove safe is refused.</summary>
public static class ProgramVerifier
{
    /// <summary>Verifies one program.</summary>
    /// <param name="spec">The program.</param>
    /// <param name="maps">The maps that its instructions name by index, with the sizes they have.</param>
    /// <param name="options">Limits and log.</param>
    /// <param name="cancellation">Stops the exploration with an OperationCanceledException.</param>
    public static VerifierResult Verify(
        ProgramSpec spec, IReadOnlyList<MapSpec> maps, VerifierOptions? options = null, CancellationToken cancellation = default)
    {
        options ??= VerifierOptions.Default;
        long start = Stopwatch.GetTimestamp();
        var run = new VerifierRun(spec, maps, options);
        var report = run.Execute(cancellation) with { Duration = Stopwatch.GetElapsedTime(start) };
        return new VerifierResult(report, report.Accepted ? new VerifiedProgram(spec, run.Code, report, run.Facts!) : null);
    }
}

/// <summary>The stages of one verification.</summary>
internal sealed class VerifierRun(ProgramSpec spec, IReadOnlyList<MapSpec> maps, VerifierOptions options)
{
    /// <summary>The kernel's limit on program length.</summary>
    private const int MaxInstructions = 1_000_000;

    /// <summary>Lines that are named when a program is too complex.</summary>
    private const int MostHotLines = 5;

    public DecodedInstruction[] Code { get; } = new DecodedInstruction[spec.Instructions.Length];

    /// <summary>What the exploration found; null before it.</summary>
    public ProgramFacts? Facts { get; private set; }

    public BpfVerification Execute(CancellationToken cancellation)
    {
        if (spec.Instructions.Length is 0 or > MaxInstructions)
        {
            return Refused(new Refusal(DiagnosticRules.ControlFlowShape, 0, "invalid program length",
                $"A program has 1 to {MaxInstructions} instructions; this one has {spec.Instructions.Length}.", -1, ""));
        }

        if (LoadRules.Check(spec, out var setting) is { } unfit) return Refused(unfit);
        if (InstructionDecoder.Decode(spec.Instructions, Code) is { } error)
        {
            return Refused(new Refusal(DiagnosticRules.InvalidInstruction, error.Index, error.Message,
                $"The bytes at slot {error.Index} ({spec.Instructions[error.Index].Raw:x16}) are no instruction that the kernel takes.", -1, ""));
        }

        if (ControlFlow.Build(Code, new KfuncCalls(spec), ExceptionCallback.SlotIn(spec), out var shape) is not { } flow)
        {
            return Refused(new Refusal(DiagnosticRules.ControlFlowShape, shape!.Index, shape.Message, ExplainShape(shape), -1, ""));
        }

        if (InstructionRules.Check(spec, setting!, Code, flow) is { } forbidden) return Refused(forbidden);
        using var text = new StringWriter();
        var log = options.LogLevel > 0 ? new PathLog(spec, maps, setting!, Code, options.LogWriter ?? text) : null;

        // Level 1 has one path only: the one that is refused, which is walked again below. The bit 4 asks for the figures at the end, which every log has.
        bool everyPath = (options.LogLevel & 2) != 0, onePath = !everyPath && (options.LogLevel & 1) != 0;
        var explorer = new Explorer(spec, maps, setting!, Code, flow, options.InstructionBudget > 0 ? options.InstructionBudget : MaxInstructions, options.Processors, everyPath ? log : null, allPrecise: options.AllNumbersPrecise);
        if (everyPath) log!.WriteOutline(flow, explorer.Live);
        Facts = explorer.Facts;
        var refusal = explorer.Run(cancellation);
        int depth = 0;
        if (refusal is null) refusal = ExceptionRules.Check(spec, Code, flow);
        if (refusal is null) refusal = StackBudget.Check(spec, Code, flow, explorer.Facts.StackDepths, explorer.Later.ToHashSet(), out depth);
        var report = refusal is null ? Accepted(depth) : Refused(refusal);
        report = report with { ProcessedInstructions = explorer.Processed, PeakStates = explorer.PeakStates };
        if (refusal is not null)
            report = report with { CausalPath = PathReplay.Run(spec, maps, setting!, Code, flow, explorer, onePath ? log : null, cancellation).Causes(refusal) };
        if (options.Heatmap || refusal?.Rule == DiagnosticRules.TooComplex) report = AddHeat(report, explorer);
        if (refusal is not null) report = SourceExplanation.Add(spec, report, refusal);
        if (refusal is null) report = report with { Unreached = Unreached(explorer) };
        if (options.Advise && refusal is null) report = report with { Advice = new Advisor(spec, maps, Code, flow, explorer).Find(depth) };
        log?.Finish(report, explorer);
        return report with { Log = text.ToString() };
    }

    private int[] Unreached(Explorer explorer)
    {
        List<int> slots = [];
        for (int pc = 0; pc < Code.Length; pc++)
            if (Code[pc].Form != FormId.None && explorer.Visits[pc] == 0) slots.Add(pc);
        return [.. slots];
    }

    private BpfVerification AddHeat(BpfVerification report, Explorer explorer)
    {
        var heat = Heat.Of(spec, Code, explorer);
        report = report with { Heatmap = heat };
        if (report.Accepted || report.RuleId != DiagnosticRules.TooComplex.Id) return report;

        // Where the effort went is what there is to say of a program that is too complex.
        var hottest = heat.OrderByDescending(line => line.Processed).Take(MostHotLines).ToList();
        return report with
        {
            CausalPath = [.. hottest.Select(line => new VerificationPoint(
                line.Instruction, Disassembler.Format(spec.Instructions, line.Instruction, [.. spec.Maps.Select(map => map.Name)]), line.Source,
                string.Create(CultureInfo.InvariantCulture, $"stepped through {line.Processed} times ({line.Share:P0}), {line.States} states")))],
        };
    }

    private BpfVerification Accepted(int depth) => new()
    {
        Path = spec.Path,
        Section = spec.Section,
        Name = spec.Name,
        Accepted = true,
        Runnable = true,
        StackDepth = depth,
        Kernel = BpfKernelKind.Managed,
    };

    private BpfVerification Refused(Refusal refusal) => new()
    {
        Path = spec.Path,
        Section = spec.Section,
        Name = spec.Name,
        Accepted = false,
        Message = refusal.Message,
        Reason = refusal.Reason,
        RuleId = refusal.Rule.Id,
        RuleName = refusal.Rule.Name,
        Suggestion = refusal.Suggestion.Length > 0 ? refusal.Suggestion : refusal.Rule.Action,
        At = new VerificationPoint(
            refusal.Instruction,
            refusal.Instruction < spec.Instructions.Length ? Disassembler.Format(spec.Instructions, refusal.Instruction, [.. spec.Maps.Select(map => map.Name)]) : "",
            spec.LineAt(refusal.Instruction)?.Source,
            refusal.Register >= 0 ? $"r{refusal.Register}" : ""),
        Kernel = BpfKernelKind.Managed,
    };

    private static string ExplainShape(DecodeError shape) => shape.Message switch
    {
        var message when message.StartsWith("unreachable", StringComparison.Ordinal) => $"No path from the start leads to instruction {shape.Index}.",
        var message when message.StartsWith("last insn", StringComparison.Ordinal) => "A function's last instruction neither returns nor jumps: execution would run into whatever follows.",
        var message when message.Contains("ldimm64", StringComparison.Ordinal) => "A jump leads into the second half of a 16-byte instruction.",
        var message when message.StartsWith("jump", StringComparison.Ordinal) => "A jump leads out of its function.",
        _ => "A call leads to no function.",
    };
}

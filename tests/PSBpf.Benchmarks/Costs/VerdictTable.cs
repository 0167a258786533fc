using System.Globalization;
using PSBpf.Diagnostics;
using PSBpf.Kernel;
using PSBpf.Objects;
using PSBpf.Verifier;

namespace PSBpf.Benchmarks.Costs;

/// <summary>What becomes of each program of real objects: a table in Markdown, which docs/corpus.md is.</summary>
/// <param name="managed">The engine.</param>
/// <param name="linux">The machine's kernel.</param>
/// <param name="output">Where the table goes.</param>
internal sealed class VerdictTable(IBpfKernel managed, IBpfKernel linux, TextWriter output)
{
    private sealed record Row(string Object, string Program, string Type, bool Loads, BpfVerification? Own, string Kernel, long KernelSteps, string Reason);

    /// <summary>Writes it.</summary>
    public void Write(IEnumerable<string> files)
    {
        var rows = files.SelectMany(Rows).ToList();
        var judged = rows.Where(row => row.KernelSteps > 0).ToList();
        int Count(Func<Row, bool> which) => rows.Count(which);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
            {rows.Count} programs of {rows.Select(row => row.Object).Distinct().Count()} objects: {Count(row => row.Loads)} load, {Count(row => row.Own is { Accepted: true })} verify here, {Count(Runs)} run in the managed engine.
            The kernel accepts {judged.Count}, of which {judged.Count(row => row.Own is { Accepted: true })} verify here, in {judged.Sum(row => row.Own?.ProcessedInstructions ?? 0)} steps where the kernel takes {judged.Sum(row => row.KernelSteps)}.
            {Count(row => row.Kernel == NoOracle)} cannot be asked of it on this machine ({NoOracle}). {Count(row => row.Kernel == Refused && row.Own is { Accepted: true })} are accepted here only.

            | program | type | loads | verifies | kernel | steps | kernel's | ratio | runs | reason |
            |---|---|---|---|---|---|---|---|---|---|
            """));
        foreach (var row in rows.OrderBy(row => row.Object, StringComparer.Ordinal).ThenBy(row => row.Program, StringComparer.Ordinal)) Write(row);
    }

    private const string NoOracle = "EPERM", Refused = "no";

    private static bool Runs(Row row) => row.Own is { Accepted: true, Runnable: true };

    private void Write(Row row)
    {
        string steps = row.Own is { Accepted: true } own ? Text(own.ProcessedInstructions) : "", theirs = row.KernelSteps > 0 ? Text(row.KernelSteps) : "";
        string ratio = steps.Length > 0 && row.KernelSteps > 0 ? ((double)row.Own!.ProcessedInstructions / row.KernelSteps).ToString("F2", CultureInfo.InvariantCulture) : "";
        output.WriteLine($"| {row.Object}/{row.Program} | {row.Type} | {Said(row.Loads)} | {Said(row.Own is { Accepted: true })} | {row.Kernel} | {steps} | {theirs} | {ratio} | {Said(Runs(row))} | {row.Reason.Replace('|', '/')} |");
    }

    private static string Said(bool yes) => yes ? "yes" : "no";

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private IEnumerable<Row> Rows(string file)
    {
        string name = Corpus.NameOf(file);
        ObjectSpec spec;
        try
        {
            spec = ObjectReader.Read(file);
        }
        catch (BpfException problem)
        {
            return [new Row(name, "", "", Loads: false, null, "", 0, problem.Diagnostic.ToString())];
        }

        return spec.Programs.Select(program => Judge(name, program));
    }

    private Row Judge(string name, ProgramSpec program)
    {
        var maps = program.Maps.Select(VerifyCost.Sized).ToList();
        var (own, problem) = Load(managed, program, maps);
        own ??= ProgramVerifier.Verify(program, maps).Verification with { Runnable = false };
        var (kernel, steps, said) = Ask(program, maps);
        string reason = !own.Accepted ? LastLine(own.Message) : problem ?? string.Join(", ", own.Unsupported);
        if (kernel == Refused) reason = $"{reason}{(reason.Length > 0 ? "; " : "")}the kernel says: {said}";
        return new Row(name, program.Name, program.Type.ToString(), Loads: true, own, kernel, steps, reason);
    }

    private (string Verdict, long Steps, string Said) Ask(ProgramSpec program, List<MapSpec> maps)
    {
        var (verdict, problem) = Load(linux, program, maps);
        if (verdict is { Accepted: true }) return ("yes", verdict.ProcessedInstructions, "");
        string said = verdict is null ? problem! : verdict.Message;
        return said.Contains("EPERM", StringComparison.Ordinal) || said.Contains("ermitted", StringComparison.Ordinal) ? (NoOracle, 0, "") : (Refused, 0, LastLine(said));
    }

    private static (BpfVerification? Verdict, string? Problem) Load(IBpfKernel kernel, ProgramSpec program, List<MapSpec> maps)
    {
        List<IKernelMap> live = [];
        try
        {
            foreach (var map in maps) live.Add(kernel.CreateMap(map));
            return (kernel.LoadProgram(program, live, new ProgramLoadOptions { VerifyOnly = true }).Verification, null);
        }
        catch (BpfException problem)
        {
            return (null, problem.Message);
        }
        finally
        {
            foreach (var map in live) map.Dispose();
        }
    }

    private static string LastLine(string text) => text.Split('\n')[^1];
}

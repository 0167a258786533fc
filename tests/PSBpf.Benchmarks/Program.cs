using PSBpf.Benchmarks;
using PSBpf.Benchmarks.Building;
using PSBpf.Benchmarks.Contenders;
using PSBpf.Benchmarks.Costs;
using PSBpf.Benchmarks.Measuring;
using PSBpf.Benchmarks.Reporting;
using PSBpf.Benchmarks.Workloads;
using PSBpf.Runtime;
using PSBpf.Runtime.Jit;

const int Failure = 1, Usage = 2;

if (BenchmarkOptions.Parse(args, out string? problem) is not { } options)
{
    if (problem is not null) Console.Error.WriteLine(problem);
    Console.Write(BenchmarkOptions.Usage);
    return problem is null ? 0 : Usage;
}

if (options.Cold is { } cold)
{
    LoadCost.RunCold(cold, Console.Out);
    return 0;
}

if (options.ColdTypes)
{
    ReadCost.RunCold(Console.Out);
    return 0;
}

var workloads = WorkloadTable.All.Where(workload => workload.IsEmpty || options.Includes(workload.Name)).ToList();
if (options.List)
{
    foreach (var workload in workloads) Console.WriteLine(workload.Name);
    return 0;
}

var builder = new ProgramBuilder();
using var managed = new ManagedKernel(new ManagedKernelOptions { InstructionBudget = long.MaxValue, Jit = new JitOptions { Checked = options.Checked } });
using var linux = new LinuxKernelContender();
using var native = new NativeContender();
using var interpreter = new InterpreterContender(managed);
using var jit = new JitContender(managed);
if (options.Verdicts)
{
    if (linux.Kernel is { } kernel) new VerdictTable(managed, kernel, Console.Out).Write(Corpus.Files().Select(file => file.FullName));
    return linux.Kernel is null ? 1 : 0;
}

var machine = Machine.Describe(builder.CompilerVersion);
Console.WriteLine(machine);
Console.WriteLine();

if (options.Read)
{
    CostReport.Write(Console.Out, [.. new ReadCost().Measure(new CostContext(builder, managed, linux.Kernel, options.Quick))]);
    return 0;
}

if (options.Verify is { } objects)
{
    new VerifyCost(new CostContext(builder, managed, linux.Kernel, options.Quick)).Run(objects, Console.Out);
    return 0;
}

var race = new Race(builder, [linux, native, interpreter, jit], options);
var table = new TableReport(Console.Out);
if (options.CostFilters.Count == 0) Compare();

var costs = new List<CostFigure>();
if (options.Costs)
{
    var context = new CostContext(builder, managed, linux.Kernel, options.Quick);
    foreach (ICostMeasurement measurement in (ICostMeasurement[])[new LoadCost(), new MemoryCost(), new LengthCost(), new CallCost(), new StatisticsCost(), new ReplayCost(), new HookCost(), new EventCost(), new ScriptCost(), new ReadCost()])
    {
        if (!options.IncludesCosts(measurement.Title)) continue;
        Console.WriteLine();
        Console.WriteLine(measurement.Title);
        var figures = measurement.Measure(context).ToList();
        costs.AddRange(figures);
        CostReport.Write(Console.Out, figures);
    }
}

if (options.JsonPath is { } json) JsonReport.Write(json, machine, table.Rows, costs);
return table.Rows.Any(row => row.Mismatch is not null) ? Failure : 0;

void Compare()
{
    foreach (string name in (string[])["tokeniser", "map_hash", "xdp_parse"]) race.WarmUp(WorkloadTable.All.Single(workload => workload.Name == name));
    table.Begin();
    foreach (var workload in workloads)
    {
        try
        {
            table.Add(race.Run(workload, Count));
        }
        catch (SkippedException skipped)
        {
            table.Skip(workload.Name, skipped.Message);
        }
    }

    table.End();
}

long? Count(BuiltWorkload built)
{
    try
    {
        using var program = KernelProgram.Load(managed, built, interpret: true, new SamplePlan(0, 0));
        return ((ManagedProgram)program.Program).CountInstructions(program.Request(1));
    }
    catch (SkippedException)
    {
        return null;
    }
}

using PSBpf.Kernel;
using PSBpf.Runtime;
using PSBpf.Runtime.Hooks;

namespace PSBpf.Benchmarks.Costs;

/// <summary>What one call from C# costs beside the program: a test run, and an event at a hook.</summary>
internal sealed class CallCost : ICostMeasurement
{
    private const int Counted = 1000;

    public string Title => "one call from C#: the empty program on 64 bytes";

    public IEnumerable<CostFigure> Measure(CostContext context)
    {
        if (context.TryBuild("empty_xdp") is not { } built) yield break;
        using var program = (ManagedProgram)context.Managed.LoadProgram(built.Main, [], ProgramLoadOptions.Default).Program!;
        var request = new TestRunRequest { Data = built.Workload.Packet };
        foreach (var figure in Figures("TestRun", () => program.TestRun(request))) yield return figure;

        using var link = context.Managed.Attach(program, HookName.Parse("xdp:bench0"));
        var hook = context.Managed.GetHook(link.Hook);
        foreach (var figure in Figures("hook fire", () => hook.Fire(built.Workload.Packet))) yield return figure;
        foreach (var figure in Figures("hook inject", () => hook.Inject(built.Workload.Packet))) yield return figure;

        IEnumerable<CostFigure> Figures(string name, Action action)
        {
            yield return new CostFigure(Title, name, "time", context.Time(action), "ns");
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int run = 0; run < Counted; run++) action();
            yield return new CostFigure(Title, name, "allocated", (GC.GetAllocatedBytesForCurrentThread() - before) / (double)Counted, "bytes");
        }
    }
}

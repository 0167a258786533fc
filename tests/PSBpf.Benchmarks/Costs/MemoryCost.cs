using PSBpf.Kernel;
using PSBpf.Runtime;

namespace PSBpf.Benchmarks.Costs;

/// <summary>What one more program takes: managed heap and the process's resident memory, compiled and run.</summary>
internal sealed class MemoryCost : ICostMeasurement
{
    // As many as take a while but no longer: what verifies slowly is loaded less often.
    private static readonly (string Name, int Copies)[] Programs = [("empty_tc", 1000), ("jhash", 200), ("lb_ipv4", 20), ("straight_1000", 100), ("straight_10000", 30)];

    public string Title => "memory per program";

    public IEnumerable<CostFigure> Measure(CostContext context)
    {
        foreach (var (name, copies) in Programs)
        {
            if (context.TryBuild(name) is not { } built) continue;
            var maps = built.Main.Maps.Select(context.Managed.CreateMap).ToList();
            var programs = new List<IKernelProgram>();
            var request = new TestRunRequest { Data = built.Workload.Packet, Repeat = 2 };
            Add(1);
            long heap = GC.GetTotalMemory(forceFullCollection: true), resident = Resident();
            Add(copies);
            double heapEach = (GC.GetTotalMemory(forceFullCollection: true) - heap) / (double)copies, residentEach = (Resident() - resident) / (double)copies;
            GC.KeepAlive(programs);
            foreach (var program in programs) program.Dispose();
            foreach (var map in maps) map.Dispose();
            yield return new CostFigure(Title, name, "instructions", built.Main.Instructions.Length, "");
            yield return new CostFigure(Title, name, "managed heap", heapEach / 1024, "KiB");
            yield return new CostFigure(Title, name, "resident", residentEach / 1024, "KiB");

            void Add(int count)
            {
                for (int copy = 0; copy < count; copy++)
                {
                    var program = context.Managed.LoadProgram(built.Main with { Instructions = [.. built.Main.Instructions] }, maps, ProgramLoadOptions.Default).Program!;
                    ((ManagedProgram)program).Compile();
                    program.TestRun(request);
                    programs.Add(program);
                }
            }
        }
    }

    // The aggressive collection gives back what is free, which would hide what is taken.
    private static long Resident()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        using var process = System.Diagnostics.Process.GetCurrentProcess();
        return process.WorkingSet64;
    }
}

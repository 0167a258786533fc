using System.Diagnostics;
using System.Globalization;
using PSBpf.Btf;
using PSBpf.Objects;
using PSBpf.Targets;

namespace PSBpf.Benchmarks.Costs;

/// <summary>
/// Reading the largest real objects that scripts/corpus.sh fetched, beside libbpf in the same run: parsing alone beside bpf_object__open, and the whole
/// beside that and bpf_object__load without the time in bpf(2). libbpf reads the kernel's types at each load; here they stay open in the process, so their first use is a row of its own.
/// </summary>
internal sealed class ReadCost : ICostMeasurement
{
    private const int Largest = 8;
    private const string ColdTypes = "kernel types";

    public string Title => "reading real objects";

    public IEnumerable<CostFigure> Measure(CostContext context)
    {
        if (Corpus.Files() is not { Count: > 0 } all) yield break;
        string[] files = [.. all.OrderByDescending(file => file.Length).Take(Largest).Select(file => file.FullName)];
        var libbpf = Libbpf(files, context.Quick ? 10 : 50);
        WarmUp(files);
        foreach (string file in files)
        {
            string name = Corpus.NameOf(file);
            // A machine without root has no other side.
            if (libbpf.TryGetValue(file, out var other))
            {
                yield return Figure(name, "libbpf open", other.Open / 1000);
                yield return Figure(name, "libbpf load", other.Load / 1000);
            }

            // Parsed here means linked too, which libbpf leaves to load.
            yield return Figure(name, "parse", context.Time(() => ObjectReader.Read(file, new ObjectReadOptions { Target = TargetKernel.None, LeaveCoRe = true })) / 1000);
            yield return Figure(name, "own types", context.Time(() => ObjectReader.Read(file, new ObjectReadOptions { Target = TargetKernel.None })) / 1000);
            yield return Figure(name, "kernel's types", context.Time(() => ObjectReader.Read(file)) / 1000);
        }

        if (TargetKernel.Machine.Types is null) yield break;
        byte[] data = File.ReadAllBytes("/sys/kernel/btf/vmlinux");
        yield return Figure(ColdTypes, "open and find", context.Time(() => BtfTypeSet.Open(data).Find(BtfKind.Struct, "task_struct")) / 1000);
    }

    /// <summary>The child process's part: the first look at the kernel's types, in milliseconds and MiB.</summary>
    public static void RunCold(TextWriter output)
    {
        long before = GC.GetTotalMemory(forceFullCollection: true);
        long start = Stopwatch.GetTimestamp();
        TimeSpan used = Environment.CpuUsage.TotalTime;
        var found = TargetKernel.Machine.Types?.Types.Find(BtfKind.Struct, "task_struct");
        double wall = Stopwatch.GetElapsedTime(start).TotalMilliseconds, cpu = (Environment.CpuUsage.TotalTime - used).TotalMilliseconds;
        double memory = (GC.GetTotalMemory(forceFullCollection: true) - before) / 1048576.0;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"first lookup of '{found?.Name}': {wall:F1} ms, {cpu:F1} ms of processor time, {memory:F1} MiB"));
    }

    /// <summary>Until the compiler of the runtime has optimised what reads: libbpf's was optimised when it was built.</summary>
    private static void WarmUp(string[] files)
    {
        for (long start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(3);)
        {
            foreach (string file in files)
            {
                _ = ObjectReader.Read(file, new ObjectReadOptions { Target = TargetKernel.None, LeaveCoRe = true });
                _ = ObjectReader.Read(file);
            }
        }
    }

    private CostFigure Figure(string subject, string name, double microseconds) => new(Title, subject, name, microseconds, "us");

    private static Dictionary<string, (double Open, double Load)> Libbpf(string[] files, int rounds)
    {
        Dictionary<string, (double Open, double Load)> times = [];
        string source = Path.Combine(AppContext.BaseDirectory, "Libbpf", "what_libbpf_loads.c"), program = Path.Combine(AppContext.BaseDirectory, "Libbpf", "what_libbpf_loads");
        if (!Environment.IsPrivilegedProcess || Run("cc", ["-O2", "-Wno-deprecated-declarations", "-rdynamic", "-o", program, source, "-lbpf", "-lelf", "-lz"]) is null) return times;
        foreach (string line in (Run(program, ["-t", rounds.ToString(CultureInfo.InvariantCulture), .. files]) ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Split(' ', 4) is ["time", var open, var load, var path])
                times[path] = (double.Parse(open, CultureInfo.InvariantCulture), double.Parse(load, CultureInfo.InvariantCulture));
        }

        return times;
    }

    private static string? Run(string program, IEnumerable<string> arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? output : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}

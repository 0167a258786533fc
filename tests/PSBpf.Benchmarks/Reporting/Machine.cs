using System.Runtime.InteropServices;

namespace PSBpf.Benchmarks.Reporting;

/// <summary>Where figures were measured.</summary>
/// <param name="Processor">Its name, as the system tells it.</param>
/// <param name="Processors">How many the process may use.</param>
/// <param name="System">The operating system.</param>
/// <param name="Runtime">.NET's version.</param>
/// <param name="Compiler">Clang's version; null without it.</param>
/// <param name="Time">When.</param>
internal sealed record Machine(string Processor, int Processors, string System, string Runtime, string? Compiler, DateTimeOffset Time)
{
    public static Machine Describe(string? compiler) => new(
        ProcessorName(), Environment.ProcessorCount, RuntimeInformation.OSDescription, RuntimeInformation.FrameworkDescription, compiler, DateTimeOffset.UtcNow);

    public override string ToString() =>
        $"{Processor}, {Processors} processors; {System}; {Runtime}; {Compiler ?? "no clang"}; {Time:yyyy-MM-dd}";

    private static string ProcessorName()
    {
        const string path = "/proc/cpuinfo";
        string? line = File.Exists(path) ? File.ReadLines(path).FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal)) : null;
        return line?.Split(':')[1].Trim() ?? Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER") ?? RuntimeInformation.ProcessArchitecture.ToString();
    }
}

using PSBpf.Kernel;
using PSBpf.Verifier.Tests.Support;
using PSBpf.Objects;

namespace PSBpf.Verifier.Tests;

public sealed class SampleTests
{
    public static TheoryData<string> Names() =>
        new(Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "Samples"), "*.o").Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Names))]
    public void A_sample_is_accepted_unless_it_is_broken_on_purpose(string name)
    {
        foreach (var program in ObjectReader.Read(Path.Combine(AppContext.BaseDirectory, "Samples", name)).Programs)
        {
            var report = ProgramVerifier.Verify(program, program.Maps, cancellation: TestContext.Current.CancellationToken).Verification;
            TestContext.Current.TestOutputHelper!.WriteLine($"{program.Name}: {report.ProcessedInstructions} processed, {report.PeakStates} states, stack {report.StackDepth}, {report.Duration.TotalMilliseconds:f1} ms");
            Assert.True(report.Accepted != name.StartsWith("broken", StringComparison.Ordinal), $"{report.At?.Instruction}: {report.At?.Text}\n{report.Message}\n{report.Reason}\n{string.Join('\n', report.CausalPath)}");
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_kernel_gives_a_sample_the_same_verdict(string name)
    {
        using var kernel = Oracle.OpenOrSkip();
        foreach (var program in ObjectReader.Read(Path.Combine(AppContext.BaseDirectory, "Samples", name)).Programs)
        {
            var maps = program.Maps.Select(kernel.CreateMap).ToList();
            var theirs = kernel.LoadProgram(program, maps, new ProgramLoadOptions { VerifyOnly = true }, TestContext.Current.CancellationToken).Verification;
            var ours = ProgramVerifier.Verify(program, program.Maps, cancellation: TestContext.Current.CancellationToken).Verification;
            foreach (var map in maps) map.Dispose();
            Assert.Equal(theirs.Accepted, ours.Accepted);
            Assert.Equal(theirs.At?.Instruction, ours.At?.Instruction);
        }
    }
}

using PSBpf.Kernel;
using PSBpf.Verifier.Tests.Agreement;
using PSBpf.Verifier.Tests.Support;

namespace PSBpf.Verifier.Tests.Random;

public sealed class RandomProgramTests
{
    // More by hand: PSBPF_RANDOM_PROGRAMS=100000 PSBPF_RANDOM_SEED=1000000
    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), out int value) ? value : otherwise;

    [Fact]
    public void Nothing_is_accepted_that_the_kernel_refuses()
    {
        using var kernel = Oracle.OpenOrSkip();
        var maps = ProgramGenerator.Maps.Select(kernel.CreateMap).ToList();
        var unsound = new List<string>();
        var imprecise = new List<string>();
        int count = Setting("PSBPF_RANDOM_PROGRAMS", 3000), first = Setting("PSBPF_RANDOM_SEED", 1), accepted = 0, ours = 0;
        for (int seed = first; seed < first + count; seed++)
        {
            var (program, text) = new ProgramGenerator(seed).Make();
            var mine = ProgramVerifier.Verify(program, program.Maps, new VerifierOptions { Processors = kernel.PossibleCpus }, cancellation: TestContext.Current.CancellationToken).Verification;
            var theirs = kernel.LoadProgram(program, maps, new ProgramLoadOptions { VerifyOnly = true }, TestContext.Current.CancellationToken).Verification;
            if (theirs.Accepted) accepted++;
            if (mine.Accepted) ours++;
            if (mine.Accepted && !theirs.Accepted) unsound.Add($"seed {seed}: the kernel says {theirs.At?.Instruction}: {theirs.Message}\n{text}\n");
            if (!mine.Accepted && theirs.Accepted) imprecise.Add($"seed {seed}: {mine.At?.Instruction}: {mine.At?.Text}: {mine.Message}");
        }

        foreach (var map in maps) map.Dispose();
        var output = TestContext.Current.TestOutputHelper!;
        output.WriteLine($"{count} programs: the kernel accepts {accepted}, we accept {ours}; refused here only: {imprecise.Count}");
        foreach (string one in imprecise.Take(20)) output.WriteLine(one);
        Assert.True(unsound.Count == 0, $"{unsound.Count} accepted that the kernel refuses\n{string.Join('\n', unsound.Take(5))}");
        Assert.True(accepted * 20 > count, $"the generator makes too few programs that anyone accepts: {accepted} of {count}");
    }

    [Fact]
    public void Programs_that_wander_through_the_kernel_s_structures_get_the_kernel_s_verdict()
    {
        using var kernel = KernelPointerAgreementTests.OpenOrSkip();
        var differences = new List<string>();
        int count = Setting("PSBPF_RANDOM_PROGRAMS", 3000), first = Setting("PSBPF_RANDOM_SEED", 1), accepted = 0;
        for (int seed = first; seed < first + count; seed++)
        {
            var (program, text) = new KernelPointerGenerator(seed).Make();
            var mine = ProgramVerifier.Verify(program, program.Maps, cancellation: TestContext.Current.CancellationToken).Verification;
            var theirs = kernel.LoadProgram(program, [], new ProgramLoadOptions { VerifyOnly = true }, TestContext.Current.CancellationToken).Verification;
            if (theirs.Accepted) accepted++;
            if (mine.Accepted != theirs.Accepted) differences.Add($"seed {seed}: the kernel says {theirs.At?.Instruction}: {theirs.Message}; we say {mine.At?.Instruction}: {mine.Message}\n{text}\n");
        }

        Assert.True(differences.Count == 0, $"{differences.Count} of {count}, {accepted} accepted\n{string.Join('\n', differences.Take(5))}");
        Assert.True(accepted * 20 > count, $"the generator makes too few programs that anyone accepts: {accepted} of {count}");
    }
}

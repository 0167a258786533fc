using PSBpf.Isa;
using PSBpf.Kernel;
using PSBpf.Objects;
using PSBpf.Uapi;

namespace PSBpf.Verifier.Tests;

public sealed class AdviceTests
{
    private const string Lookup = """
        r2 = r10
        r2 += -4
        r1 = map[table]
        call bpf_map_lookup_elem
        """;

    [Fact]
    public void The_second_lookup_of_the_same_key_is_told_of() =>
        Assert.Equal([(AdviceKind.SameLookup, 9)], Find($"r6 = *(u32 *)(r1 +12)\n*(u32 *)(r10 -4) = r6\n{Lookup}\n{Lookup}\nr0 = 0\nexit").Where(one => one.Kind == AdviceKind.SameLookup).Select(one => (one.Kind, one.Instruction - 2)));

    [Fact]
    public void A_lookup_of_a_key_that_was_changed_is_not() =>
        Assert.DoesNotContain(Find($"r6 = *(u32 *)(r1 +12)\n*(u32 *)(r10 -4) = r6\n{Lookup}\n*(u32 *)(r10 -4) = 7\n{Lookup}\nr0 = 0\nexit"), one => one.Kind == AdviceKind.SameLookup);

    [Theory]
    [InlineData("r0 = 2", true)]
    [InlineData("if r0 != 0 goto +0\nr0 = 2", false)]
    public void A_result_that_nobody_looks_at_is_told_of(string then, bool told) =>
        Assert.Equal(told, Find($"r2 = 0\ncall bpf_xdp_adjust_head\n{then}\nexit").Any(one => one is { Kind: AdviceKind.UncheckedResult, Instruction: 1 }));

    [Fact]
    public void Code_that_a_constant_switches_off_is_told_of() =>
        Assert.Equal([(AdviceKind.DeadCode, 2)], Find("r1 = 1\nif r1 == 1 goto out\nr2 = 3\nr3 = 4\nout:\nr0 = 2\nexit").Select(one => (one.Kind, one.Instruction)));

    [Theory]
    [InlineData("3", true)]
    [InlineData("100000", false)]
    public void A_hash_with_small_constant_keys_could_be_an_array(string key, bool told) =>
        Assert.Equal(told, Find($"*(u32 *)(r10 -4) = {key}\n{Lookup}\nr0 = 0\nexit").Any(one => one.Kind == AdviceKind.HashForArray));

    [Theory]
    [InlineData("bpf_get_smp_processor_id", true)]
    [InlineData("bpf_get_prandom_u32", false)]
    public void A_call_that_gives_the_same_in_each_round_is_told_of(string helper, bool told) =>
        Assert.Equal(told, Find($"r6 = 0\nagain:\ncall {helper}\nr6 += 1\nif r6 != 5 goto again\nr0 = 2\nexit").Any(one => one is { Kind: AdviceKind.LoopInvariantCall, Instruction: 1 }));

    [Theory]
    [InlineData(-500, true)]
    [InlineData(-100, false)]
    public void Stack_that_is_nearly_used_up_is_told_of(int offset, bool told) =>
        Assert.Equal(told, Find($"*(u32 *)(r10 {offset}) = 1\nr0 = 2\nexit").Any(one => one.Kind == AdviceKind.CloseToLimit));

    [Fact]
    public void A_program_with_nothing_to_say_of_gets_no_advice() => Assert.Empty(Find("r0 = 2\nexit"));

    private static IReadOnlyList<VerificationAdvice> Find(string text)
    {
        var table = new MapSpec { Name = "table", Type = MapType.Hash, KeySize = 4, ValueSize = 8, MaxEntries = 16 };
        var program = new ProgramSpec { Name = "p", Type = ProgramType.Xdp, Instructions = Assembler.Assemble(text, ["table"]).Instructions, Maps = [table] };
        var report = ProgramVerifier.Verify(program, program.Maps, new VerifierOptions { Advise = true }, TestContext.Current.CancellationToken).Verification;
        Assert.True(report.Accepted, report.Message);
        return report.Advice;
    }
}

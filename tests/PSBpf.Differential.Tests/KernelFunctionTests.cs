using PSBpf.Isa;
using PSBpf.Objects;
using PSBpf.Uapi;
using PSBpf.Verifier.Tests.Support;

namespace PSBpf.Differential.Tests;

public sealed class KernelFunctionTests
{
    public static TheoryData<string> Executors => CallbackTests.Executors;

    private static ProgramPair Load(KernelPair kernels, string text)
    {
        var code = text.Split('\n').Select(line => line.Trim()).ToList();
        var called = KernelFunctions.Name(code);
        var instructions = Assembler.Assemble(string.Join('\n', code), []).Instructions;
        return kernels.Load(new ProgramSpec { Name = "p", Type = ProgramType.Xdp, Instructions = instructions, Externs = KernelFunctions.Uses(called, instructions) });
    }

    [Theory]
    [MemberData(nameof(Executors))]
    public void Numbers_are_counted_alike(string executor)
    {
        using var kernels = KernelPair.OpenOrSkip(CallbackTests.Options(executor));
        foreach (var (first, last) in ((int, int)[])[(0, 10), (3, 3), (5, 4), (-4, 3), (0, 100000), (-2147483648, 2147483647), (2147483640, 2147483647), (0, 8388608), (0, 8388609)])
        {
            using var program = Load(kernels, $"""
                r1 = r10
                r1 += -8
                r2 = {first}
                r3 = {last}
                call bpf_iter_num_new()
                r6 = r0
                r7 = 0
                again:
                r1 = r10
                r1 += -8
                call bpf_iter_num_next()
                if r0 == 0 goto out
                r1 = *(u32 *)(r0 +0)
                r7 *= 3
                r7 += r1
                goto again
                out:
                r1 = r10
                r1 += -8
                call bpf_iter_num_destroy()
                r0 = r6
                r0 ^= r7
                exit
                """);
            Assert.NotNull(program.Same(new byte[64], what: $"{first} to {last}"));
        }
    }

    [Theory]
    [MemberData(nameof(Executors))]
    public void Loops_over_numbers_nest_and_sections_do_no_harm(string executor)
    {
        using var kernels = KernelPair.OpenOrSkip(CallbackTests.Options(executor));
        using var program = Load(kernels, """
            r8 = 0
            r1 = r10
            r1 += -8
            r2 = 0
            r3 = 10
            call bpf_iter_num_new()
            again:
            r1 = r10
            r1 += -8
            call bpf_iter_num_next()
            if r0 == 0 goto out
            r7 = *(u32 *)(r0 +0)
            call bpf_rcu_read_lock()
            r1 = r10
            r1 += -16
            r2 = 0
            r3 = r7
            call bpf_iter_num_new()
            inner:
            r1 = r10
            r1 += -16
            call bpf_iter_num_next()
            if r0 == 0 goto done
            r6 = *(u32 *)(r0 +0)
            r8 += r6
            goto inner
            done:
            r1 = r10
            r1 += -16
            call bpf_iter_num_destroy()
            call bpf_rcu_read_unlock()
            call bpf_preempt_disable()
            call bpf_preempt_enable()
            goto again
            out:
            r1 = r10
            r1 += -8
            call bpf_iter_num_destroy()
            r0 = r8
            exit
            """);
        Assert.Equal(120u, program.Same(new byte[64])!.ReturnValue);
    }
}

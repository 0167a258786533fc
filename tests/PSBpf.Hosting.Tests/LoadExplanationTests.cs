using PSBpf.Isa;
using PSBpf.Kernel;
using PSBpf.Objects;
using PSBpf.Uapi;

namespace PSBpf.Hosting.Tests;

public sealed class LoadExplanationTests
{
    private static readonly PoisonedInstruction Missing = new(2, "'struct task_struct.gone' is not there: Linux 9.9");

    [Fact]
    public void A_missing_field_that_the_program_gets_to_is_told_with_its_kernel()
    {
        var report = Verify("r0 = 0; if r0 == 0 goto +0; call 195896080; exit", program => program with { Poisoned = [Missing] });

        Assert.False(report.Accepted);
        Assert.Equal("BPF0322", report.RuleId);
        Assert.Contains("'struct task_struct.gone' is not there: Linux 9.9", report.Reason, StringComparison.Ordinal);
        Assert.Contains("bpf_core_field_exists", report.Suggestion, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_field_that_no_path_gets_to_does_no_harm()
    {
        var report = Verify("r0 = 0; if r0 == 0 goto +1; call 195896080; exit", program => program with { Poisoned = [Missing] });

        Assert.True(report.Accepted, report.Reason);
    }

    [Fact]
    public void A_kernel_function_is_named_where_there_is_none()
    {
        var use = new ExternUse(0, new ExternSpec("bpf_xdp_metadata_rx_hash", ExternKind.Function, IsWeak: false, 4711));
        var report = Verify("r0 = 0; exit", program => program with
        {
            Externs = [use], Instructions = [new Instruction(Opcodes.Jmp | Opcodes.Call, 0, Opcodes.PseudoKfuncCall, 0, 4711), .. program.Instructions],
        });

        Assert.False(report.Accepted);
        Assert.Contains("kernel function 'bpf_xdp_metadata_rx_hash'", report.Reason, StringComparison.Ordinal);
        Assert.Equal(["kernel function 'bpf_xdp_metadata_rx_hash'"], report.Unsupported);
    }

    private static BpfVerification Verify(string text, Func<ProgramSpec, ProgramSpec> change)
    {
        using var session = new BpfSession();
        var program = change(new ProgramSpec { Name = "p", Type = ProgramType.SocketFilter, Instructions = Assembler.Assemble(text.Replace("; ", "\n", StringComparison.Ordinal), []).Instructions });
        return session.Verify(new ObjectSpec { License = "GPL", Programs = [program], Maps = [] })[0];
    }
}

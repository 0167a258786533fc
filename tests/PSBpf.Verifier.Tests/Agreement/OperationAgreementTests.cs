using PSBpf.Btf;
using PSBpf.Objects;
using PSBpf.Targets;
using PSBpf.Uapi;

namespace PSBpf.Verifier.Tests.Agreement;

/// <summary>Programs that stand in for functions of the kernel's subsystems.</summary>
public sealed class OperationAgreementTests
{
    [Fact]
    public void Every_parameter_and_result_of_every_member_gets_the_kernel_s_verdict()
    {
        using var kernel = KernelPointerAgreementTests.OpenOrSkip();
        var types = TargetKernel.Machine.Types!.Types;
        var verdicts = new Verdicts(kernel);
        foreach (var table in OperationTable.All)
        {
            foreach (var member in ((BtfStruct)types.Find(BtfKind.Struct, table.Name)!).Members)
            {
                if (AttachPoint.Find(TargetKernel.Machine.Types!, ProgramType.StructOps, default, $"{table.Name}/{member.Name}") is not { } point) continue;
                foreach (uint flags in (uint[])[0, SectionNames.Sleepable])
                {
                    void Ask(string code) => verdicts.Ask($"{member.Name}: {code.ReplaceLineEndings(" ; ")}", Program(table.Name, member.Name, code) with { Flags = flags });
                    Ask("exit");
                    Ask("r0 = 77\nexit");
                    Ask("r0 = r1\nexit");
                    Ask("*(u64 *)(r1 +0) = 0\nr0 = 0\nexit");
                    for (int index = 0; index <= point.ParameterCount + 1; index++)
                    {
                        foreach (int size in (int[])[1, 2, 4, 8]) Ask($"r2 = *(u{size * 8} *)(r1 +{index * 8})\nr0 = 0\nexit");
                        Ask($"r2 = *(u64 *)(r1 +{index * 8})\nr3 = *(u8 *)(r2 +0)\nr0 = 0\nexit");
                        Ask($"r2 = *(u64 *)(r1 +{index * 8})\nr3 = *(u64 *)(r2 +2000)\nr0 = 0\nexit");
                        Ask($"r2 = *(u64 *)(r1 +{index * 8})\nr3 = 1\n*(u32 *)(r2 +0) = r3\nr0 = 0\nexit");
                    }
                }
            }
        }

        verdicts.Ask("without a licence", Program("tcp_congestion_ops", "ssthresh", "r0 = 0\nexit") with { License = "Proprietary" });
        verdicts.AssertAgreed(500);
    }

    [Fact]
    public void Every_write_gets_the_kernel_s_verdict()
    {
        using var kernel = KernelPointerAgreementTests.OpenOrSkip();
        var verdicts = new Verdicts(kernel);
        int end = TargetKernel.Machine.Types!.Types.SizeOf(TargetKernel.Machine.Types.Types.Find(BtfKind.Struct, "tcp_sock")!);
        for (int offset = -1; offset < end + 8; offset++)
        {
            foreach (int size in (int[])[1, 2, 4, 8])
            {
                // Away from what may be written, one size will do.
                if (size != 1 && offset % 4 != 0) continue;
                verdicts.Ask($"{size} at {offset}", Program("tcp_congestion_ops", "ssthresh", $"r2 = *(u64 *)(r1 +0)\nr3 = 1\n*(u{size * 8} *)(r2 {offset:+0;-0;+0}) = r3\nr0 = 0\nexit"));
            }
        }

        verdicts.AssertAgreed(2000);
        Assert.True(verdicts.Accepted > 100, $"{verdicts.Accepted} accepted");
    }

    internal static ProgramSpec Program(string table, string member, string code) =>
        Verdicts.Program(ProgramType.StructOps, default, code) with { AttachTarget = $"{table}/{member}" };
}

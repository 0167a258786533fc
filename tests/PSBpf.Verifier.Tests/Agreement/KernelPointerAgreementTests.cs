using PSBpf.Btf;
using PSBpf.Objects;
using PSBpf.Targets;
using PSBpf.Uapi;
using PSBpf.Verifier.Tests.Support;

namespace PSBpf.Verifier.Tests.Agreement;

/// <summary>Programs whose context and pointers the kernel's types describe: both verifiers read the same types.</summary>
public sealed class KernelPointerAgreementTests
{
    private static readonly BtfTypeSet? Types = TargetKernel.Machine.Types?.Types;

    [Fact]
    public void Every_parameter_of_every_tracepoint_gets_the_kernel_s_verdict()
    {
        using var kernel = OpenOrSkip();
        var verdicts = new Verdicts(kernel);
        foreach (var type in Types!.Types)
        {
            if (type is not BtfReference { ReferenceKind: BtfKind.Typedef } || !type.Name.StartsWith("btf_trace_", StringComparison.Ordinal)) continue;
            string name = type.Name["btf_trace_".Length..];
            if (AttachPoint.Find(TargetKernel.Machine.Types!, ProgramType.Tracing, AttachType.TraceRawTp, name) is not { } point) continue;
            for (int index = 0; index <= point.ParameterCount; index++)
            {
                verdicts.Ask($"{name} parameter {index}", Tracepoint(name, $"r2 = *(u64 *)(r1 +{index * 8})"));
                verdicts.Ask($"{name} parameter {index}, read through", Tracepoint(name, $"r2 = *(u64 *)(r1 +{index * 8})\nr2 = *(u8 *)(r2 +0)"));
            }
        }

        verdicts.AssertAgreed(2000);
    }

    [Fact]
    public void Every_parameter_of_every_iterator_gets_the_kernel_s_verdict()
    {
        using var kernel = OpenOrSkip();
        var verdicts = new Verdicts(kernel);
        foreach (var type in Types!.Types)
        {
            if (type is not BtfReference { ReferenceKind: BtfKind.Function } || !type.Name.StartsWith("bpf_iter_", StringComparison.Ordinal)) continue;
            string name = type.Name["bpf_iter_".Length..];
            if (!AttachPoint.IsIterator(name))
            {
                verdicts.Ask($"{name}, which is no iterator", Iterator(name, "r2 = 0"));
                continue;
            }

            for (int index = 0; index <= 5; index++)
            {
                string load = $"r2 = *(u64 *)(r1 +{index * 8})";
                foreach (uint flags in (uint[])[0, SectionNames.Sleepable])
                {
                    void Ask(string code) => verdicts.Ask($"{name} parameter {index}: {code.ReplaceLineEndings(" ; ")}", Iterator(name, code) with { Flags = flags });
                    Ask(load);
                    Ask($"{load}\nr2 = *(u8 *)(r2 +0)");
                    Ask($"{load}\nif r2 == 0 goto end\nr3 = *(u8 *)(r2 +0)");
                    Ask($"{load}\nif r2 == 0 goto end\nr3 = *(u64 *)(r2 +8)\nr3 = *(u8 *)(r3 +0)");
                    Ask($"{load}\nif r2 == 0 goto end\nr3 = 1\n*(u8 *)(r2 +0) = r3");
                    Ask($"{load}\nif r2 == 0 goto end\nr3 = *(u8 *)(r2 -1)");
                    Ask($"{load}\nif r2 == 0 goto end\nr6 = r2\ncall bpf_get_prandom_u32\nr0 &= 7\nr6 += r0\nr3 = *(u8 *)(r6 +0)");
                    // Only what is vouched for is memory to helpers.
                    Ask($"{load}\nif r2 == 0 goto end\nr1 = r2\nr2 = 1\ncall bpf_trace_printk");
                    Ask($"{load}\nif r2 == 0 goto end\nr1 = r2\nr2 = 1\nr3 = 0\ncall bpf_probe_read_kernel");
                }
            }

            foreach (int size in (int[])[1, 2, 4])
                for (int offset = 0; offset <= 32; offset += size) verdicts.Ask($"{name} reads {size} at {offset}", Iterator(name, $"r2 = *(u{size * 8} *)(r1 +{offset})"));
        }

        verdicts.AssertAgreed(2000);
    }

    // Where a pointer to a structure comes from, in r2; and of how many places one is asked about.
    public static TheoryData<string, string, bool, int, string> Structures() => new()
    {
        { "task_struct", "sched_switch", false, 1, "r2 = *(u64 *)(r1 +8)" },
        { "task_struct", "sched_switch", false, 5, "r2 = *(u64 *)(r1 +8)\nr2 = *(u64 *)(r2 +{real_parent})" },
        { "task_struct", "sched_switch", false, 5, "r2 = *(u64 *)(r1 +8)\nr2 = *(u64 *)(r2 +{last_wakee})" },
        { "task_struct", "task", true, 5, "r2 = *(u64 *)(r1 +8)\nif r2 == 0 goto end" },
        { "sock", "tcp_send_reset", false, 1, "r2 = *(u64 *)(r1 +0)\nif r2 == 0 goto end" },
        { "sock", "tcp_probe", false, 5, "r2 = *(u64 *)(r1 +0)" },
        { "sk_buff", "kfree_skb", false, 1, "r2 = *(u64 *)(r1 +0)" },
        { "sk_buff", "kfree_skb", false, 5, "r2 = *(u64 *)(r1 +0)\nr2 = *(u64 *)(r2 +{next})" },
        { "file", "task_file", true, 1, "r2 = *(u64 *)(r1 +24)\nif r2 == 0 goto end" },
        { "linux_binprm", "sched_process_exec", false, 1, "r2 = *(u64 *)(r1 +16)" },
        { "file", "sched_process_exec", false, 5, "r2 = *(u64 *)(r1 +16)\nr2 = *(u64 *)(r2 +{linux_binprm.file})" },
        { "request", "block_rq_issue", false, 1, "r2 = *(u64 *)(r1 +0)" },
        { "bpf_map", "bpf_map", true, 1, "r2 = *(u64 *)(r1 +8)\nif r2 == 0 goto end" },
        { "bpf_prog", "bpf_prog", true, 1, "r2 = *(u64 *)(r1 +8)\nif r2 == 0 goto end" },
        { "cgroup", "cgroup", true, 1, "r2 = *(u64 *)(r1 +8)\nif r2 == 0 goto end" },
        { "vm_area_struct", "task_vma", true, 1, "r2 = *(u64 *)(r1 +16)\nif r2 == 0 goto end" },
        { "udp_sock", "udp", true, 5, "r2 = *(u64 *)(r1 +8)\nif r2 == 0 goto end" },
        { "seq_file", "task", true, 1, "r2 = *(u64 *)(r1 +0)\nr2 = *(u64 *)(r2 +0)" },
        { "fib6_info", "ipv6_route", true, 1, "r2 = *(u64 *)(r1 +8)\nif r2 == 0 goto end" },
    };

    [Theory]
    [MemberData(nameof(Structures))]
    public void Every_place_of_a_structure_gets_the_kernel_s_verdict(string structure, string target, bool isIterator, int step, string load)
    {
        using var kernel = OpenOrSkip();
        var type = (BtfStruct)Types!.Find(BtfKind.Struct, structure)!;
        load = Fill(load, type);
        ProgramSpec Program(string code) => isIterator ? Iterator(target, code) : Tracepoint(target, code);
        var verdicts = new Verdicts(kernel);
        // Every byte of small ones; of large ones where members begin, and around.
        var offsets = type.Size <= 300
            ? Enumerable.Range(-8, type.Size + 17)
            : Places(type, 0).Distinct().Where((_, index) => index % step == 0).SelectMany(at => (int[])[at, at + 1, at + 4]).Concat([-8, -1, type.Size - 8, type.Size - 1, type.Size, type.Size + 8]).Distinct();
        foreach (int offset in offsets)
        {
            foreach (string width in (string[])["u8", "u16", "u32", "u64"])
                verdicts.Ask($"{structure} reads {width} at {offset}", Program($"{load}\nr3 = *({width} *)(r2 {offset:+0;-0;+0})"));
            if (offset % 8 != 0) continue;
            string member = $"{load}\nr3 = *(u64 *)(r2 {offset:+0;-0;+0})";
            verdicts.Ask($"{structure}: what is at {offset} read through", Program($"{member}\nr4 = *(u8 *)(r3 +0)"));
            verdicts.Ask($"{structure}: what is at {offset} read through after a check", Program($"{member}\nif r3 == 0 goto end\nr4 = *(u64 *)(r3 +8)"));
            verdicts.Ask($"{structure}: what is at {offset} moved", Program($"{member}\nr3 += 4\nr4 = *(u8 *)(r3 +0)"));
            verdicts.Ask($"{structure}: what is at {offset} printed", Program($"{member}\nr1 = r3\nr2 = 1\ncall bpf_trace_printk"));
            verdicts.Ask($"{structure}: what is at {offset} as a task", Program($"{member}\nr1 = r3\nr2 = r10\nr2 += -8\nr3 = 8\nr4 = 0\ncall bpf_get_task_stack"));
            verdicts.Ask($"{structure}: what is at {offset} as a socket", Program($"{member}\nr1 = r3\ncall bpf_skc_to_tcp_sock"));
            verdicts.Ask($"{structure}: what is at {offset} as a file", Program($"{member}\nr1 = r3\ncall bpf_sock_from_file"));
            verdicts.Ask($"{structure}: {offset} on as a socket", Program($"{load}\nr1 = r2\nr1 += {offset}\ncall bpf_skc_to_tcp_sock"));
            verdicts.Ask($"{structure}: {offset} on printed", Program($"{load}\nr1 = r2\nr1 += {offset}\nr2 = 8\ncall bpf_trace_printk"));
            verdicts.Ask($"{structure}: what is at {offset} against null", Program($"{member}\nif r3 != 0 goto end\nr4 = *(u64 *)(r10 +8)"));
        }

        verdicts.AssertAgreed(100);
    }

    [Theory]
    [InlineData("r2 += 8\nr3 = *(u64 *)(r2 +8)")]
    [InlineData("r2 -= 8\nr3 = *(u64 *)(r2 +24)")]
    [InlineData("r2 += -8\nr3 = *(u64 *)(r2 +8)")]
    [InlineData("r3 = 8\nr2 += r3\nr3 = *(u32 *)(r2 +8)")]
    [InlineData("r6 = r2\ncall bpf_get_prandom_u32\nr0 &= 7\nr6 += r0\nr3 = *(u8 *)(r6 +0)")]
    [InlineData("r6 = r2\ncall bpf_get_prandom_u32\nr6 += r0")]
    [InlineData("r2 &= 7")]
    [InlineData("r2 *= 2")]
    [InlineData("w2 += 1")]
    [InlineData("r3 = r2\nr3 -= r2")]
    [InlineData("*(u64 *)(r10 -8) = r2\nr2 = *(u64 *)(r10 -8)\nr3 = *(u64 *)(r2 +0)")]
    [InlineData("*(u32 *)(r10 -8) = r2")]
    [InlineData("*(u64 *)(r2 +0) = 1")]
    [InlineData("r3 = 1\n*(u64 *)(r2 +0) = r3")]
    [InlineData("*(u64 *)(r2 +0) = r2")]
    [InlineData("r3 = 1\nlock *(u64 *)(r2 +0) += r3")]
    [InlineData("r0 = r2\nexit")]
    [InlineData("r0 = -5\nexit")]
    [InlineData("r0 = 5\nexit")]
    [InlineData("if r2 != 0 goto end\nr3 = *(u64 *)(r10 +8)")]
    [InlineData("if r2 == r1 goto end\nr3 = *(u64 *)(r2 +0)")]
    [InlineData("*(u64 *)(r1 +8) = r2")]
    [InlineData("r3 = *(u32 *)(r1 +8)")]
    [InlineData("r3 = *(u64 *)(r1 +4)")]
    [InlineData("r3 = *(u64 *)(r1 -8)")]
    [InlineData("r3 = *(u64 *)(r1 +88)")]
    [InlineData("r3 = *(u64 *)(r1 +96)")]
    [InlineData("r1 += 8\nr3 = *(u64 *)(r1 +0)")]
    [InlineData("r3 = *(u64 *)(r2 +{stack})\nr3 = *(u64 *)(r3 +100)")]
    [InlineData("r3 = *(u64 *)(r2 +{stack})\nr3 = *(u64 *)(r3 -100)")]
    [InlineData("r6 = *(u64 *)(r2 +{stack})\ncall bpf_get_prandom_u32\nr0 &= 255\nr6 += r0\nr3 = *(u64 *)(r6 +0)")]
    [InlineData("r6 = *(u64 *)(r2 +{stack})\ncall bpf_get_prandom_u32\nr6 += r0\nr3 = *(u64 *)(r6 +0)")]
    [InlineData("r3 = *(u64 *)(r2 +{stack})\n*(u64 *)(r3 +0) = 1")]
    [InlineData("r3 = *(u64 *)(r2 +{stack})\nr4 = 1\nlock *(u64 *)(r3 +0) += r4")]
    [InlineData("r3 = *(u64 *)(r2 +{stack})\nif r3 != 0 goto end\nr3 = *(u64 *)(r10 +8)")]
    [InlineData("r1 = *(u64 *)(r2 +{stack})\nr2 = 8\ncall bpf_trace_printk")]
    [InlineData("r3 = *(u64 *)(r2 +{stack})\nr1 = r10\nr1 += -8\nr2 = 8\ncall bpf_probe_read_kernel")]
    [InlineData("r1 = r2\nr1 += {comm}\nr2 = 16\ncall bpf_trace_printk")]
    [InlineData("r1 = r2\nr1 += {comm}\nr2 = 17\ncall bpf_trace_printk")]
    [InlineData("r1 = r2\nr1 += {comm}\nr2 = 16\ncall bpf_get_current_comm")]
    [InlineData("r6 = r2\ncall bpf_get_prandom_u32\nr0 &= 15\nr0 += 1\nr2 = r0\nr1 = r6\nr1 += {comm}\ncall bpf_trace_printk")]
    [InlineData("r6 = r2\ncall bpf_get_prandom_u32\nr0 &= 31\nr0 += 1\nr2 = r0\nr1 = r6\nr1 += {comm}\ncall bpf_trace_printk")]
    [InlineData("call bpf_get_current_task_btf\nr3 = *(u64 *)(r0 +{stack})")]
    [InlineData("call bpf_get_current_task_btf\nif r0 != 0 goto end\nr3 = *(u64 *)(r10 +8)")]
    [InlineData("call bpf_get_current_task_btf\nr1 = r0\ncall bpf_task_pt_regs\nr3 = *(u64 *)(r0 +0)")]
    [InlineData("call bpf_get_current_task_btf\nr1 = r0\ncall bpf_task_pt_regs\nr1 = r0\nr2 = 8\ncall bpf_trace_printk")]
    [InlineData("call bpf_get_current_task_btf\nr1 = r0\nr1 += 8\ncall bpf_task_pt_regs")]
    [InlineData("call bpf_get_current_task\nr3 = *(u64 *)(r0 +0)")]
    [InlineData("r1 = 0\ncall bpf_task_pt_regs")]
    [InlineData("r1 = r2\ncall bpf_get_socket_cookie")]
    [InlineData("r1 = 0\ncall bpf_get_socket_cookie")]
    [InlineData("r3 = *(u64 *)(r2 +{real_parent})\nr3 = *(u64 *)(r3 +{real_parent})\nr3 = *(u64 *)(r3 +{real_parent})\nr1 = r3\ncall bpf_task_pt_regs")]
    [InlineData("r3 = *(u64 *)(r2 +{last_wakee})\nr3 = *(u64 *)(r3 +{real_parent})\nr1 = r3\ncall bpf_task_pt_regs")]
    [InlineData("call bpf_get_prandom_u32\nr3 = r2")]
    [InlineData("r6 = r2\ncall bpf_get_prandom_u32\nif r0 == 0 goto +1\nr6 = *(u64 *)(r6 +{last_wakee})\nr3 = *(u64 *)(r6 +0)")]
    [InlineData("r6 = r2\ncall bpf_get_prandom_u32\nif r0 == 0 goto +2\nr6 = r10\nr6 += -8\nr3 = *(u64 *)(r6 +0)")]
    public void What_is_done_with_a_task_gets_the_kernel_s_verdict(string code)
    {
        using var kernel = OpenOrSkip();
        var verdicts = new Verdicts(kernel);
        code = Fill(code, (BtfStruct)Types!.Find(BtfKind.Struct, "task_struct")!);
        verdicts.Ask("tracepoint", Tracepoint("sched_switch", $"r2 = *(u64 *)(r1 +8)\n{code}"));
        verdicts.Ask("tracepoint, not GPL", Tracepoint("sched_switch", $"r2 = *(u64 *)(r1 +8)\n{code}") with { License = "Proprietary" });
        verdicts.Ask("iterator", Iterator("task", $"r2 = *(u64 *)(r1 +8)\nif r2 == 0 goto end\n{code}"));
        verdicts.Ask("iterator that sleeps", Iterator("task", $"r2 = *(u64 *)(r1 +8)\nif r2 == 0 goto end\n{code}") with { Flags = SectionNames.Sleepable });
        verdicts.Ask("kprobe", Verdicts.Program(ProgramType.Kprobe, default, $"r6 = r1\ncall bpf_get_current_task_btf\nr1 = r6\nr2 = r0\n{code}\nend:\nr0 = 0\nexit"));
        verdicts.AssertAgreed(5);
    }

    // Linux 6.18 keeps what it knew of the number, 0 here, and accepts this.
    [Fact]
    public void A_number_that_an_unknown_pointer_goes_into_may_be_any_whatever_the_kernel_thinks()
    {
        Assert.SkipWhen(Types is null, "the machine's kernel tells nothing of its types");
        string code = Fill("r6 = *(u64 *)(r1 +8)\nr6 = *(u64 *)(r6 +{stack})\nr3 = 0\nr3 |= r6\nr2 = r10\nr2 += -8\nr2 += r3\n*(u64 *)(r2 +0) = 0", (BtfStruct)Types!.Find(BtfKind.Struct, "task_struct")!);
        var report = ProgramVerifier.Verify(Tracepoint("sched_switch", code), [], cancellation: TestContext.Current.CancellationToken).Verification;
        Assert.Contains("unbounded min value", report.Message, StringComparison.Ordinal);
    }

    internal static Kernel.IBpfKernel OpenOrSkip()
    {
        Assert.SkipWhen(Types is null, "the machine's kernel tells nothing of its types");
        return Oracle.OpenOrSkip();
    }

    internal static ProgramSpec Tracepoint(string name, string code) => Program(AttachType.TraceRawTp, name, code);

    internal static ProgramSpec Iterator(string name, string code) => Program(AttachType.TraceIter, name, code);

    private static ProgramSpec Program(AttachType attach, string target, string code) =>
        Verdicts.Program(ProgramType.Tracing, attach, $"{code}\nend:\nr0 = 0\nexit") with { AttachTarget = target };

    // {member} and {struct.member} are offsets.
    private static string Fill(string text, BtfStruct type) => System.Text.RegularExpressions.Regex.Replace(text, @"\{((\w+)\.)?(\w+)\}", match =>
    {
        var owner = match.Groups[2].Success ? Types!.Find(BtfKind.Struct, match.Groups[2].Value)! : type;
        Assert.True(Types!.TryFindMember(owner, match.Groups[3].Value, out _, out int bits), $"{owner.Name} has no {match.Groups[3].Value}");
        return (bits / 8).ToString(System.Globalization.CultureInfo.InvariantCulture);
    });

    private static IEnumerable<int> Places(BtfStruct type, int start)
    {
        foreach (var member in type.Members)
        {
            yield return start + (member.BitOffset / 8);
            if (Types!.Resolve(Types[member.TypeId]) is not BtfStruct inner) continue;
            foreach (int place in Places(inner, start + (member.BitOffset / 8))) yield return place;
        }
    }
}

using PSBpf.Btf;
using PSBpf.CoRe;
using PSBpf.Diagnostics;
using PSBpf.Objects;
using PSBpf.Targets;
using PSBpf.Uapi;
using PSBpf.Verifier.Tests.Agreement;

namespace PSBpf.Verifier.Tests;

/// <summary>Programs judged by types that were made for the test: what the machine's kernel does not have, and machines without a kernel's types.</summary>
public sealed class KernelTypeTests
{
    private const int Node = 12;

    // struct item { int number; };
    // struct node { int value; unsigned flag : 3; struct node *next, __rcu *shared, __user *theirs, __percpu *counters; union { struct node *one; long number; }; char name[8]; struct item rest[]; };
    // struct node__safe_rcu_or_null { struct node *next; };
    // typedef void (*btf_trace_visit)(void *, struct node *, struct node **, void (*)(void)); and the same for an event of a subsystem of which nothing is known.
    private static readonly TargetKernel Made = TargetKernel.None.WithTypes(new CoreTarget("a made-up kernel", BtfTypeSet.Create(
    [
        new BtfInt(1, "int", 4, BtfIntEncoding.Signed, 0, 32),
        new BtfInt(2, "char", 1, BtfIntEncoding.Signed, 0, 8),
        new BtfInt(3, "long", 8, BtfIntEncoding.Signed, 0, 64),
        new BtfReference(4, "", BtfKind.Pointer, Node),
        new BtfReference(5, "rcu", BtfKind.TypeTag, Node),
        new BtfReference(6, "user", BtfKind.TypeTag, Node),
        new BtfReference(7, "percpu", BtfKind.TypeTag, Node),
        new BtfReference(8, "", BtfKind.Pointer, 5),
        new BtfReference(9, "", BtfKind.Pointer, 6),
        new BtfReference(10, "", BtfKind.Pointer, 7),
        new BtfStruct(11, "item", false, 4, [new BtfMember("number", 1, 0, 0)]),
        new BtfStruct(Node, "node", false, 56,
        [
            new BtfMember("value", 1, 0, 0), new BtfMember("flag", 1, 32, 3), new BtfMember("next", 4, 64, 0), new BtfMember("shared", 8, 128, 0), new BtfMember("theirs", 9, 192, 0),
            new BtfMember("counters", 10, 256, 0), new BtfMember("", 13, 320, 0), new BtfMember("name", 14, 384, 0), new BtfMember("rest", 15, 448, 0),
        ]),
        new BtfStruct(13, "", true, 8, [new BtfMember("one", 4, 0, 0), new BtfMember("number", 3, 0, 0)]),
        new BtfArray(14, 2, 1, 8),
        new BtfArray(15, 11, 1, 0),
        new BtfReference(16, "", BtfKind.Pointer, 0),
        new BtfReference(17, "", BtfKind.Pointer, 4),
        new BtfFunctionPrototype(18, 0, []),
        new BtfReference(19, "", BtfKind.Pointer, 18),
        new BtfFunctionPrototype(20, 0, [new BtfParameter("data", 16), new BtfParameter("node", 4), new BtfParameter("place", 17), new BtfParameter("call", 19)]),
        new BtfReference(21, "", BtfKind.Pointer, 20),
        new BtfReference(22, "btf_trace_visit", BtfKind.Typedef, 21),
        new BtfReference(23, "btf_trace_svc_visit", BtfKind.Typedef, 21),
        new BtfReference(24, "fixed_node", BtfKind.Variable, Node, BtfLinkage.Global),
        new BtfReference(25, "fixed_number", BtfKind.Variable, 3, BtfLinkage.Global),
        new BtfReference(26, "counter", BtfKind.Variable, 3, BtfLinkage.Global),
        new BtfReference(27, "each_node", BtfKind.Variable, Node, BtfLinkage.Global),
        new BtfDataSection(28, ".data..percpu", 64, [new BtfSectionVariable(26, 0, 8), new BtfSectionVariable(27, 8, 56)]),
        new BtfStruct(29, "node__safe_rcu_or_null", false, 8, [new BtfMember("next", 4, 0, 0)]),
    ])));

    [Theory]
    [InlineData("r2 = *(u32 *)(r6 +0)", "")]
    [InlineData("r2 = *(u8 *)(r6 +4)", "")]
    [InlineData("r2 = *(u32 *)(r6 +4)", "")]
    [InlineData("r2 = *(u8 *)(r6 +5)", "struct node doesn't have field at offset 5")]
    [InlineData("r2 = *(u64 *)(r6 +0)", "access beyond the end of member value (mend:4) in struct node with off 0 size 8")]
    [InlineData("r2 = *(u64 *)(r6 +48)", "")]
    [InlineData("r2 = *(u32 *)(r6 +53)", "access beyond struct node at off 53 size 4")]
    [InlineData("r2 = *(u32 *)(r6 +56)", "")]
    [InlineData("r2 = *(u32 *)(r6 +4000)", "")]
    [InlineData("r2 = *(u64 *)(r6 +56)", "access beyond struct item at off 0 size 8")]
    [InlineData("r2 = *(u64 *)(r6 +8)\nr2 = *(u32 *)(r2 +0)", "R2 invalid mem access 'rcu_ptr_or_null_'")]
    [InlineData("r2 = *(u64 *)(r6 +16)\nr2 = *(u32 *)(r2 +0)", "R2 invalid mem access 'rcu_ptr_or_null_'")]
    [InlineData("r2 = *(u64 *)(r6 +16)\nif r2 == 0 goto end\nr2 = *(u32 *)(r2 +0)", "")]
    [InlineData("r2 = *(u64 *)(r6 +24)\nr2 = *(u32 *)(r2 +0)", "R2 is ptr_node access user memory: off=0")]
    [InlineData("r2 = *(u64 *)(r6 +32)\nr2 = *(u32 *)(r2 +0)", "R2 is ptr_node access percpu memory: off=0")]
    [InlineData("r1 = *(u64 *)(r6 +32)\ncall bpf_this_cpu_ptr\nr2 = *(u32 *)(r0 +0)", "")]
    [InlineData("r1 = *(u64 *)(r6 +32)\nr2 = 0\ncall bpf_per_cpu_ptr\nr2 = *(u32 *)(r0 +0)", "R0 invalid mem access 'ptr_or_null_'")]
    [InlineData("r1 = *(u64 *)(r6 +8)\ncall bpf_this_cpu_ptr", "R1 type=rcu_ptr_or_null_ expected=percpu_ptr_")]
    [InlineData("r2 = *(u64 *)(r6 +40)\nr2 = *(u32 *)(r2 +0)", "")]
    [InlineData("r1 = *(u64 *)(r6 +40)\nr2 = 4\ncall bpf_trace_printk", "R1 type=untrusted_ptr_ expected=")]
    [InlineData("r2 = *(u64 *)(r7 +8)", "func 'visit' arg1 type struct node * is not a struct")]
    [InlineData("r2 = *(u64 *)(r7 +16)", "func 'visit' arg2 type void (void) is not a struct")]
    [InlineData("r2 = ksym 24\nr2 = *(u32 *)(r2 +0)", "")]
    [InlineData("r2 = ksym 24\nr2 = *(u64 *)(r2 +8)\nr2 = *(u32 *)(r2 +0)", "")]
    [InlineData("r2 = ksym 25\nr2 = *(u64 *)(r2 +0)", "")]
    [InlineData("r2 = ksym 25\nr2 = *(u64 *)(r2 +1)", "invalid access to memory, mem_size=8 off=1 size=8")]
    [InlineData("r2 = ksym 25\n*(u64 *)(r2 +0) = 0", "R2 cannot write into rdonly_mem")]
    [InlineData("r2 = ksym 26\nr2 = *(u64 *)(r2 +0)", "R2 is ptr_long access percpu memory: off=0")]
    [InlineData("r1 = ksym 26\ncall bpf_this_cpu_ptr\nr2 = *(u64 *)(r0 +0)", "")]
    [InlineData("r1 = ksym 26\ncall bpf_this_cpu_ptr\n*(u64 *)(r0 +0) = 0", "R0 cannot write into rdonly_mem")]
    [InlineData("r1 = ksym 26\nr2 = 1\ncall bpf_per_cpu_ptr\nr2 = *(u64 *)(r0 +0)", "R0 invalid mem access 'rdonly_mem_or_null'")]
    [InlineData("r1 = ksym 26\nr2 = 1\ncall bpf_per_cpu_ptr\nif r0 == 0 goto end\nr2 = *(u64 *)(r0 +0)", "")]
    [InlineData("r1 = ksym 26\ncall bpf_this_cpu_ptr\nr1 = r0\nr2 = 8\ncall bpf_trace_printk", "")]
    [InlineData("r1 = ksym 26\ncall bpf_this_cpu_ptr\nr1 = r0\nr2 = 9\ncall bpf_trace_printk", "invalid access to memory, mem_size=8 off=0 size=9")]
    [InlineData("r1 = ksym 27\ncall bpf_this_cpu_ptr\nr2 = *(u32 *)(r0 +0)", "")]
    [InlineData("r1 = ksym 12", "pseudo btf_id 12 in ldimm64 isn't KIND_VAR or KIND_FUNC")]
    [InlineData("r1 = ksym 400", "ldimm64 insn specifies invalid btf_id 400.")]
    [InlineData("call bpf_get_current_task_btf", "failed to find kernel BTF type ID of 'task_struct'")]
    public void Types_decide(string code, string message)
    {
        var report = Judge(Program("visit", code), Made);
        Assert.True(report.Accepted == (message.Length == 0), $"{report.Message}: {report.Reason}");
        Assert.Contains(message, report.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_tracepoint_that_nobody_was_asked_about_hands_out_may_be_null()
    {
        Assert.Contains("R6 invalid mem access 'trusted_ptr_or_null_'", Judge(Program("svc_visit", "r2 = *(u32 *)(r6 +0)"), Made).Message, StringComparison.Ordinal);
        Assert.True(Judge(Program("svc_visit", "if r6 == 0 goto end\nr2 = *(u32 *)(r6 +0)"), Made).Accepted);
    }

    [Fact]
    public void A_target_that_the_kernel_does_not_have_is_named()
    {
        var report = Judge(Program("elsewhere", "r2 = 0"), Made);
        Assert.Equal(DiagnosticRules.AttachTarget.Id, report.RuleId);
        Assert.Contains("btf_trace_elsewhere", report.Message, StringComparison.Ordinal);
        Assert.Contains("a made-up kernel", report.Reason, StringComparison.Ordinal);
        Assert.Equal(DiagnosticRules.AttachTarget.Id, Judge(Program("", "r2 = 0"), Made).RuleId);
    }

    [Theory]
    [InlineData(ProgramType.Tracing, AttachType.TraceRawTp, "r0 = 0\nexit")]
    [InlineData(ProgramType.Tracing, AttachType.TraceIter, "r0 = 0\nexit")]
    [InlineData(ProgramType.Tracing, AttachType.TraceFentry, "r0 = 0\nexit")]
    [InlineData(ProgramType.Lsm, AttachType.LsmMac, "r0 = 0\nexit")]
    [InlineData(ProgramType.Kprobe, AttachType.CgroupInetIngress, "call bpf_get_current_task_btf\nr0 = 0\nexit")]
    [InlineData(ProgramType.Kprobe, AttachType.CgroupInetIngress, "r1 = ksym 24\nr0 = 0\nexit")]
    [InlineData(ProgramType.Netfilter, AttachType.Netfilter, "r1 = *(u64 *)(r1 +0)\nr0 = 0\nexit")]
    public void Without_a_kernel_s_types_it_is_said_what_to_give(ProgramType type, AttachType attach, string code)
    {
        var report = Judge(Assembled(type, attach, code) with { AttachTarget = "somewhere" }, TargetKernel.None);
        Assert.False(report.Accepted);
        Assert.Equal(DiagnosticRules.KernelTypesMissing.Id, report.RuleId);
        Assert.Contains("-Btf", report.Suggestion, StringComparison.Ordinal);
    }

    [Fact]
    public void The_log_names_structures_as_the_kernel_does()
    {
        var options = new VerifierOptions { LogLevel = 2 };
        var program = Program("visit", "r2 = *(u64 *)(r6 +16)\nr3 = *(u64 *)(r6 +32)\nr4 = *(u64 *)(r6 +40)\nr5 = ksym 25") with { Target = Made };
        string log = ProgramVerifier.Verify(program, [], options, TestContext.Current.CancellationToken).Verification.Log;
        foreach (string state in (string[])["R6=trusted_ptr_node()", "R2=rcu_ptr_or_null_node(id=1)", "R3=percpu_ptr_node()", "R4=untrusted_ptr_node()", "R5=rdonly_mem(sz=8)"])
            Assert.Contains(state, log, StringComparison.Ordinal);
    }

    [Fact]
    public void An_accepted_program_says_where_it_reads_the_kernel_s_memory()
    {
        var program = Program("visit", "r2 = *(u32 *)(r6 +0)") with { Target = Made };
        var judged = ProgramVerifier.Verify(program, [], cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(AccessedMemory.Context, judged.Program!.Facts.MemoryAt(1));
        Assert.Equal(AccessedMemory.Kernel, judged.Program.Facts.MemoryAt(2));
    }

    // r6 is the node, r7 the context.
    private static ProgramSpec Program(string target, string code) =>
        Assembled(ProgramType.Tracing, AttachType.TraceRawTp, $"r7 = r1\nr6 = *(u64 *)(r1 +0)\n{code}\nend:\nr0 = 0\nexit") with { AttachTarget = target };

    // "ksym N" names a variable by its type's id, which the assembler has no word for.
    private static ProgramSpec Assembled(ProgramType type, AttachType attach, string code)
    {
        var ids = new Queue<int>();
        string text = System.Text.RegularExpressions.Regex.Replace(code, @"ksym (\d+)", match =>
        {
            ids.Enqueue(int.Parse(match.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture));
            return $"{match.Groups[1].Value} ll";
        });
        var program = Verdicts.Program(type, attach, text);
        for (int index = 0; index < program.Instructions.Length; index++)
        {
            if (program.Instructions[index].Opcode != 0x18) continue;
            program.Instructions[index] = program.Instructions[index].WithSource(3).WithImmediate(ids.Dequeue());
            index++;
        }

        return program;
    }

    private static Kernel.BpfVerification Judge(ProgramSpec program, TargetKernel target) =>
        ProgramVerifier.Verify(program with { Target = target }, program.Maps, cancellation: TestContext.Current.CancellationToken).Verification;
}

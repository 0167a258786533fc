using System.Text;
using PSBpf.Isa;
using PSBpf.Kernel;
using PSBpf.Objects;
using PSBpf.Runtime.Environment;
using PSBpf.Runtime.Jit;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Tests.Helpers;

/// <summary>What programs ask and say about the event that they were called for, compiled and interpreted.</summary>
public sealed class EventTests
{
    private static readonly ExecutionEnvironment World = new()
    {
        Setting = new SettingAccess("net/ipv4/tcp_mem", "1 2 3\n") { NewValue = "777" },
        Task = new TaskIdentity(10, 11, 12, 13, "task") { Address = 0xffff_8880_0000_1000 },
        KernelStack = [0xffff_ffff_8000_0001, 0xffff_ffff_8000_0002],
    };

    // The text at r10-16, and the answer.
    private static (string Text, int Answer) Ask(string helper, int size, bool isWritten, int flags = 0)
    {
        string call = $"*(u64 *)(r10 -16) = -1\n*(u64 *)(r10 -8) = -1\nr6 = r1\nr2 = r10\nr2 += -16\nr3 = {size}\nr4 = {flags}\ncall {helper}";
        var context = new byte[8];
        context[0] = isWritten ? (byte)1 : (byte)0;
        var words = Enumerable.Range(0, 4).Select(word => Run(ProgramType.CgroupSysctl, $"{call}\nr0 = *(u32 *)(r10 {-16 + word * 4})", context).ReturnValue);
        byte[] bytes = [.. words.SelectMany(BitConverter.GetBytes)];
        return (Encoding.UTF8.GetString(bytes.AsSpan(0, bytes.AsSpan().IndexOf((byte)0))), (int)Run(ProgramType.CgroupSysctl, call, context).ReturnValue);
    }

    [Theory]
    [InlineData("bpf_sysctl_get_name", 16, 1, "tcp_mem", 7)]
    [InlineData("bpf_sysctl_get_name", 16, 0, "net/ipv4/tcp_me", -7)]
    [InlineData("bpf_sysctl_get_name", 8, 1, "tcp_mem", 7)]
    [InlineData("bpf_sysctl_get_name", 7, 1, "tcp_me", -7)]
    [InlineData("bpf_sysctl_get_current_value", 16, 0, "1 2 3\n", 6)]
    [InlineData("bpf_sysctl_get_current_value", 3, 0, "1 ", -7)]
    [InlineData("bpf_sysctl_get_new_value", 16, 0, "777", 3)]
    public void Settings_have_names_and_values(string helper, int size, int flags, string text, int answer) => Assert.Equal((text, answer), Ask(helper, size, isWritten: true, flags));

    [Fact]
    public void What_is_only_read_has_no_new_value() => Assert.Equal(("", -22), Ask("bpf_sysctl_get_new_value", 16, isWritten: false));

    [Theory]
    [InlineData(1, 0, 0x3231)]
    [InlineData(0, -22, 0)]
    public void A_program_writes_another_value(byte written, int answer, uint value)
    {
        const string set = "r6 = r1\n*(u32 *)(r10 -8) = 0x3231\nr2 = r10\nr2 += -8\nr3 = 2\ncall bpf_sysctl_set_new_value";
        byte[] context = [written, 0, 0, 0, 0, 0, 0, 0];
        Assert.Equal((uint)answer, Run(ProgramType.CgroupSysctl, set, context).ReturnValue);
        Assert.Equal(value, Run(ProgramType.CgroupSysctl, $"{set}\nr1 = r6\nr2 = r10\nr2 += -16\nr3 = 8\ncall bpf_sysctl_get_new_value\nr0 = *(u32 *)(r10 -16)", context).ReturnValue);
    }

    [Fact]
    public void What_a_call_returns_is_what_was_set()
    {
        const string change = "call bpf_get_retval\nr6 = r0\nr1 = -13\ncall bpf_set_retval\nr6 += r0\ncall bpf_get_retval\nr0 += r6";
        Assert.Equal(unchecked((uint)-13), Run(ProgramType.CgroupSock, change, []).ReturnValue);
    }

    [Theory]
    [InlineData(0x3, 0, 3)]
    [InlineData(0x81, 0x80, 1)]
    public void A_socket_is_told_what_to_call_for(int flags, uint unknown, uint known)
    {
        string set = $"r6 = r1\nr2 = {flags}\ncall bpf_sock_ops_cb_flags_set";
        Assert.Equal(unknown, Run(ProgramType.SockOps, set, []).ReturnValue);
        Assert.Equal(known, Run(ProgramType.SockOps, $"{set}\nr0 = *(u32 *)(r6 +84)", []).ReturnValue);
    }

    [Theory]
    [InlineData("r2 = r10\nr2 += -24\nr3 = 24\ncall bpf_perf_prog_read_value", 0)]
    [InlineData("r2 = r10\nr2 += -24\nr3 = 16\ncall bpf_perf_prog_read_value", -22)]
    [InlineData("*(u64 *)(r10 -24) = 0\nr2 = r10\nr2 += -24\nr3 = 8\nr4 = 0\ncall bpf_read_branch_records", -2)]
    [InlineData("*(u64 *)(r10 -24) = 0\nr2 = r10\nr2 += -24\nr3 = 8\nr4 = 2\ncall bpf_read_branch_records", -22)]
    public void Events_of_a_machine_without_counters_count_nothing(string text, int answer) => Assert.Equal((uint)answer, Run(ProgramType.PerfEvent, text, []).ReturnValue);

    [Fact]
    public void The_stack_of_the_task_is_the_environments() =>
        Assert.Equal(16u, Run(ProgramType.Tracepoint, "call bpf_get_current_task_btf\nr1 = r0\nr2 = r10\nr2 += -24\nr3 = 24\nr4 = 0\ncall bpf_get_task_stack", []).ReturnValue);

    private static TestRunResult Run(ProgramType type, string text, byte[] context)
    {
        // Programs of cgroups may return 0 and 1 only: the answer is read from a map.
        var spec = new MapSpec { Name = "m", Type = MapType.Array, KeySize = 4, ValueSize = 4, MaxEntries = 1 };
        TestRunResult? first = null;
        foreach (bool interpret in (bool[])[true, false])
        {
            using var kernel = new ManagedKernel(new ManagedKernelOptions { PossibleCpus = 1, Environment = World, Jit = new JitOptions { Timing = JitTiming.Eager } });
            using var map = kernel.CreateMap(spec);
            var assembled = Assembler.Assemble($"{text}\nr1 = map[m][0] +0\n*(u32 *)(r1 +0) = r0\nr0 = 1\nexit", [spec.Name]);
            var loaded = kernel.LoadProgram(new ProgramSpec { Name = "p", Type = type, Instructions = assembled.Instructions, Maps = [spec] }, [map], ProgramLoadOptions.Default, TestContext.Current.CancellationToken);
            Assert.True(loaded.Program is not null, $"{loaded.Verification.Message} {string.Join(", ", loaded.Verification.Unsupported)}");
            using var program = loaded.Program;
            var result = program.TestRun(new TestRunRequest { Context = context, Interpret = interpret }, TestContext.Current.CancellationToken);
            var value = new byte[4];
            Assert.Equal(Errno.None, map.Lookup(new byte[4], value));
            result = result with { ReturnValue = BitConverter.ToUInt32(value) };
            first ??= result;
            Assert.Equal(first.ReturnValue, result.ReturnValue);
        }

        return first!;
    }
}

using PSBpf.Isa;
using PSBpf.Kernel;
using PSBpf.Objects;
using PSBpf.Runtime.Environment;
using PSBpf.Runtime.Jit;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Tests.Helpers;

/// <summary>What programs see of memory, stacks, tasks and cgroups is what the environment says, compiled and interpreted.</summary>
public sealed class WorldTests
{
    private static readonly MapSpec Stacks = new() { Name = "m", Type = MapType.StackTrace, KeySize = 4, ValueSize = 24, MaxEntries = 16 };
    private static readonly MapSpec Cgroups = new() { Name = "m", Type = MapType.CgroupArray, KeySize = 4, ValueSize = 4, MaxEntries = 2 };

    private static readonly ExecutionEnvironment World = new()
    {
        Clock = 1,
        Seed = 1,
        Cpu = 0,
        Memory = [new MemoryImage(0xffff_8880_0000_1000, [1, 2, 3, 4, 5, 6, 7, 8, 0, 9]), new MemoryImage(0x40_0000, "hello\0there"u8.ToArray())],
        KernelStack = [0xffff_ffff_8000_0001, 0xffff_ffff_8000_0002, 0xffff_ffff_8000_0003, 0xffff_ffff_8000_0004],
        UserStack = [0x1111],
        Task = new TaskIdentity(10, 11, 12, 13, "task") { CgroupId = 300, CgroupAncestors = [1, 200], CgroupClassId = 5, Address = 0xffff_8880_0000_1000 },
        AttachCookie = 0x99,
        FunctionAddress = 0xffff_ffff_8123_4560,
    };

    // What is written beyond the size, or behind the end of text, stays as it was.
    [Theory]
    [InlineData("bpf_probe_read_kernel", 8, 0xffff_8880_0000_1000, 0, 0x0807_0605_0403_0201)]
    [InlineData("bpf_probe_read_kernel", 4, 0xffff_8880_0000_1004, 0, 0x5555_5555_0807_0605)]
    [InlineData("bpf_probe_read_kernel", 8, 0xffff_8880_0000_1003, -14, 0)]
    [InlineData("bpf_probe_read_user", 8, 0xffff_8880_0000_1000, -14, 0)]
    [InlineData("bpf_probe_read_kernel", 4, 0x40_0000, -34, 0x5555_5555_0000_0000)]
    [InlineData("bpf_probe_read_user", 4, 0x40_0000, 0, 0x5555_5555_6c6c_6568)]
    [InlineData("bpf_probe_read", 4, 0x40_0000, 0, 0x5555_5555_6c6c_6568)]
    [InlineData("bpf_probe_read_user_str", 8, 0x40_0000, 6, 0x5555_006f_6c6c_6568)]
    [InlineData("bpf_probe_read_user_str", 4, 0x40_0000, 4, 0x5555_5555_006c_6568)]
    [InlineData("bpf_probe_read_user_str", 8, 0x40_0006, -14, 0)]
    [InlineData("bpf_probe_read_kernel_str", 8, 0xffff_8880_0000_1004, 5, 0x5555_5500_0807_0605)]
    public void Probe_reads_find_the_environments_memory(string helper, int size, ulong address, int answer, ulong read)
    {
        string text = $"""
            *(u64 *)(r10 -8) = 0
            r1 = 0x5555555555555555 ll
            *(u64 *)(r10 -8) = r1
            r1 = r10
            r1 += -8
            r2 = {size}
            r3 = 0x{address:x} ll
            call {helper}
            r1 = *(u64 *)(r10 -8)
            r2 = r1
            r2 >>= 32
            """;

        Assert.Equal((uint)answer, Run($"{text}\nexit").ReturnValue);
        Assert.Equal((uint)read, Run($"{text}\nr0 = r1\nexit").ReturnValue);
        Assert.Equal((uint)(read >> 32), Run($"{text}\nr0 = r2\nexit").ReturnValue);
    }

    [Theory]
    [InlineData("bpf_get_current_task", 0, 0xffff_8880_0000_1000)]
    [InlineData("bpf_get_current_cgroup_id", 0, 300)]
    [InlineData("bpf_get_current_ancestor_cgroup_id", 0, 1)]
    [InlineData("bpf_get_current_ancestor_cgroup_id", 1, 200)]
    [InlineData("bpf_get_current_ancestor_cgroup_id", 2, 300)]
    [InlineData("bpf_get_current_ancestor_cgroup_id", 3, 0)]
    [InlineData("bpf_get_current_ancestor_cgroup_id", -1, 0)]
    public void The_task_is_the_environments(string helper, int argument, ulong expected)
    {
        Assert.Equal((uint)expected, Run($"r1 = {argument}\ncall {helper}\nexit").ReturnValue);
        Assert.Equal((uint)(expected >> 32), Run($"r1 = {argument}\ncall {helper}\nr0 >>= 32\nexit").ReturnValue);
    }

    [Fact]
    public void A_probe_tells_its_function_and_its_cookie()
    {
        Assert.Equal(0x8123_4560u, Run("call bpf_get_func_ip\nexit", type: ProgramType.Kprobe).ReturnValue);
        Assert.Equal(0x99u, Run("call bpf_get_attach_cookie\nexit", type: ProgramType.Kprobe).ReturnValue);
    }

    [Fact]
    public void Signals_are_kept_and_not_sent()
    {
        var result = Run("r1 = 9\ncall bpf_send_signal\nr6 = r0\nr1 = 15\ncall bpf_send_signal_thread\nr1 = 65\ncall bpf_send_signal\nr0 += r6\nexit");
        Assert.Equal(unchecked((uint)-22), result.ReturnValue);
        Assert.Equal([9, 15], result.Signals);
    }

    [Fact]
    public void A_task_is_under_its_cgroup_and_those_above()
    {
        (uint Id, int Answer)[] cases = [(300, 1), (200, 1), (1, 1), (201, 0)];
        foreach (var (id, answer) in cases)
        {
            Assert.Equal((uint)answer, Run("r1 = map[m]\nr2 = 1\ncall bpf_current_task_under_cgroup\nexit", Cgroups,
                map => Assert.Equal(Errno.None, map.Update([1, 0, 0, 0], BitConverter.GetBytes(id), MapUpdateFlags.Any))).ReturnValue);
        }

        Assert.Equal(unchecked((uint)-(int)Errno.EAGAIN), Run("r1 = map[m]\nr2 = 1\ncall bpf_current_task_under_cgroup\nexit", Cgroups).ReturnValue);
        Assert.Equal(unchecked((uint)-(int)Errno.E2BIG), Run("r1 = map[m]\nr2 = 2\ncall bpf_current_task_under_cgroup\nexit", Cgroups).ReturnValue);
    }

    [Fact]
    public void A_stack_has_one_id_and_its_frames_are_found_by_it()
    {
        const string twice = "r6 = r1\nr2 = map[m]\nr3 = 1\ncall bpf_get_stackid\nr7 = r0\nr1 = r6\nr2 = map[m]\nr3 = 1\ncall bpf_get_stackid\nif r0 == r7 goto same\nr0 = -1\nsame: exit";
        byte[] frames = new byte[24];
        Run(twice, Stacks, after: (map, id) =>
        {
            Assert.InRange(id, 0u, 15u);
            Assert.Equal(Errno.None, map.Lookup(BitConverter.GetBytes(id), frames));
            Assert.Equal(Errno.None, map.LookupAndDelete(BitConverter.GetBytes(id), frames));
            Assert.Equal(Errno.ENOENT, map.Lookup(BitConverter.GetBytes(id), frames));
        });
        Assert.Equal([0xffff_ffff_8000_0002, 0xffff_ffff_8000_0003, 0xffff_ffff_8000_0004], Enumerable.Range(0, 3).Select(at => BitConverter.ToUInt64(frames, at * 8)));
        Assert.Equal(unchecked((uint)-14), Run("r2 = map[m]\nr3 = 4\ncall bpf_get_stackid\nexit", Stacks).ReturnValue);
        Assert.Equal(unchecked((uint)-14), Run("r2 = map[m]\nr3 = 257\ncall bpf_get_stackid\nexit", Stacks).ReturnValue);
    }

    [Fact]
    public void Another_stack_in_the_same_bucket_is_refused_or_replaced()
    {
        // One bucket for all: whatever comes second collides.
        var single = Stacks with { MaxEntries = 1 };
        const string both = "r6 = r1\nr2 = map[m]\nr3 = 0\ncall bpf_get_stackid\nr1 = r6\nr2 = map[m]\nr3 = {0}\ncall bpf_get_stackid\nexit";
        Assert.Equal(unchecked((uint)-(int)Errno.EEXIST), Run(both.Replace("{0}", "256", StringComparison.Ordinal), single).ReturnValue);
        Assert.Equal(0u, Run(both.Replace("{0}", "1280", StringComparison.Ordinal), single).ReturnValue);
    }

    [Fact]
    public void A_stack_is_copied_as_far_as_there_is_room()
    {
        const string text = "r2 = r10\nr2 += -16\nr3 = 16\nr4 = {0}\n*(u64 *)(r10 -16) = 1\n*(u64 *)(r10 -8) = 1\ncall bpf_get_stack\nr1 = *(u64 *)(r10 -8)\nr0 <<= 8\nr0 += r1\nexit";
        Assert.Equal(unchecked((16u << 8) + 0x8000_0004), Run(text.Replace("{0}", "2", StringComparison.Ordinal)).ReturnValue);
        Assert.Equal(8u << 8, Run(text.Replace("{0}", "3", StringComparison.Ordinal)).ReturnValue);
        Assert.Equal(0u, Run(text.Replace("{0}", "4", StringComparison.Ordinal)).ReturnValue);
    }

    // In the interpreter and compiled, which have to agree.
    private static TestRunResult Run(string text, MapSpec? spec = null, Action<IKernelMap>? before = null, Action<IKernelMap, uint>? after = null, ProgramType type = ProgramType.RawTracepoint)
    {
        TestRunResult? first = null;
        foreach (bool interpret in (bool[])[true, false])
        {
            using var kernel = new ManagedKernel(new ManagedKernelOptions { PossibleCpus = 1, Environment = World, Jit = new JitOptions { Timing = JitTiming.Eager } });
            MapSpec[] specs = spec is null ? [] : [spec];
            var maps = specs.Select(kernel.CreateMap).ToArray();
            foreach (var map in maps) before?.Invoke(map);
            var assembled = Assembler.Assemble(text, specs.Select(map => map.Name));
            var loaded = kernel.LoadProgram(new ProgramSpec { Name = "p", Type = type, Instructions = assembled.Instructions, Maps = specs }, maps, ProgramLoadOptions.Default, TestContext.Current.CancellationToken);
            Assert.True(loaded.Program is not null, $"{loaded.Verification.Message} {string.Join(", ", loaded.Verification.Unsupported)}");
            using var program = loaded.Program;
            var result = program.TestRun(new TestRunRequest { Interpret = interpret }, TestContext.Current.CancellationToken);
            first ??= result;
            Assert.Equal(first.ReturnValue, result.ReturnValue);
            Assert.Equal(first.Signals, result.Signals);
            foreach (var map in maps)
            {
                after?.Invoke(map, result.ReturnValue);
                map.Dispose();
            }
        }

        return first!;
    }
}

using PSBpf.Diagnostics;
using PSBpf.Kernel;
using PSBpf.Objects;
using PSBpf.Runtime;
using PSBpf.Runtime.Environment;
using PSBpf.Runtime.Jit;
using PSBpf.Uapi;
using PSBpf.Verifier.Tests.Support;

namespace PSBpf.Differential.Tests;

public sealed class StorageTests
{
    private static readonly MapType[] Storages = [MapType.SkStorage, MapType.InodeStorage, MapType.TaskStorage, MapType.CgrpStorage];

    // Counts in the current task's value, which begins with 7; deletes it when the context's first byte is 1.
    private const string Count = """
        r6 = r1
        call bpf_get_current_task_btf
        r7 = r0
        r8 = *(u64 *)(r6 +0)
        if r8 == 1 goto delete
        *(u64 *)(r10 -8) = 7
        r1 = map[m]
        r2 = r7
        r3 = r10
        r3 += -8
        r4 = r8
        call bpf_task_storage_get
        if r0 == 0 goto none
        r1 = *(u64 *)(r0 +0)
        r1 += 1
        *(u64 *)(r0 +0) = r1
        r0 = r1
        exit
        delete:
        r1 = map[m]
        r2 = r7
        call bpf_task_storage_delete
        exit
        none:
        r0 = 1000
        exit
        """;

    private static IEnumerable<MapSpec> Blueprints() => [.. Storages.SelectMany(type =>
    {
        var good = Storage(type);
        return (MapSpec[])[
            good, good with { Flags = MapFlags.None }, good with { Flags = MapFlags.NoPrealloc | MapFlags.Clone }, good with { Flags = MapFlags.NoPrealloc | MapFlags.ReadOnly },
            good with { MaxEntries = 1 }, good with { KeySize = 8 }, good with { ValueSize = 0 }, good with { Btf = null, KeyType = null, ValueType = null },
            Storage(type, 65535 - 128), Storage(type, 65536 - 128), Storage(type, 70000)];
    }), .. ((MapType[])[MapType.CgroupStorage, MapType.PerCpuCgroupStorage]).SelectMany(type =>
    {
        var good = OfCgroup(type);
        return (MapSpec[])[
            good, good with { KeySize = 8 }, good with { KeySize = 4 }, good with { MaxEntries = 1 }, good with { ValueSize = 0 }, good with { ValueSize = 32768 }, good with { ValueSize = 32769 },
            good with { ValueSize = 65535 - 128 }, good with { ValueSize = 65536 - 128 }, good with { Flags = MapFlags.NoPrealloc }, good with { Flags = MapFlags.ReadOnlyProgram }];
    })];

    internal static MapSpec Storage(MapType type, uint size = 8)
    {
        var types = new CaseTypes();
        types.Declare($"value u8 bytes[{size}]");
        int key = types.Type("int"), value = types.Type("struct value");
        var built = types.Build();
        return new MapSpec { Name = "m", Type = type, KeySize = 4, ValueSize = size, Flags = MapFlags.NoPrealloc, Btf = built, KeyType = built[key], ValueType = built[value] };
    }

    private static MapSpec OfCgroup(MapType type) => new() { Name = "m", Type = type, KeySize = 16, ValueSize = 8 };

    [Fact]
    public void Both_make_the_same_maps()
    {
        using var kernels = KernelPair.OpenOrSkip();
        Assert.Equal([], Blueprints()
            .Select(spec => (Spec: spec, Linux: Refusal(kernels.Linux, spec), Managed: Refusal(kernels.Managed, spec)))
            .Where(answer => answer.Linux != answer.Managed)
            .Select(answer => $"{answer.Spec.Type} {answer.Spec.Flags} {answer.Spec.KeySize} {answer.Spec.ValueSize} {answer.Spec.MaxEntries}: Linux '{answer.Linux}', the engine '{answer.Managed}'"));
    }

    [Fact]
    public void Users_get_the_kernels_answers()
    {
        using var kernels = KernelPair.OpenOrSkip();
        foreach (var type in Storages)
        {
            using var map = kernels.CreateMap(Storage(type));
            byte[] key = [0xff, 0xff, 0xff, 0xff], value = new byte[8];
            map.Same("lookup", one => one.Lookup(key, value));
            map.Same("update", one => one.Update(key, value, MapUpdateFlags.Any));
            map.Same("deletion", one => one.Delete(key));
            map.Same("first key", one => one.NextKey([], key));
            map.Same("lookup and deletion", one => one.LookupAndDelete(key, value));
        }

        foreach (var type in (MapType[])[MapType.CgroupStorage, MapType.PerCpuCgroupStorage])
        {
            using var map = kernels.CreateMap(OfCgroup(type));
            byte[] key = new byte[16], value = new byte[map.Managed.UserValueSize];
            Assert.Equal(map.Linux.UserValueSize, map.Managed.UserValueSize);
            map.Same("lookup", one => one.Lookup(key, value));
            foreach (var flags in Enum.GetValues<MapUpdateFlags>().Where(flags => flags != MapUpdateFlags.Lock)) map.Same($"update {flags}", one => one.Update(key, value, flags));
            map.Same("deletion", one => one.Delete(key));
            map.Same("first key", one => one.NextKey([], key));
        }
    }

    // Linux takes a descriptor of the process, the engine its id.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Users_name_a_task(bool hasLock)
    {
        const int openProcess = 434;
        using var kernels = KernelPair.OpenOrSkip();
        var types = new CaseTypes();
        types.Declare(hasLock ? "value struct bpf_spin_lock lock; u32 number; u64 wide" : "value u64 number; u64 wide");
        int key = types.Type("int"), value = types.Type("struct value");
        var built = types.Build();
        using var map = kernels.CreateMap(new MapSpec
        {
            Name = "m", Type = MapType.TaskStorage, KeySize = 4, ValueSize = 16, Flags = MapFlags.NoPrealloc, Btf = built, KeyType = built[key], ValueType = built[value],
        });
        int descriptor = (int)SystemCall(openProcess, Environment.ProcessId, 0);
        Assert.True(descriptor > 0);
        using var handle = new Microsoft.Win32.SafeHandles.SafeFileHandle(descriptor, ownsHandle: true);
        var random = new Random(2);
        for (int step = 0; step < 400; step++)
        {
            bool nobody = random.Next(8) == 0;
            byte[] KeyOf(IKernelMap each) => BitConverter.GetBytes(nobody ? -1 : each == map.Linux ? descriptor : Environment.ProcessId);
            byte[] bytes = new byte[16], ours = new byte[16], theirs = new byte[16];
            random.NextBytes(bytes);
            var flags = (MapUpdateFlags)random.Next(9);
            switch (random.Next(4))
            {
                case 0:
                    map.Same($"step {step}: lookup with {flags}", each => each.Lookup(KeyOf(each), each == map.Linux ? theirs : ours, flags));
                    Assert.Equal(theirs, ours);
                    break;
                case 1:
                    map.Same($"step {step}: deletion", each => each.Delete(KeyOf(each)));
                    break;
                default:
                    map.Same($"step {step}: update with {flags}", each => each.Update(KeyOf(each), bytes, flags));
                    break;
            }
        }
    }

    [System.Runtime.InteropServices.DllImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static extern long SystemCall(long number, int process, uint flags);

    [Theory]
    [InlineData(JitMode.Off)]
    [InlineData(JitMode.On)]
    public void A_task_keeps_its_value(JitMode mode)
    {
        using var kernels = KernelPair.OpenOrSkip(new JitOptions { Mode = mode, Timing = JitTiming.Eager });
        using var map = kernels.CreateMap(Storage(MapType.TaskStorage));
        using var program = kernels.Load(ProgramType.RawTracepoint, Count, map);
        // A raw tracepoint's context is its arguments; no value, then one that is made, found, deleted and gone.
        foreach (ulong first in (ulong[])[0, 1, 2, 0, 1, 1, 0]) Assert.NotNull(program.Same([], BitConverter.GetBytes(first), $"flags {first}"));
    }

    [Theory]
    [InlineData(MapType.CgroupStorage, JitMode.Off)]
    [InlineData(MapType.CgroupStorage, JitMode.On)]
    [InlineData(MapType.PerCpuCgroupStorage, JitMode.On)]
    public void A_test_run_has_a_cgroup_storage_of_its_own(MapType type, JitMode mode)
    {
        using var kernels = KernelPair.OpenOrSkip(new JitOptions { Mode = mode, Timing = JitTiming.Eager });
        using var map = kernels.CreateMap(OfCgroup(type));
        using var program = kernels.Load(ProgramType.CgroupSkb, """
            r1 = map[m]
            r2 = 0
            call bpf_get_local_storage
            r1 = *(u64 *)(r0 +0)
            r1 += 1
            *(u64 *)(r0 +0) = r1
            r0 = 0
            if r1 != 3 goto out
            r0 = 1
            out:
            exit
            """, map);
        var packet = new byte[64];
        Assert.Equal(0u, program.Same(packet)!.ReturnValue);
        Assert.Equal(0u, program.Same(packet)!.ReturnValue);
        var cancellation = TestContext.Current.CancellationToken;
        var three = new TestRunRequest { Data = packet, Repeat = 3 };
        Assert.Equal(program.Linux.TestRun(three, cancellation).ReturnValue, program.Managed.TestRun(three, cancellation).ReturnValue);
    }

    [Fact]
    public void Each_task_of_the_environment_has_its_value()
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var kernel = new ManagedKernel();
        using var map = kernel.CreateMap(Storage(MapType.TaskStorage));
        var spec = new ProgramSpec { Name = "p", Type = ProgramType.RawTracepoint, Instructions = Isa.Assembler.Assemble(Count.Replace("r4 = r8", "r4 = 1", StringComparison.Ordinal), ["m"]).Instructions, Maps = [map.Spec] };
        using var program = kernel.LoadProgram(spec, [map], ProgramLoadOptions.Default, cancellation).Program!;
        uint Run(int pid)
        {
            kernel.Environment = new ExecutionEnvironment { Task = new TaskIdentity(pid, pid, 0, 0, "t") };
            return program.TestRun(new TestRunRequest { Context = new byte[8] }, cancellation).ReturnValue;
        }

        Assert.Equal([8u, 8u, 9u, 10u, 9u], [Run(1), Run(2), Run(1), Run(1), Run(2)]);
        byte[] key = [1, 0, 0, 0], value = new byte[8];
        Assert.Equal(Errno.None, map.Lookup(key, value));
        Assert.Equal(10, BitConverter.ToInt64(value));
        Assert.Equal(Errno.None, map.Update(key, BitConverter.GetBytes(40L), MapUpdateFlags.Exist));
        Assert.Equal(41u, Run(1));
        Assert.Equal(Errno.None, map.Delete(key));
        Assert.Equal(Errno.ENOENT, map.Lookup(key, value));
        for (int task = 100; task < 1200; task++) Assert.Equal(8u, Run(task));
        Assert.Equal(10u, Run(2));
    }

    private static string Refusal(IBpfKernel kernel, MapSpec spec)
    {
        try
        {
            kernel.CreateMap(spec).Dispose();
            return "";
        }
        catch (BpfException exception)
        {
            string message = exception.Message;
            return message.Contains("E2BIG", StringComparison.Ordinal) || message.Contains("too long", StringComparison.Ordinal) ? "E2BIG" :
                message.Contains("EINVAL", StringComparison.Ordinal) || message.Contains("nvalid argument", StringComparison.Ordinal) ? "EINVAL" : message;
        }
    }
}

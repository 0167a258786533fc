using PSBpf.Isa;
using PSBpf.Kernel;
using PSBpf.Objects;
using PSBpf.Uapi;
using PSBpf.Verifier.Tests.Support;

namespace PSBpf.Differential.Tests;

/// <summary>Tasks, cgroups and masks of processors that programs keep.</summary>
public sealed class KernelObjectTests
{
    // Two masks in r6 and r7 that programs work on, a third one in r8, and what came out in r9.
    private const string Masks = """
        r9 = 0
        call bpf_cpumask_create()
        if r0 == 0 goto none
        r6 = r0
        call bpf_cpumask_create()
        if r0 == 0 goto one
        r7 = r0
        call bpf_cpumask_create()
        if r0 == 0 goto two
        r8 = r0
        """;

    private const string End = """
        r1 = r8
        call bpf_cpumask_release()
        two:
        r1 = r7
        call bpf_cpumask_release()
        one:
        r1 = r6
        call bpf_cpumask_release()
        none:
        r0 = r9
        exit
        """;

    // BPF_F_SLEEPABLE.
    private const uint Sleepable = 16;

    public static TheoryData<string> Executors => CallbackTests.Executors;

    private static MapSpec Holding(string structure, MapType type)
    {
        var types = new CaseTypes();
        types.Declare($"{structure} int x");
        types.Declare($"v u64 a; struct {structure} __kptr *p; u64 z");
        int key = types.Type("int"), value = types.Type("struct v");
        var built = types.Build();
        return new MapSpec { Name = "m", Type = type, KeySize = 4, ValueSize = 24, MaxEntries = 1, Btf = built, KeyType = built[key], ValueType = built[value] };
    }

    [Theory]
    [InlineData("interpreted", MapType.Array)]
    [InlineData("compiled", MapType.Array)]
    [InlineData("checked", MapType.Hash)]
    [InlineData("compiled", MapType.LruHash)]
    public void Tasks_move_into_values_and_out_of_them_alike(string executor, MapType type)
    {
        using var kernels = KernelPair.OpenOrSkip(CallbackTests.Options(executor));
        using var map = kernels.CreateMap(Holding("task_struct", type));
        map.Same("fill", each => each.Update(new byte[4], new byte[24], MapUpdateFlags.Any));
        const string takes = "r1 = r8\nr1 += 8\nr2 = 0\ncall bpf_kptr_xchg\nif r0 == 0 goto out\nr1 = r0\ncall bpf_task_release()\nr9 += 2";
        foreach (bool leaves in (bool[])[true, false])
        {
            using var program = kernels.LoadWithKernelFunctions(ProgramType.SchedCls, $"""
                *(u32 *)(r10 -4) = 0
                r2 = r10
                r2 += -4
                r1 = map[m]
                call bpf_map_lookup_elem
                if r0 == 0 goto none
                r8 = r0
                r9 = 0
                call bpf_get_current_task_btf
                r1 = r0
                call bpf_task_acquire()
                if r0 == 0 goto none
                r1 = r8
                r1 += 8
                r2 = r0
                call bpf_kptr_xchg
                if r0 == 0 goto empty
                r1 = r0
                call bpf_task_release()
                r9 = 1
                empty:
                {(leaves ? "" : takes)}
                out:
                r0 = r9
                exit
                none:
                r0 = 100
                exit
                """, map);
            Assert.NotNull(program.Same(new byte[64], what: "first:"));
            Assert.NotNull(program.Same(new byte[64], what: "again:"));
            map.Same("write anew", each => each.Update(new byte[4], new byte[24], MapUpdateFlags.Any));
            Assert.NotNull(program.Same(new byte[64], what: "written anew:"));
        }
    }

    [Theory]
    [MemberData(nameof(Executors))]
    public void Cgroups_are_found_and_tasks_are_below_them_alike(string executor)
    {
        using var kernels = KernelPair.OpenOrSkip(CallbackTests.Options(executor));
        foreach (var (id, level) in ((string, int)[])[("1", 0), ("1", 1), ("1", -1), ("0x7eadbeef12345678 ll", 0), ("0", 0)])
        {
            using var program = kernels.LoadWithKernelFunctions(ProgramType.SchedCls, $"""
                r9 = 0
                r1 = {id}
                call bpf_cgroup_from_id()
                if r0 == 0 goto none
                r6 = r0
                call bpf_get_current_task_btf
                r1 = r0
                r2 = r6
                call bpf_task_under_cgroup()
                r9 += r0
                r9 += 2
                r1 = r6
                r2 = {level}
                call bpf_cgroup_ancestor()
                if r0 == 0 goto root
                r1 = r0
                call bpf_cgroup_release()
                r9 += 4
                root:
                r1 = r6
                call bpf_cgroup_acquire()
                if r0 == 0 goto last
                r1 = r0
                call bpf_cgroup_release()
                r9 += 8
                last:
                r1 = r6
                call bpf_cgroup_release()
                none:
                r0 = r9
                exit
                """);
            Assert.NotNull(program.Same(new byte[64], what: $"cgroup {id}, level {level}:"));
        }
    }

    [Theory]
    [MemberData(nameof(Executors))]
    public void Masks_of_processors_answer_alike(string executor)
    {
        using var kernels = KernelPair.OpenOrSkip(CallbackTests.Options(executor));
        string ask = string.Concat(((string[])["first", "first_zero", "empty", "full", "weight"]).SelectMany(_ => (string[])["r6", "r7", "r8"], (name, mask) => Call(name, mask)))
            + string.Concat(((string[])["first_and", "equal", "intersects", "subset"]).SelectMany(_ => (string[])["r6,r7", "r7,r6", "r6,r8"], (name, masks) => Call(name, masks.Split(','))))
            + string.Concat(((int[])[0, 1, 2, 100000]).SelectMany(_ => (string[])["test_cpu", "test_and_set_cpu", "test_and_clear_cpu"], (processor, name) => Call(name, processor.ToString(System.Globalization.CultureInfo.InvariantCulture), "r7")));
        string[] changes =
        [
            "", Call("setall", "r6"), Call("set_cpu", "0", "r6") + Call("set_cpu", "1", "r7"), Call("set_cpu", "1", "r6") + Call("set_cpu", "5000", "r6"),
            Call("setall", "r6") + Call("copy", "r7", "r6") + Call("clear_cpu", "0", "r7"), Call("setall", "r6") + Call("set_cpu", "0", "r7") + Call("and", "r8", "r6", "r7"),
            Call("set_cpu", "0", "r6") + Call("set_cpu", "1", "r7") + Call("and", "r8", "r6", "r7"), Call("set_cpu", "0", "r6") + Call("set_cpu", "1", "r7") + Call("or", "r8", "r6", "r7"),
            Call("setall", "r6") + Call("set_cpu", "0", "r7") + Call("xor", "r8", "r6", "r7"), Call("setall", "r6") + Call("clear", "r6"),
        ];
        foreach (string change in changes)
        {
            string text = $"{Masks}\n{change}{ask}{End}";
            uint linux = Run(kernels.Linux, ProgramType.Syscall, text), managed = Run(kernels.Managed, ProgramType.Tracepoint, text);
            Assert.True(linux == managed, $"Linux answers 0x{linux:x}, the engine 0x{managed:x} after\n{change}");
        }
    }

    // What r9 gets of a function: its answer in the low half, where it has one.
    private static string Call(string name, params string[] arguments) => $"""
        {string.Join('\n', arguments.Select((argument, index) => $"r{index + 1} = {argument}"))}
        call bpf_cpumask_{name}()
        {(name is "set_cpu" or "clear_cpu" or "setall" or "clear" or "or" or "xor" or "copy" ? "" : name is "first" or "first_zero" or "first_and" or "weight" ? "w0 = w0\nr9 *= 5\nr9 += r0" : "r0 &= 1\nr9 *= 5\nr9 += r0")}

        """;

    private static uint Run(IBpfKernel kernel, ProgramType type, string text)
    {
        var code = text.Split('\n').Select(line => line.Trim()).ToList();
        var called = KernelFunctions.Name(code);
        var instructions = Assembler.Assemble(string.Join('\n', code), []).Instructions;
        var spec = new ProgramSpec { Name = "p", Type = type, Flags = type == ProgramType.Syscall ? Sleepable : 0, Instructions = instructions, Externs = KernelFunctions.Uses(called, instructions) };
        var loaded = kernel.LoadProgram(spec, [], ProgramLoadOptions.Default, TestContext.Current.CancellationToken);
        Assert.True(loaded.Program is not null, $"{loaded.Verification.Message} {string.Join(", ", loaded.Verification.Unsupported)} {loaded.Verification.Log}");
        using var program = loaded.Program;
        return program.TestRun(new TestRunRequest { Context = new byte[8] }, TestContext.Current.CancellationToken).ReturnValue;
    }
}

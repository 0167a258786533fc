using PSBpf.Diagnostics;
using PSBpf.Isa;
using PSBpf.Kernel;
using PSBpf.Objects;
using PSBpf.Uapi;

namespace PSBpf.Differential.Tests;

public sealed class TailCallTests
{
    private const string Index0 = "*(u32 *)(r10 -4) = 0\nr1 = map[counts]\nr2 = r10\nr2 += -4\ncall bpf_map_lookup_elem\n";

    // Counts its runs in counts[0], calls what jump[0] holds, and returns the count when that fails.
    private const string CountAndCall = "r6 = r1\n" + Index0 + """
        if r0 == 0 goto out
        r1 = *(u64 *)(r0 +0)
        r1 += 1
        *(u64 *)(r0 +0) = r1
        r7 = r1
        r1 = r6
        r2 = map[jump]
        r3 = 0
        call bpf_tail_call
        r0 = r7
        exit
        out:
        r0 = -1
        exit
        """;

    private static MapPair Jump(KernelPair kernels, uint entries = 8) =>
        kernels.CreateMap(new MapSpec { Name = "jump", Type = MapType.ProgArray, KeySize = 4, ValueSize = 4, MaxEntries = entries });

    private static MapPair Counts(KernelPair kernels) =>
        kernels.CreateMap(new MapSpec { Name = "counts", Type = MapType.Array, KeySize = 4, ValueSize = 8, MaxEntries = 1 });

    private static string Call(string index) => $"r2 = map[jump]\nr3 = {index}\ncall bpf_tail_call\n";

    [Theory]
    [InlineData(ProgramType.SchedCls)]
    [InlineData(ProgramType.SocketFilter)]
    [InlineData(ProgramType.Xdp)]
    public void A_program_that_calls_itself_runs_as_often(ProgramType type)
    {
        using var kernels = KernelPair.OpenOrSkip();
        using MapPair jump = Jump(kernels), counts = Counts(kernels);
        using var program = kernels.Load(type, CountAndCall, jump, counts);
        Assert.Equal(1u, program.Same(new byte[64])!.ReturnValue);
        Assert.Equal(Errno.None, jump.Store(0, program));
        Assert.Equal(35u, program.Same(new byte[64])!.ReturnValue);
        Assert.True(MapPair.Contents(counts.Linux).SequenceEqual(MapPair.Contents(counts.Managed)));
    }

    [Theory]
    [InlineData("0", 7u)]
    [InlineData("1", 2u)] // nothing there
    [InlineData("8", 2u)] // past the end
    [InlineData("-1", 2u)]
    [InlineData("0x100000000 ll", 7u)] // 32 bits count
    [InlineData("0x100000001 ll", 2u)]
    public void The_index_is_32_bits_and_may_lead_nowhere(string index, uint expected)
    {
        using var kernels = KernelPair.OpenOrSkip();
        using var jump = Jump(kernels);
        using var target = kernels.Load(ProgramType.SchedCls, "r0 = 7\nexit");
        using var constant = kernels.Load(ProgramType.SchedCls, Call(index) + "r0 = 2\nexit", jump);
        using var variable = kernels.Load(ProgramType.SchedCls, $"r7 = *(u32 *)(r1 +8)\nr7 = {index}\nr8 = *(u32 *)(r1 +0)\nr8 ^= r7\nr8 ^= r7\nr7 += r8\n{Call("r7")}r0 = 2\nexit", jump);
        jump.Store(0, target);
        Assert.Equal(expected, constant.Same(new byte[64])!.ReturnValue);
        variable.Same(new byte[64]);
    }

    [Fact]
    public void Calls_that_lead_nowhere_do_not_count()
    {
        using var kernels = KernelPair.OpenOrSkip();
        using MapPair jump = Jump(kernels), counts = Counts(kernels);
        using var last = kernels.Load(ProgramType.SchedCls, CountAndCall, jump, counts);
        using var first = kernels.Load(ProgramType.SchedCls, "r6 = r1\n" + string.Concat(Enumerable.Repeat("r1 = r6\n" + Call("5"), 20))
            + string.Concat(Enumerable.Repeat("r1 = r6\n" + Call("100"), 20)) + "r1 = r6\n" + Call("0") + "r0 = 0\nexit", jump);
        jump.Store(0, last);
        first.Same(new byte[64]);
        Assert.True(MapPair.Contents(counts.Linux).SequenceEqual(MapPair.Contents(counts.Managed)));
    }

    [Fact]
    public void A_chain_of_programs_shares_maps_and_the_packet()
    {
        using var kernels = KernelPair.OpenOrSkip();
        using MapPair jump = Jump(kernels), counts = Counts(kernels);
        string Link(int position, string next) => $"""
            r6 = r1
            r7 = *(u32 *)(r1 +0)
            r8 = *(u32 *)(r1 +4)
            r2 = r7
            r2 += 32
            if r2 > r8 goto bad
            r3 = *(u8 *)(r7 +{position})
            r3 += {position}
            *(u8 *)(r7 +{position + 1}) = r3
            {Index0}
            if r0 == 0 goto bad
            r1 = *(u64 *)(r0 +0)
            r1 *= 10
            r1 += {position}
            *(u64 *)(r0 +0) = r1
            r1 = r6
            {next}
            r0 = {position}
            exit
            bad:
            r0 = 100
            exit
            """;
        using var third = kernels.Load(ProgramType.Xdp, Link(3, Call("7")), jump, counts);
        using var second = kernels.Load(ProgramType.Xdp, Link(2, "r2 = -4\ncall bpf_xdp_adjust_head\nr1 = r6\n" + Call("3")), jump, counts);
        using var first = kernels.Load(ProgramType.Xdp, Link(1, Call("2")), jump, counts);
        jump.Store(2, second);
        jump.Store(3, third);
        byte[] packet = [.. Enumerable.Range(0, 64).Select(at => (byte)at)];
        Assert.Equal(3u, first.Same(packet)!.ReturnValue);
        Assert.True(MapPair.Contents(counts.Linux).SequenceEqual(MapPair.Contents(counts.Managed)));
    }

    [Fact]
    public void A_tail_call_of_a_subprogram_returns_to_its_caller()
    {
        using var kernels = KernelPair.OpenOrSkip();
        using var jump = Jump(kernels);
        using var target = kernels.Load(ProgramType.SchedCls, "r6 = 1\nr7 = 2\nr8 = 3\nr9 = 4\n*(u64 *)(r10 -8) = 99\nr0 = 1000\nexit");
        using var program = kernels.LoadWithFunctions(ProgramType.SchedCls, """
            r6 = r1
            r7 = 30
            r8 = 4
            r9 = 1
            *(u64 *)(r10 -8) = 100
            call sub
            r0 += r7
            r0 += r8
            r0 += r9
            r1 = *(u64 *)(r10 -8)
            r0 += r1
            exit
            sub:
            r6 = 7
            r7 = 7
            *(u64 *)(r10 -8) = 7
            r2 = map[jump]
            r3 = 1
            call bpf_tail_call
            r0 = 500
            exit
            """, jump);
        Assert.Equal(635u, program.Same(new byte[64])!.ReturnValue);
        jump.Store(1, target);
        Assert.Equal(1135u, program.Same(new byte[64])!.ReturnValue);
    }

    // Each round calls a subprogram that calls the program again: frames pile up, one or several for each tail call.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void Programs_that_call_themselves_from_subprograms_pile_up_frames(int deep)
    {
        using var kernels = KernelPair.OpenOrSkip();
        using MapPair jump = Jump(kernels), counts = Counts(kernels);
        string functions = string.Concat(Enumerable.Range(1, deep).Select(level => level < deep
            ? $"f{level}:\nr8 = {level}\ncall f{level + 1}\nr0 += r8\nexit\n"
            : $"f{level}:\nr2 = map[jump]\nr3 = 0\ncall bpf_tail_call\nr0 = 1\nexit\n"));
        using var program = kernels.LoadWithFunctions(ProgramType.SchedCls, "r6 = r1\n" + Index0 + $"""
            if r0 == 0 goto out
            r7 = *(u64 *)(r0 +0)
            r7 += 1
            *(u64 *)(r0 +0) = r7
            r1 = r6
            call f1
            r0 *= 3
            r0 += r7
            exit
            out:
            r0 = 0
            exit
            {functions}
            """, jump, counts);
        jump.Store(0, program);
        program.Same(new byte[64]);
        Assert.True(MapPair.Contents(counts.Linux).SequenceEqual(MapPair.Contents(counts.Managed)));
    }

    // Two subprograms call the program again, so that tail calls spread like a tree: the limit is one for the whole run.
    [Fact]
    public void The_limit_holds_for_the_whole_run()
    {
        using var kernels = KernelPair.OpenOrSkip();
        using MapPair jump = Jump(kernels), counts = Counts(kernels);
        using var program = kernels.LoadWithFunctions(ProgramType.SchedCls, "r6 = r1\n" + Index0 + """
            if r0 == 0 goto out
            r7 = *(u64 *)(r0 +0)
            r7 += 1
            *(u64 *)(r0 +0) = r7
            r1 = r6
            call sub
            r8 = r0
            r1 = r6
            call sub
            r0 += r8
            r0 += r7
            exit
            out:
            r0 = 0
            exit
            sub:
            r2 = map[jump]
            r3 = 0
            call bpf_tail_call
            r0 = 1
            exit
            """, jump, counts);
        jump.Store(0, program);
        program.Same(new byte[64]);
        Assert.Equal("2200000000000000", Assert.Single(MapPair.Contents(counts.Managed)).Value);
        Assert.True(MapPair.Contents(counts.Linux).SequenceEqual(MapPair.Contents(counts.Managed)));
    }

    [Fact]
    public void A_legacy_load_that_misses_returns_from_the_subprogram()
    {
        using var kernels = KernelPair.OpenOrSkip();
        foreach (int offset in (int[])[0, 63, 64, 1000])
        {
            using var program = kernels.LoadWithFunctions(ProgramType.SocketFilter, $"call sub\nr0 += 5\nexit\nsub:\nr6 = r1\nr0 = *(u8 *)skb[{offset}]\nr0 = 10\nexit");
            program.Same(new byte[64], what: $"offset {offset}");
        }
    }

    [Fact]
    public void A_program_array_answers_as_bpf2_does()
    {
        using var kernels = KernelPair.OpenOrSkip();
        using var jump = Jump(kernels, 3);
        using var program = kernels.Load(ProgramType.SchedCls, "r0 = 1\nexit");
        using var other = kernels.Load(ProgramType.SocketFilter, "r0 = 1\nexit");
        byte[] value = new byte[4], next = new byte[4];
        for (uint index = 0; index < 5; index++)
        {
            byte[] key = BitConverter.GetBytes(index);
            jump.Same($"looking up {index}", map => map.Lookup(key, value));
            jump.Same($"deleting {index}", map => map.Delete(key));
            jump.Same($"key after {index}", map => map.NextKey(key, next));
        }

        foreach (uint index in (uint[])[1, 3])
            foreach (var flags in (MapUpdateFlags[])[MapUpdateFlags.Any, MapUpdateFlags.NoExist, MapUpdateFlags.Exist, MapUpdateFlags.Lock, (MapUpdateFlags)8])
                jump.Store(index, program, flags);
        jump.Same("a program that does not exist", map => map.Update(new byte[4], BitConverter.GetBytes(int.MaxValue), MapUpdateFlags.Any));
        Assert.Equal(Errno.EINVAL, jump.Store(0, other));
        Assert.Equal(Errno.None, jump.Store(0, program));
        foreach (var map in (IKernelMap[])[jump.Linux, jump.Managed])
        {
            Assert.Equal(Errno.None, map.Lookup(BitConverter.GetBytes(1), value));
            Assert.Equal((map == jump.Linux ? program.Linux : program.Managed).Id, BitConverter.ToInt32(value));
        }

        jump.Same("deleting", map => map.Delete(BitConverter.GetBytes(1)));
        jump.Same("deleting again", map => map.Delete(BitConverter.GetBytes(1)));
        jump.Same("looking up what was deleted", map => map.Lookup(BitConverter.GetBytes(1), value));
    }

    // What the array's first program decides: by being stored, or by using the array.
    public static TheoryData<string, string> Kinds()
    {
        string[] kinds = ["sched_cls", "socket_filter", "xdp", "xdp+frags", "xdp+devmap", "xdp+cpumap"];
        var data = new TheoryData<string, string>();
        foreach (string first in kinds)
            foreach (string second in kinds) data.Add(first, second);
        return data;
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void The_first_program_decides_which_others_fit(string first, string second)
    {
        using var kernels = KernelPair.OpenOrSkip();
        using MapPair used = Jump(kernels), stored = Jump(kernels);
        using var user = kernels.Load(SpecOf(first, Call("0") + "r0 = 0\nexit", used), used);
        using var one = kernels.Load(SpecOf(first, "r0 = 0\nexit"));
        using var two = kernels.Load(SpecOf(second, "r0 = 0\nexit"));
        Assert.Equal(Errno.None, stored.Store(0, one));
        stored.Store(1, two);
        used.Store(1, two);

        var spec = SpecOf(second, Call("0") + "r0 = 0\nexit", used);
        bool linux = Loads(kernels.Linux, spec, used.Linux), managed = Loads(kernels.Managed, spec, used.Managed);
        Assert.True(linux == managed, $"a {second} program {(linux ? "may" : "may not")} use the array of {first} programs in Linux");
    }

    [Fact]
    public void An_array_that_users_let_go_is_empty()
    {
        using var kernels = KernelPair.OpenOrSkip();
        var jump = Jump(kernels);
        using var program = kernels.Load(ProgramType.SchedCls, Call("0") + "r0 = 2\nexit", jump);
        using var target = kernels.Load(ProgramType.SchedCls, "r0 = 7\nexit");
        jump.Store(0, target);
        Assert.Equal(7u, program.Same(new byte[64])!.ReturnValue);
        jump.Dispose();
        // Linux does it a little later, on another thread.
        var request = new TestRunRequest { Data = new byte[64] };
        var cancellation = TestContext.Current.CancellationToken;
        Assert.True(SpinWait.SpinUntil(() => program.Linux.TestRun(request, cancellation).ReturnValue == 2, TimeSpan.FromSeconds(10)));
        Assert.Equal(2u, program.Managed.TestRun(request, cancellation).ReturnValue);
    }

    private static ProgramSpec SpecOf(string kind, string text, params MapPair[] maps)
    {
        string[] parts = kind.Split('+');
        return new ProgramSpec
        {
            Name = "p",
            Type = ProgramTypeTable.Find(parts[0])!.Type,
            ExpectedAttachType = parts[^1] switch { "devmap" => AttachType.XdpDevmap, "cpumap" => AttachType.XdpCpumap, _ => parts[0] == "xdp" ? AttachType.Xdp : default },
            Flags = parts[^1] == "frags" ? 1u << 5 : 0,
            Instructions = Assembler.Assemble(text, maps.Select(map => map.Managed.Spec.Name)).Instructions,
            Maps = [.. maps.Select(map => map.Managed.Spec)],
        };
    }

    private static bool Loads(IBpfKernel kernel, ProgramSpec spec, IKernelMap map)
    {
        try
        {
            var result = kernel.LoadProgram(spec, [map], ProgramLoadOptions.Default, TestContext.Current.CancellationToken);
            result.Program?.Dispose();
            return result.Program is not null;
        }
        catch (BpfException)
        {
            return false;
        }
    }
}

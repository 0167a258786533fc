using PSBpf.Kernel;
using PSBpf.Objects;
using PSBpf.Runtime.Jit;
using PSBpf.Uapi;
using PSBpf.Verifier.Tests.Support;

namespace PSBpf.Differential.Tests;

public sealed class SpinLockTests
{
    // Counts in a value whose lock stands before the count.
    private const string Count = """
        *(u32 *)(r10 -4) = 0
        r2 = r10
        r2 += -4
        r1 = map[m]
        call bpf_map_lookup_elem
        if r0 == 0 goto none
        r6 = r0
        r1 = r6
        call bpf_spin_lock
        r7 = *(u64 *)(r6 +8)
        r7 += 1
        *(u64 *)(r6 +8) = r7
        r1 = r6
        call bpf_spin_unlock
        r0 = r7
        exit
        none:
        r0 = 0
        exit
        """;

    private static MapSpec Locked(MapType type)
    {
        var types = new CaseTypes();
        types.Declare("value struct bpf_spin_lock lock; u64 count");
        int key = types.Type("int"), value = types.Type("struct value");
        var built = types.Build();
        return new MapSpec { Name = "m", Type = type, KeySize = 4, ValueSize = 16, MaxEntries = 4, Btf = built, KeyType = built[key], ValueType = built[value] };
    }

    [Theory]
    [InlineData(MapType.Hash, JitMode.Off)]
    [InlineData(MapType.Hash, JitMode.On)]
    [InlineData(MapType.Array, JitMode.Off)]
    [InlineData(MapType.Array, JitMode.On)]
    public void Updates_and_lookups_leave_the_lock_alone(MapType type, JitMode mode)
    {
        using var kernels = KernelPair.OpenOrSkip(new JitOptions { Mode = mode, Timing = JitTiming.Eager });
        using var map = kernels.CreateMap(Locked(type));
        byte[] key = new byte[4], value = [0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4, 5, 0, 0, 0, 0, 0, 0, 0], read = new byte[16];
        map.Same("update", one => one.Update(key, value, MapUpdateFlags.Any));
        using var program = kernels.Load(ProgramType.Xdp, Count, map);
        Assert.Equal(6u, program.Same(new byte[64])!.ReturnValue);
        Assert.Equal(7u, program.Same(new byte[64])!.ReturnValue);
        Assert.Equal(MapPair.Contents(map.Linux), MapPair.Contents(map.Managed));
        Assert.Equal(Errno.None, map.Managed.Lookup(key, read));
        Assert.Equal(new byte[] { 0, 0, 0, 0, 1, 2, 3, 4, 7, 0, 0, 0, 0, 0, 0, 0 }, read);
    }

    [Theory]
    [InlineData(MapType.Hash, true)]
    [InlineData(MapType.Array, true)]
    [InlineData(MapType.Hash, false)]
    [InlineData(MapType.Array, false)]
    [InlineData(MapType.PerCpuHash, false)]
    public void Users_ask_for_the_lock_as_in_the_kernel(MapType type, bool hasLock)
    {
        using var kernels = KernelPair.OpenOrSkip();
        using var map = kernels.CreateMap(hasLock ? Locked(type) : new MapSpec { Name = "m", Type = type, KeySize = 4, ValueSize = 16, MaxEntries = 4 });
        var random = new Random(7);
        var value = new byte[map.Managed.UserValueSize];
        var flags = Enumerable.Range(0, 9).Select(flag => (MapUpdateFlags)flag).ToArray();
        for (int step = 0; step < 400; step++)
        {
            byte[] key = BitConverter.GetBytes(random.Next(6));
            random.NextBytes(value);
            var flag = flags[random.Next(flags.Length)];
            switch (random.Next(4))
            {
                case 0: map.Same($"deletion {step}", one => one.Delete(key)); break;
                case 1: map.Same($"lookup {step} {flag}", one => one.Lookup(key, new byte[value.Length], flag)); break;
                default: map.Same($"update {step} {flag}", one => one.Update(key, value, flag)); break;
            }
        }

        Assert.Equal(MapPair.Contents(map.Linux), MapPair.Contents(map.Managed));
    }

    [Theory]
    [InlineData(MapType.Hash)]
    [InlineData(MapType.Array)]
    public async Task Values_are_whole_under_the_lock(MapType type)
    {
        const int rounds = 20000;
        using var kernel = new Runtime.ManagedKernel();
        using var map = kernel.CreateMap(Locked(type));
        Assert.Equal(Errno.None, map.Update(new byte[4], new byte[16], MapUpdateFlags.Any));
        var cancellation = TestContext.Current.CancellationToken;
        var writers = Enumerable.Range(1, 2).Select(number => Task.Run(() =>
        {
            var value = Enumerable.Repeat((byte)number, 16).ToArray();
            for (int round = 0; round < rounds; round++) Assert.Equal(Errno.None, map.Update(new byte[4], value, MapUpdateFlags.Lock));
        }, cancellation));
        var reader = Task.Run(() =>
        {
            var value = new byte[16];
            for (int round = 0; round < rounds; round++)
            {
                Assert.Equal(Errno.None, map.Lookup(new byte[4], value, MapUpdateFlags.Lock));
                Assert.Single(value.Skip(4).Distinct());
            }
        }, cancellation);
        await Task.WhenAll([.. writers, reader]);
    }

    [Theory]
    [InlineData(JitMode.Off)]
    [InlineData(JitMode.On)]
    public async Task Nothing_is_lost_between_threads(JitMode mode)
    {
        const int threads = 4, rounds = 5000;
        using var kernel = new Runtime.ManagedKernel(new Runtime.ManagedKernelOptions { PossibleCpus = threads, Jit = new JitOptions { Mode = mode, Timing = JitTiming.Eager } });
        using var map = kernel.CreateMap(Locked(MapType.Array));
        var spec = new ProgramSpec { Name = "p", Type = ProgramType.Xdp, Instructions = Isa.Assembler.Assemble(Count, ["m"]).Instructions, Maps = [map.Spec] };
        using var program = kernel.LoadProgram(spec, [map], ProgramLoadOptions.Default, TestContext.Current.CancellationToken).Program!;
        var cancellation = TestContext.Current.CancellationToken;
        await Task.WhenAll(Enumerable.Range(0, threads).Select(_ => Task.Run(() => program.TestRun(new TestRunRequest { Data = new byte[64], Repeat = rounds }, cancellation), cancellation)));
        var value = new byte[16];
        Assert.Equal(Errno.None, map.Lookup(new byte[4], value));
        Assert.Equal((long)threads * rounds, BitConverter.ToInt64(value, 8));
    }
}

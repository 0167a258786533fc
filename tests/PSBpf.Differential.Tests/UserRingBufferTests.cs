using PSBpf.Kernel;
using PSBpf.Objects;
using PSBpf.Uapi;

namespace PSBpf.Differential.Tests;

public sealed class UserRingBufferTests
{
    private const uint Size = 4096;

    // Adds what it reads of the records to the caller's stack, and stops at one that begins with 0.
    private const string Drain = """
        *(u64 *)(r10 -8) = 0
        *(u64 *)(r10 -16) = 0
        r1 = map[m]
        r2 = func take
        r3 = r10
        r3 += -16
        r4 = FLAGS
        call bpf_user_ringbuf_drain
        r1 = *(u64 *)(r10 -8)
        r0 <<= 24
        r0 += r1
        exit
        take:
        r6 = r1
        r7 = r2
        *(u64 *)(r10 -8) = 0
        r1 = r10
        r1 += -8
        r2 = 2
        r3 = r6
        r4 = 1
        r5 = 0
        call bpf_dynptr_read
        r8 = *(u64 *)(r7 +8)
        r1 = *(u64 *)(r10 -8)
        r8 += r1
        r8 += r0
        r1 = r6
        r2 = 0
        r3 = 4
        call bpf_dynptr_data
        if r0 == 0 goto short
        r1 = *(u8 *)(r0 +0)
        r8 += r1
        *(u8 *)(r0 +0) = 7
        *(u64 *)(r7 +8) = r8
        r0 = 0
        r2 = *(u64 *)(r7 +0)
        if r1 != r2 goto out
        r0 = 1
        out:
        exit
        short:
        r8 += 1000
        *(u64 *)(r7 +8) = r8
        r0 = 0
        exit
        """;

    private static MapSpec Spec => new() { Name = "m", Type = MapType.UserRingBuf, MaxEntries = Size };

    [Theory]
    [MemberData(nameof(CallbackTests.Executors), MemberType = typeof(CallbackTests))]
    public void Programs_take_the_same_records_out(string executor)
    {
        using var kernels = KernelPair.OpenOrSkip(CallbackTests.Options(executor));
        using var map = kernels.CreateMap(Spec);
        using var managed = map.Managed.OpenUserRingBuffer();
        using var linux = map.Linux.OpenUserRingBuffer();
        using var program = kernels.LoadWithFunctions(ProgramType.Xdp, Drain.Replace("FLAGS", "0", StringComparison.Ordinal), map);
        var random = new Random(11);
        for (int step = 0; step < 400; step++)
        {
            if (random.Next(4) > 0)
            {
                byte[] record = new byte[random.Next(20) switch { 0 => Size - 8, 1 => Size - 7, 2 => (int)Size / 2, var length => length * 3 }];
                random.NextBytes(record);
                Assert.Equal(linux.Write(record), managed.Write(record));
            }
            else
            {
                Assert.NotNull(program.Same(new byte[64], what: $"step {step}"));
            }

            Assert.Equal(linux.BacklogBytes, managed.BacklogBytes);
        }
    }

    [Theory]
    [MemberData(nameof(CallbackTests.Executors), MemberType = typeof(CallbackTests))]
    public void A_program_that_has_enough_leaves_the_rest(string executor)
    {
        using var kernels = KernelPair.OpenOrSkip(CallbackTests.Options(executor));
        using var map = kernels.CreateMap(Spec);
        using var managed = map.Managed.OpenUserRingBuffer();
        using var linux = map.Linux.OpenUserRingBuffer();
        using var program = kernels.LoadWithFunctions(ProgramType.Xdp, Drain.Replace("FLAGS", "3", StringComparison.Ordinal), map);
        for (byte first = 5; first > 0; first--)
        {
            foreach (var writer in (IUserRingBufferWriter[])[managed, linux]) Assert.Equal(Errno.None, writer.Write([(byte)(first - 3), 1, 2, 3]));
        }

        Assert.Equal(3u, program.Same(new byte[64])!.ReturnValue >> 24);
        Assert.Equal(32, managed.BacklogBytes);
        Assert.Equal(32, linux.BacklogBytes);
        Assert.Equal(2u, program.Same(new byte[64])!.ReturnValue >> 24);
    }

    [Theory]
    [InlineData("4")]
    [InlineData("-1")]
    [InlineData("1 ll")]
    public void Flags_are_refused_alike(string flags)
    {
        using var kernels = KernelPair.OpenOrSkip();
        using var map = kernels.CreateMap(Spec);
        using var program = kernels.LoadWithFunctions(ProgramType.Xdp, Drain.Replace("FLAGS", flags, StringComparison.Ordinal), map);
        Assert.NotNull(program.Same(new byte[64]));
    }

    // One call takes a record; its callback asks for more of the same map, which is busy.
    [Theory]
    [MemberData(nameof(CallbackTests.Executors), MemberType = typeof(CallbackTests))]
    public void One_program_at_a_time_takes_records_out(string executor)
    {
        using var kernels = KernelPair.OpenOrSkip(CallbackTests.Options(executor));
        using var map = kernels.CreateMap(Spec);
        using var managed = map.Managed.OpenUserRingBuffer();
        using var linux = map.Linux.OpenUserRingBuffer();
        using var program = kernels.LoadWithFunctions(ProgramType.Xdp, """
            *(u64 *)(r10 -8) = 0
            r1 = map[m]
            r2 = func outer
            r3 = r10
            r3 += -8
            r4 = 0
            call bpf_user_ringbuf_drain
            r6 = *(u64 *)(r10 -8)
            r0 += r6
            exit
            outer:
            r6 = r2
            r1 = map[m]
            r2 = func inner
            r3 = 0
            r4 = 0
            call bpf_user_ringbuf_drain
            *(u64 *)(r6 +0) = r0
            r0 = 0
            exit
            inner:
            r0 = 0
            exit
            """, map);
        foreach (var writer in (IUserRingBufferWriter[])[managed, linux]) Assert.Equal(Errno.None, writer.Write(new byte[8]));
        Assert.Equal(1 - (int)Errno.EBUSY, (int)program.Same(new byte[64])!.ReturnValue);
        Assert.Equal(0, managed.BacklogBytes);
    }

    [Fact]
    public void Users_get_the_kernels_answers_and_both_make_the_same_maps()
    {
        using var kernels = KernelPair.OpenOrSkip();
        using var map = kernels.CreateMap(Spec);
        map.Same("lookup", each => each.Lookup([], []));
        map.Same("update", each => each.Update([], [], MapUpdateFlags.Any));
        map.Same("delete", each => each.Delete([]));
        map.Same("lookup and delete", each => each.LookupAndDelete([], []));
        map.Same("next key", each => each.NextKey([], []));
    }
}

using System.Text;
using PSBpf.Runtime.Environment;
using PSBpf.Runtime.Helpers;
using PSBpf.Runtime.Tests.Interpreter;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Tests.Helpers;

public sealed class HelperTests
{
    [Fact]
    public void Every_helper_that_is_implemented_is_in_the_table()
    {
        for (int id = 1; id < 1000; id++)
            if (HelperSet.Implements(id)) Assert.NotNull(HelperTable.Find(id));
        Assert.All((string[])["map_lookup_elem", "map_update_elem", "map_delete_elem", "tail_call", "ringbuf_output", "perf_event_output", "ktime_get_ns", "csum_diff"],
            name => Assert.True(HelperSet.Implements(HelperTable.Find(name)!.Id), name));
        Assert.False(HelperSet.Implements(0));
        Assert.False(HelperSet.Implements(-1));
        Assert.False(HelperSet.Implements(int.MaxValue));
    }

    [Fact]
    public void A_set_environment_makes_runs_repeatable()
    {
        string[] helpers = ["ktime_get_ns", "ktime_get_boot_ns", "ktime_get_coarse_ns", "ktime_get_tai_ns", "jiffies64", "get_prandom_u32", "get_smp_processor_id", "get_current_pid_tgid", "get_current_uid_gid", "get_numa_node_id"];
        ulong[] Run()
        {
            using var machine = new TestMachine(new ManagedKernelOptions
            {
                PossibleCpus = 4,
                Environment = new ExecutionEnvironment
                {
                    Clock = 10_000_000, ClockStep = 1000, Seed = 5, Cpu = 3, BootTime = DateTimeOffset.FromUnixTimeSeconds(100),
                    Task = new TaskIdentity(11, 22, 33, 44, "tester"),
                },
            });
            return [.. helpers.Select(helper =>
            {
                var cpu = machine.Engine.Cpus.Enter(machine.Engine.Environment.Cpu);
                try
                {
                    return machine.Run($"call bpf_{helper}\nexit");
                }
                finally
                {
                    machine.Engine.Cpus.Exit(cpu);
                }
            })];
        }

        ulong[] first = Run();
        Assert.Equal(first, Run());
        Assert.Equal([10_000_000, 10_001_000, 8_000_000, 137_010_003_000, 2], first[..5]);
        Assert.Equal([3, 11ul << 32 | 22, 44ul << 32 | 33, 0], first[6..]);
    }

    [Fact]
    public void The_machines_environment_tells_about_this_process_and_its_clock()
    {
        using var machine = new TestMachine();
        Assert.Equal((ulong)System.Environment.ProcessId, machine.Run("call bpf_get_current_pid_tgid\nr0 >>= 32\nexit"));
        ulong before = machine.Run("call bpf_ktime_get_ns\nexit");
        Thread.Sleep(5);
        Assert.InRange(machine.Run("call bpf_ktime_get_ns\nexit") - before, 4_000_000ul, 10_000_000_000ul);
        Assert.True(Enumerable.Range(0, 20).Select(_ => machine.Run("call bpf_get_prandom_u32\nexit")).Distinct().Count() > 15);
        double tai = machine.Run("call bpf_ktime_get_tai_ns\nexit") / 1e9;
        Assert.InRange(tai - (DateTimeOffset.UtcNow - DateTimeOffset.UnixEpoch).TotalSeconds, 36, 38);
    }

    [Theory]
    [InlineData(16, "tester")]
    [InlineData(7, "tester")]
    [InlineData(6, "teste")]
    [InlineData(1, "")]
    public void The_tasks_name_is_cut_and_padded_with_zeros(int size, string expected)
    {
        using var machine = new TestMachine(new ManagedKernelOptions { Environment = new ExecutionEnvironment { Task = new TaskIdentity(1, 1, 0, 0, "tester") } });
        var bytes = new byte[24];
        for (int word = 0; word < 3; word++)
        {
            ulong value = machine.Run($"""
                *(u64 *)(r10 -24) = -1
                *(u64 *)(r10 -16) = -1
                *(u64 *)(r10 -8) = -1
                r1 = r10
                r1 += -24
                r2 = {size}
                call bpf_get_current_comm
                r1 = *(u64 *)(r10 -{24 - word * 8})
                r0 += r1
                exit
                """);
            BitConverter.TryWriteBytes(bytes.AsSpan(word * 8), value);
        }

        Assert.Equal(expected, Encoding.ASCII.GetString(bytes, 0, size).TrimEnd('\0'));
        Assert.All(bytes[size..], octet => Assert.Equal(0xff, octet));
    }

    [Theory]
    [InlineData("plain\n", 0, "plain")]
    [InlineData("no newline", 0, "no newline")]
    [InlineData("%d %u %x", -1, "-1 4294967295 ffffffff")]
    [InlineData("%i %X", 255, "255 FF")]
    [InlineData("%lld %llu %llx", -1, "-1 18446744073709551615 ffffffffffffffff")]
    [InlineData("%ld|%lu|%lx", 0x1_0000_0000, "4294967296|4294967296|100000000")]
    [InlineData("%d", 0x1_0000_0005, "5")]
    [InlineData("100%% %d", 7, "100% 7")]
    [InlineData("%5d|%-5d|%05d", 42, "   42|42   |00042")]
    [InlineData("%05d|%5d|%+d", -42, "-0042|  -42|-42")]
    [InlineData("%+d|% d|%+5d", 42, "+42| 42|  +42")]
    [InlineData("%c%c|%3c", 65, "AA|  A")]
    [InlineData("%px", 0x1234, "0000000000001234")]
    [InlineData("%ps", 0x1234, "0x1234")]
    [InlineData("%s!", 8, "!")]
    [InlineData("%pI4", 8, "0.0.0.0")]
    [InlineData("%pi6", 8, "00000000000000000000000000000000")]
    [InlineData("\u00fc%d", 1, "\u00fc1")]
    public void Printed_text_looks_as_the_kernels(string format, long argument, string expected)
    {
        using var machine = new TestMachine { Type = ProgramType.Xdp };
        byte[] text = [.. Encoding.UTF8.GetBytes(format), 0];
        var program = new StringBuilder();
        for (int at = 0; at < text.Length; at++) program.AppendLine(System.Globalization.CultureInfo.InvariantCulture, $"*(u8 *)(r10 -{128 - at}) = {text[at]}");
        var result = machine.TestRun($"""
            {program}
            r1 = r10
            r1 += -128
            r2 = {text.Length}
            r3 = 0x{argument:x} ll
            r4 = r3
            r5 = r3
            call bpf_trace_printk
            exit
            """, new byte[14]);
        Assert.Equal([expected], result.Output);
        Assert.Equal(Encoding.UTF8.GetByteCount(expected) + (format.EndsWith('\n') ? 1 : 0), (int)result.ReturnValue);
    }

    [Fact]
    public void Text_and_addresses_are_printed_from_memory_that_the_program_owns()
    {
        using var machine = new TestMachine { Type = ProgramType.Xdp };
        var result = machine.TestRun("""
            r1 = 0x20732520 ll
            *(u64 *)(r10 -32) = r1
            r1 = 0x344970252074 ll
            *(u64 *)(r10 -28) = r1
            r1 = 0x006f6c6c6568 ll
            *(u64 *)(r10 -16) = r1
            *(u32 *)(r10 -8) = 0x0200a8c0
            r1 = r10
            r1 += -32
            r2 = 16
            r3 = r10
            r3 += -16
            r4 = r10
            r4 += -8
            r5 = 0
            call bpf_trace_printk
            exit
            """, new byte[14]);
        Assert.Equal([" hello t 192.168.0.2"], result.Output);
    }

    [Fact]
    public void A_long_line_is_cut_at_the_kernels_limit()
    {
        using var machine = new TestMachine { Type = ProgramType.Xdp };

        // %300d three times, and once more with a number of its own.
        var result = machine.TestRun("""
            r1 = 0x3030322564303025 ll
            r1 = 0x6430303925 ll
            *(u64 *)(r10 -16) = r1
            r1 = 0x00006430303925 ll
            *(u64 *)(r10 -11) = r1
            r1 = r10
            r1 += -16
            r2 = 16
            r3 = 1
            r4 = 2
            r5 = 0
            call bpf_trace_printk
            exit
            """, new byte[14]);
        Assert.Equal(1023, Assert.Single(result.Output).Length);
    }

    [Fact]
    public void Growing_a_packets_head_moves_its_metadata_along()
    {
        using var machine = new TestMachine { Type = ProgramType.Xdp };
        var context = new byte[24];
        BitConverter.TryWriteBytes(context, 4);
        BitConverter.TryWriteBytes(context.AsSpan(4), 24);
        var result = machine.TestRun("""
            r6 = r1
            r2 = -10
            call bpf_xdp_adjust_head
            if r0 != 0 goto out
            r2 = *(u32 *)(r6 +8)
            r3 = *(u32 *)(r6 +0)
            r0 = *(u32 *)(r2 +0)
            out: exit
            """, [0xaa, 0xbb, 0xcc, 0xdd, .. Enumerable.Range(1, 20).Select(number => (byte)number)], context);
        Assert.Equal(0xddccbbaau, result.ReturnValue);

        // Nothing wipes the place where it was, as in the kernel.
        Assert.Equal("AABBCCDD" + new string('0', 12) + "AABBCCDD" + "0102030405060708090A0B0C0D0E0F1011121314", Convert.ToHexString(result.Data));
        Assert.Equal(4, BitConverter.ToInt32(result.Context));
        Assert.Equal(34, BitConverter.ToInt32(result.Context, 4));
    }

    [Fact]
    public void A_large_packet_runs_and_cannot_grow()
    {
        using var machine = new TestMachine { Type = ProgramType.Xdp };
        byte[] packet = new byte[60_000];
        packet[^1] = 9;
        Assert.Equal(60_000u, machine.TestRun("call bpf_xdp_get_buff_len\nexit", packet).ReturnValue);
        Assert.Equal(unchecked((uint)-22), machine.TestRun("r2 = 1\ncall bpf_xdp_adjust_tail\nexit", packet).ReturnValue);
        Assert.Equal(packet, machine.TestRun("r0 = 2\nexit", packet).Data);

        // A small packet after a large one has the room of a small one.
        Assert.Equal(0u, machine.TestRun("r2 = 3456\ncall bpf_xdp_adjust_tail\nexit", new byte[64]).ReturnValue);
        Assert.Equal(unchecked((uint)-22), machine.TestRun("r2 = 3457\ncall bpf_xdp_adjust_tail\nexit", new byte[64]).ReturnValue);
    }
}

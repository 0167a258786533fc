using PSBpf.Objects;
using PSBpf.Uapi;

namespace PSBpf.Differential.Tests;

/// <summary>Reads of addresses that no verifier vouches for, and helpers that speak of tasks and stacks.</summary>
public sealed class ProbeTests
{
    private static readonly string[] Readers =
        ["bpf_probe_read", "bpf_probe_read_kernel", "bpf_probe_read_user", "bpf_probe_read_str", "bpf_probe_read_kernel_str", "bpf_probe_read_user_str"];

    [Fact]
    public void What_cannot_be_read_gives_the_same_error_and_zeros()
    {
        using var kernels = KernelPair.OpenOrSkip();
        ulong[] addresses = [0, 8, 4096, 0x0000_7fff_ffff_f000, 0x0000_8000_0000_0000, 0x4141_4141_4141_4141, 0xffff_7fff_ffff_fff0, 0xffff_ffff_ffff_fff8];
        foreach (string reader in Readers)
        {
            foreach (ulong address in addresses)
            {
                foreach (int size in (int[])[0, 1, 8])
                {
                    using var program = kernels.Load(ProgramType.RawTracepoint, $"""
                        *(u64 *)(r10 -8) = 0x55
                        r1 = r10
                        r1 += -8
                        r2 = {size}
                        r3 = 0x{address:x} ll
                        call {reader}
                        r1 = *(u64 *)(r10 -8)
                        r1 &= 0xff
                        r0 <<= 8
                        r0 |= r1
                        exit
                        """);
                    program.Same([], what: $"{reader} of {size} bytes at 0x{address:x}");
                }
            }
        }
    }

    [Theory]
    [InlineData("bpf_probe_read_kernel")]
    [InlineData("bpf_probe_read_user")]
    [InlineData("bpf_probe_read_kernel_str")]
    [InlineData("bpf_probe_read_user_str")]
    public void What_the_program_owns_is_read_alike(string reader)
    {
        using var kernels = KernelPair.OpenOrSkip();
        using var map = kernels.CreateMap(new MapSpec { Name = "m", Type = MapType.Array, KeySize = 4, ValueSize = 100, MaxEntries = 2 });
        var value = new byte[100];
        "probe\0after"u8.CopyTo(value);
        map.Same("fill", each => each.Update([0, 0, 0, 0], value, MapUpdateFlags.Any));
        Array.Fill(value, (byte)'x');
        map.Same("fill", each => each.Update([1, 0, 0, 0], value, MapUpdateFlags.Any));
        foreach (int index in (int[])[0, 1])
        {
            foreach (int offset in (int[])[0, 3, 6, 92])
            {
                foreach (int size in (int[])[1, 3, 6, 8])
                {
                    using var program = kernels.Load(ProgramType.RawTracepoint, $"""
                        *(u32 *)(r10 -4) = {index}
                        *(u64 *)(r10 -16) = 0x2a2a2a2a
                        r2 = r10
                        r2 += -4
                        r1 = map[m]
                        call bpf_map_lookup_elem
                        if r0 == 0 goto out
                        r3 = r0
                        r3 += {offset}
                        r1 = r10
                        r1 += -16
                        r2 = {size}
                        call {reader}
                        r1 = *(u64 *)(r10 -16)
                        r2 = r1
                        r2 >>= 29
                        r1 ^= r2
                        r0 <<= 1
                        r0 ^= r1
                        out: exit
                        """, map);
                    program.Same([], what: $"{reader} of {size} bytes at {offset} of value {index}");
                }
            }
        }
    }

    [Theory]
    [InlineData(0UL)]
    [InlineData(1UL << 11)]
    [InlineData(1UL << 12)]
    [InlineData(0x1_0000_0000UL)]
    public void Unknown_flags_of_stacks_are_refused_alike(ulong flags)
    {
        using var kernels = KernelPair.OpenOrSkip();
        using var map = kernels.CreateMap(new MapSpec { Name = "m", Type = MapType.StackTrace, KeySize = 4, ValueSize = 80, MaxEntries = 16 });
        using var program = kernels.Load(ProgramType.RawTracepoint, $"""
            r6 = r1
            r2 = map[m]
            r3 = 0x{flags:x} ll
            call bpf_get_stackid
            r7 = 1
            if r0 s>= 0 goto next
            r7 = r0
            next:
            r1 = r6
            r2 = r10
            r2 += -24
            *(u64 *)(r10 -24) = 1
            *(u64 *)(r10 -16) = 1
            *(u64 *)(r10 -8) = 1
            r3 = 20
            r4 = 0x{flags:x} ll
            call bpf_get_stack
            r7 <<= 8
            r7 ^= r0
            r0 = *(u64 *)(r10 -24)
            r0 ^= r7
            exit
            """, map);
        program.Same([]);
    }

    [Theory]
    [InlineData("bpf_strtol")]
    [InlineData("bpf_strtoul")]
    public void Numbers_are_read_alike(string helper)
    {
        using var kernels = KernelPair.OpenOrSkip();
        string[] texts =
        [
            "0", "1", "-1", "+1", " 42", "\t\n 7x", "12 34", "0x1f", "0X1F", "0x", "0xg", "017", "018", "08", "-0x10", "- 5", "--5", "abc", "-", " ", "9223372036854775807",
            "9223372036854775808", "-9223372036854775808", "-9223372036854775809", "18446744073709551615", "18446744073709551616", "7fffffffffffffff", "ffffffffffffffff", "1\0" + "2",
            new string('0', 62) + "12", new string(' ', 40) + "8", "\u00a05", "-0",
        ];
        foreach (string text in texts)
        {
            foreach (ulong flags in (ulong[])[0, 8, 10, 16, 2, 31, 32])
            {
                byte[] bytes = [.. text.Select(character => (byte)character)];
                var lines = new System.Text.StringBuilder();
                for (int at = 0; at < bytes.Length; at++) lines.AppendLine(System.Globalization.CultureInfo.InvariantCulture, $"*(u8 *)(r10 -{128 - at}) = {bytes[at]}");
                using var program = kernels.Load(ProgramType.Xdp, $"""
                    {lines}
                    *(u64 *)(r10 -8) = 77
                    r1 = r10
                    r1 += -128
                    r2 = {bytes.Length}
                    r3 = 0x{flags:x} ll
                    r4 = r10
                    r4 += -8
                    call {helper}
                    r1 = *(u64 *)(r10 -8)
                    r2 = r1
                    r2 >>= 32
                    r1 ^= r2
                    r0 <<= 5
                    r0 ^= r1
                    exit
                    """);
                program.Same(new byte[64], what: $"{helper} of '{text}' with {flags}:");
            }
        }
    }

    [Fact]
    public void Text_is_compared_and_formatted_alike()
    {
        using var kernels = KernelPair.OpenOrSkip();
        (string Format, int Values)[] formats =
            [("abc", 0), ("", 0), ("abd", 0), ("ab", 0), ("%d %u", 2), ("%llx", 1), ("%c|%5d|", 2), ("%%", 0), ("%d", 1), ("long text that does not fit into the buffer: %d", 1), ("%d %d %d %d %d", 5)];
        foreach (var (format, values) in formats)
        {
            var text = new byte[64];
            System.Text.Encoding.ASCII.GetBytes(format).CopyTo(text, 0);
            using var map = kernels.CreateMap(new MapSpec
            {
                Name = ".rodata", Type = MapType.Array, KeySize = 4, ValueSize = 64, MaxEntries = 1, IsGlobalData = true, IsFrozen = true, Flags = MapFlags.ReadOnlyProgram, InitialValue = text,
            });
            foreach (int size in (int[])[1, 4, 32])
            {
                using var program = kernels.Load(ProgramType.RawTracepoint, $"""
                    *(u64 *)(r10 -32) = 0x636261
                    *(u64 *)(r10 -24) = 0
                    *(u64 *)(r10 -16) = 0
                    *(u64 *)(r10 -8) = 0
                    *(u64 *)(r10 -72) = 97
                    *(u64 *)(r10 -64) = -5
                    *(u64 *)(r10 -56) = 12345
                    *(u64 *)(r10 -48) = 7
                    *(u64 *)(r10 -40) = 0
                    r1 = r10
                    r1 += -32
                    r2 = {size}
                    r3 = map[.rodata][0] +0
                    call bpf_strncmp
                    r6 = r0
                    r1 = r10
                    r1 += -32
                    r2 = {size}
                    r3 = map[.rodata][0] +0
                    r4 = r10
                    r4 += -72
                    r5 = {values * 8}
                    call bpf_snprintf
                    r0 <<= 4
                    r0 ^= r6
                    r1 = *(u64 *)(r10 -32)
                    r0 ^= r1
                    r1 = *(u64 *)(r10 -24)
                    r0 ^= r1
                    r2 = r0
                    r2 >>= 32
                    r0 ^= r2
                    exit
                    """, map);
                program.Same([], what: $"'{format}' into {size} bytes:");
            }
        }
    }

    [Theory]
    [InlineData(MapType.Queue)]
    [InlineData(MapType.Stack)]
    public void Programs_push_pop_and_peek_alike(MapType type)
    {
        using var kernels = KernelPair.OpenOrSkip();
        using var map = kernels.CreateMap(new MapSpec { Name = "m", Type = type, ValueSize = 8, MaxEntries = 4 });
        var random = new Random(9);
        for (int step = 0; step < 200; step++)
        {
            string call = random.Next(4) switch
            {
                0 => "call bpf_map_pop_elem",
                1 => "call bpf_map_peek_elem",
                _ => $"r3 = {random.Next(4)}\ncall bpf_map_push_elem",
            };
            using var program = kernels.Load(ProgramType.Xdp, $"""
                *(u64 *)(r10 -8) = {step}
                r1 = map[m]
                r2 = r10
                r2 += -8
                {call}
                r1 = *(u64 *)(r10 -8)
                r0 <<= 16
                r0 ^= r1
                exit
                """, map);
            program.Same(new byte[64], what: call);
        }
    }

    [Theory]
    [InlineData(MapType.PerCpuHash)]
    [InlineData(MapType.PerCpuArray)]
    [InlineData(MapType.LruPerCpuHash)]
    public void The_value_of_another_cpu_is_found_alike(MapType type)
    {
        using var kernels = KernelPair.OpenOrSkip();
        using var map = kernels.CreateMap(new MapSpec { Name = "m", Type = type, KeySize = 4, ValueSize = 8, MaxEntries = 4 });
        var values = new byte[map.Managed.UserValueSize];
        for (int cpu = 0; cpu < values.Length / 8; cpu++) values[cpu * 8] = (byte)(cpu + 1);
        map.Same("fill", each => each.Update([2, 0, 0, 0], values, MapUpdateFlags.Any));
        foreach (int key in (int[])[2, 3, 9])
        {
            foreach (uint cpu in (uint[])[0, 1, (uint)values.Length / 8 - 1, (uint)values.Length / 8, 5000, uint.MaxValue])
            {
                using var program = kernels.Load(ProgramType.Xdp, $"""
                    *(u32 *)(r10 -4) = {key}
                    r1 = map[m]
                    r2 = r10
                    r2 += -4
                    w3 = 0x{cpu:x}
                    call bpf_map_lookup_percpu_elem
                    if r0 == 0 goto none
                    r0 = *(u64 *)(r0 +0)
                    exit
                    none: r0 = 99
                    exit
                    """, map);
                program.Same(new byte[64], what: $"key {key} on CPU {cpu}:");
            }
        }
    }
}

using PSBpf.Isa;
using PSBpf.Objects;
using PSBpf.Uapi;

namespace PSBpf.Verifier.Tests.Random;

/// <summary>
/// Makes random programs that are nearly right: they know where pointers come from and how checks are written, and get
/// some of it wrong. It asks no verifier. The same seed gives the same program.
/// </summary>
internal sealed class ProgramGenerator(int seed, bool repeatable = false)
{
    private static readonly string[] Alu64 = ["+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<=", ">>=", "s>>="];
    private static readonly string[] Conditions = ["==", "!=", ">", ">=", "<", "<=", "s>", "s>=", "s<", "s<=", "&"];
    private static readonly int[] Sizes = [8, 16, 32, 64];
    private static readonly long[] Numbers = [0, 1, 2, 3, 4, 7, 8, 14, 15, 16, 31, 32, 63, 64, 255, 256, 4096, 65535, 65536, int.MaxValue, -1, -2, -8, -16, int.MinValue];

    private readonly System.Random _random = new(seed);
    private readonly List<string> _lines = [];
    private int _labels;

    /// <summary>The maps that programs use.</summary>
    public static IReadOnlyList<MapSpec> Maps { get; } =
    [
        new MapSpec { Name = "table", Type = MapType.Array, KeySize = 4, ValueSize = 64, MaxEntries = 4 },
        new MapSpec { Name = "counts", Type = MapType.Hash, KeySize = 8, ValueSize = 16, MaxEntries = 16 },
        new MapSpec { Name = "ring", Type = MapType.RingBuf, MaxEntries = 4096 },
    ];

    /// <summary>Makes the program of this seed.</summary>
    public (ProgramSpec Program, string Text) Make()
    {
        var type = Pick([ProgramType.Xdp, ProgramType.Xdp, ProgramType.SchedCls, ProgramType.SocketFilter, ProgramType.CgroupSkb]);
        _lines.Add("r6 = r1");
        if (repeatable) _lines.Add("r7 = 0\nr8 = 1\nr9 = 2\n" + string.Join('\n', Enumerable.Range(1, 8).Select(slot => $"*(u64 *)(r10 -{slot * 8}) = {slot}")));
        if (Chance(90)) _lines.Add("r7 = 0");
        if (Chance(80)) _lines.Add($"r8 = {Number()}");
        if (!repeatable && Chance(60)) _lines.Add("call bpf_get_prandom_u32\nr9 = r0");
        int count = _random.Next(2, 14);
        for (int index = 0; index < count; index++) Fragment(type, 0);
        if (repeatable || Chance(90)) _lines.Add(Chance(70) ? $"r0 = {_random.Next(3)}" : $"r0 = r{Saved()}");
        _lines.Add("exit");
        if (_usesSubprogram) _lines.Add(Subprogram());
        string text = string.Join('\n', _lines);
        var assembled = Assembler.Assemble(text, Maps.Select(map => map.Name));
        return (new ProgramSpec { Name = "random", Type = type, Instructions = assembled.Instructions, Maps = Maps }, text);
    }

    private bool _usesSubprogram;

    private void Fragment(ProgramType type, int depth)
    {
        switch (_random.Next(14))
        {
            case 0 or 1 or 2: Arithmetic(); break;
            case 3: Condition(type, depth); break;
            case 4: Lookup(); break;
            case 5 or 6: Packet(type); break;
            case 7: Stack(); break;
            case 8: Context(type); break;
            case 9: Reserve(); break;
            case 10: Loop(type, depth); break;
            case 11: Spill(); break;
            case 12: Call(); break;
            default:
                if (!repeatable) Odd();
                break;
        }
    }

    private void Arithmetic()
    {
        string width = Chance(60) ? "r" : "w";
        string op = Pick(Alu64);
        int register = Saved();
        if (Chance(50)) _lines.Add($"{width}{register} {op} {(op.Contains(">>", StringComparison.Ordinal) || op == "<<=" ? _random.Next(width == "r" ? 64 : 32) : Number())}");
        else if (Chance(70)) _lines.Add($"{width}{register} {op} {width}{Saved()}");
        else _lines.Add(Pick([$"r{register} = -r{register}", $"r{register} = be16 r{register}", $"r{register} = (s8)r{register}", $"w{register} = w{Saved()}", $"r{register} = r{Saved()}", $"r{register} &= 15", $"w{register} &= 63", $"r{register} = bswap32 r{register}", $"w{register} = (s16)w{Saved()}"]));
    }

    private void Condition(ProgramType type, int depth)
    {
        string label = $"l{_labels++}", width = Chance(70) ? "r" : "w";
        string right = Chance(70) ? Number().ToString(System.Globalization.CultureInfo.InvariantCulture) : $"{width}{Saved()}";
        _lines.Add($"if {width}{Saved()} {Pick(Conditions)} {right} goto {label}");
        int inside = _random.Next(1, 4);
        for (int index = 0; index < inside; index++)
            if (depth < 3) Fragment(type, depth + 1);
        _lines.Add($"{label}:");
    }

    private void Lookup()
    {
        string map = Pick(["table", "counts"]), label = $"l{_labels++}";
        int keySize = map == "table" ? 32 : 64;
        if (Chance(90)) _lines.Add($"*(u{keySize} *)(r10 -8) = {_random.Next(6)}");
        _lines.Add($"r2 = r10\nr2 += {(Chance(95) ? -8 : -4)}\nr1 = map[{map}]\ncall bpf_map_lookup_elem");
        if (Chance(90)) _lines.Add($"if r0 {(Chance(95) ? "==" : "!=")} 0 goto {label}");
        int register = Saved();
        if (Chance(60))
        {
            if (Chance(80)) _lines.Add(Pick([$"r{register} &= 15", $"r{register} &= 7", $"r{register} &= 56", $"if r{register} > 8 goto {label}", $"if r{register} >= 48 goto {label}", $"if r{register} s> 8 goto {label}\nif r{register} s< 0 goto {label}", $"w{register} >>= 28"]));
            _lines.Add($"r0 += r{register}");
        }

        Access("r0", _random.Next(-1, 60));
        if (!repeatable && Chance(30)) _lines.Add($"r{Saved()} = r0");
        _lines.Add($"{label}:");
    }

    private void Packet(ProgramType type)
    {
        string label = $"l{_labels++}";
        (int data, int end) = type == ProgramType.Xdp ? (0, 4) : (76, 80);
        int checkedBytes = _random.Next(1, 40);
        _lines.Add($"r2 = *(u32 *)(r6 +{data})\nr3 = *(u32 *)(r6 +{end})");
        int register = Saved();
        if (Chance(40))
        {
            if (Chance(85)) _lines.Add(Pick([$"r{register} &= 15", $"r{register} &= 0xff", $"r{register} &= 0xffff", $"w{register} >>= 24", $"if r{register} > 100 goto {label}"]));
            _lines.Add($"r2 += r{register}");
        }

        _lines.Add($"r4 = r2\nr4 += {checkedBytes}");
        if (Chance(92)) _lines.Add(Chance(50) ? $"if r4 {Pick([">", ">", ">", ">=", "<"])} r3 goto {label}" : $"if r3 {Pick(["<", "<", "<", "<=", ">"])} r4 goto {label}");
        Access("r2", Chance(80) ? _random.Next(0, checkedBytes) : _random.Next(-2, 42));
        _lines.Add($"{label}:");
    }

    private void Access(string register, int offset)
    {
        int size = Pick(Sizes);
        if (Chance(70)) offset -= offset > (size / 8) ? size / 8 : 0;
        string place = $"*(u{size} *)({register} {offset:+0;-0;+0})";
        _lines.Add(_random.Next(4) switch
        {
            0 => $"{place} = {Number()}",
            1 => $"{place} = r{Saved()}",
            _ => $"r{Saved()} = {place}",
        });
    }

    private void Stack()
    {
        int size = Pick(Sizes) / 8, offset = -size * _random.Next(1, 6);
        if (Chance(5)) offset += Pick([1, 4, 600, -500]);
        string place = $"*(u{size * 8} *)(r10 {offset:+0;-0;+0})";
        _lines.Add(Chance(50) ? $"{place} = {(Chance(50) ? "r" + Saved() : Number())}" : $"r{Saved()} = {place}");
        if (!Chance(15)) return;
        int register = Saved();
        _lines.Add($"r{register} &= {Pick([7, 8, 15, 31])}\nr3 = r10\nr3 += -40\nr3 += r{register}\n*(u8 *)(r3 +0) = {_random.Next(2)}");
    }

    private void Spill()
    {
        int offset = -8 * _random.Next(3, 8);
        _lines.Add($"*(u64 *)(r10 {offset}) = r{(repeatable ? Saved() : Pick([6, 6, Saved()]))}");
        if (Chance(50)) _lines.Add($"*(u{Pick(Sizes)} *)(r10 {offset}) = {_random.Next(3)}");
        _lines.Add($"r{Pick([5, Saved()])} = *(u{(Chance(85) ? 64 : Pick(Sizes))} *)(r10 {offset})");
    }

    private void Context(ProgramType type)
    {
        if (repeatable)
        {
            // Neither addresses nor what depends on the machine's devices.
            _lines.Add($"r{Saved()} = *(u32 *)(r6 +{(type == ProgramType.Xdp ? 16 : Pick([0, 8, 16, 48]))})");
            return;
        }

        int size = Chance(80) ? 32 : Pick(Sizes);
        _lines.Add($"r{Saved()} = *(u{size} *)(r6 +{_random.Next(0, 12) * 4})");
    }

    private void Reserve()
    {
        string label = $"l{_labels++}";
        _lines.Add($"r1 = map[ring]\nr2 = {Pick([8, 16, 24])}\nr3 = 0\ncall bpf_ringbuf_reserve");
        if (Chance(95)) _lines.Add($"if r0 == 0 goto {label}");
        if (repeatable) _lines.Add("*(u64 *)(r0 +0) = 1");
        else Access("r0", _random.Next(0, 20));
        if (Chance(95)) _lines.Add($"r1 = r0\nr2 = 0\ncall bpf_ringbuf_{(Chance(50) ? "submit" : "discard")}");
        _lines.Add($"{label}:");
    }

    private void Loop(ProgramType type, int depth)
    {
        if (depth > 1) return;
        string label = $"l{_labels++}";
        int counter = Saved();
        _lines.Add($"r{counter} = 0\n{label}:");
        Fragment(type, depth + 1);
        if (Chance(95)) _lines.Add($"r{counter} += 1");
        _lines.Add($"if r{counter} {Pick(["<", "!=", "s<", "<="])} {_random.Next(1, 12)} goto {label}");
    }

    private void Call()
    {
        if (repeatable || Chance(50))
        {
            _usesSubprogram = true;
            _lines.Add($"r1 = r{Saved()}\nr2 = r10\nr2 += -16\ncall sub\nr{Saved()} = r0");
        }
        else
        {
            _lines.Add($"call {Pick(["bpf_ktime_get_ns", "bpf_get_prandom_u32", "bpf_get_smp_processor_id"])}\nr{Saved()} = r0");
        }
    }

    private string Subprogram() => Pick(repeatable ? _repeatableSubprograms : [.. _repeatableSubprograms, "sub:\nr6 = r2\ncall bpf_get_prandom_u32\nr0 &= 7\n*(u64 *)(r6 +0) = r0\nexit"]);

    private readonly string[] _repeatableSubprograms =
    [
        "sub:\nr0 = r1\nr0 &= 31\nexit",
        "sub:\n*(u64 *)(r2 +0) = 5\nr0 = *(u64 *)(r2 +8)\nexit",
        "sub:\nr0 = 0\nif r1 > 16 goto subout\nr0 = r1\nsubout:\nexit",
    ];

    private void Odd() => _lines.Add(Pick(
    [
        "r0 = r10", "r1 = r6\nr1 += 4", $"r{Saved()} = r10", "r2 = map[table]\nr3 = *(u64 *)(r2 +0)", "r3 = r10\nr3 -= 8",
        $"r2 = r10\nr2 += -16\nlock *(u64 *)(r2 +0) += r{Saved()}", $"r4 = r10\nr{Saved()} -= r4", "goto +0", $"r{Saved()} = 0x123456789abcdef0 ll",
        $"r{Saved()} = *(s8 *)(r10 -{_random.Next(1, 9)})",
    ]));

    private int Saved() => _random.Next(7, 10);

    private long Number() => Chance(70) ? Pick(Numbers) : _random.Next();

    private bool Chance(int percent) => _random.Next(100) < percent;

    private T Pick<T>(T[] from) => from[_random.Next(from.Length)];
}

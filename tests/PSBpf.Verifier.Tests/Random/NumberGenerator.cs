using System.Globalization;
using PSBpf.Isa;
using PSBpf.Objects;
using PSBpf.Uapi;

namespace PSBpf.Verifier.Tests.Random;

/// <summary>
/// Makes random programs that do nothing but calculate: numbers of which something is known, copied, moved by constants, compared, cut, extended and put
/// on the stack in pieces. The same seed gives the same program.
/// </summary>
/// <param name="seed">Which one.</param>
/// <param name="type">Its type; tracing programs read memory too.</param>
internal sealed class NumberGenerator(int seed, ProgramType type = ProgramType.Kprobe)
{
    private static readonly string[] Operators = ["+=", "-=", "*=", "/=", "%=", "s/=", "s%=", "&=", "|=", "^=", "<<=", ">>=", "s>>="];
    private static readonly string[] Conditions = ["==", "!=", ">", ">=", "<", "<=", "s>", "s>=", "s<", "s<=", "&"];

    private readonly System.Random _random = new(seed);
    private readonly List<string> _lines = [];
    private int _labels;

    /// <summary>Makes the program of this seed.</summary>
    public ProgramSpec Make()
    {
        for (int register = 6; register < 10; register++)
        {
            _lines.Add($"call bpf_get_prandom_u32\nr{register} = r0");
            _lines.Add(_random.Next(5) switch
            {
                0 => $"r{register} &= {Mask()}",
                1 => $"w{register} = w{register}",
                2 => $"r{register} = (s{8 << _random.Next(3)})r{register}",
                3 => $"r{register} >>= {_random.Next(1, 64)}",
                _ => $"r{register} s>>= {_random.Next(1, 64)}",
            });
        }

        for (int count = _random.Next(4, 24); count > 0; count--) Step();
        for (int label = 0; label < _labels; label++) _lines.Add($"l{label}:");
        _lines.Add("r0 = 0\nexit");
        return new ProgramSpec { Name = "numbers", Type = type, License = "GPL", Instructions = Assembler.Assemble(string.Join('\n', _lines), []).Instructions };
    }

    private void Step()
    {
        string width = Pick("r", "r", "w");
        int target = Register(), other = Register();
        switch (_random.Next(12))
        {
            case 0 or 1 or 2:
                string operation = Pick(Operators);
                bool shift = operation is "<<=" or ">>=" or "s>>=";
                string operand = shift ? _random.Next(width == "r" ? 64 : 32).ToString(CultureInfo.InvariantCulture)
                    : _random.Next(3) == 0 ? $"{width}{other}" : Nonzero().ToString(CultureInfo.InvariantCulture);
                _lines.Add($"{width}{target} {operation} {operand}");
                break;
            case 3 or 4 or 5:
                string right = _random.Next(3) == 0 && other != target ? $"{width}{other}" : Number().ToString(CultureInfo.InvariantCulture);
                _lines.Add($"if {width}{target} {Pick(Conditions)} {right} goto l{(_labels == 0 || _random.Next(2) == 0 ? _labels++ : _random.Next(_labels))}");
                break;
            case 6:
                _lines.Add($"{width}{target} = {width}{other}");
                if (_random.Next(2) == 0) _lines.Add($"r{target} += {_random.Next(-3, 200)}");
                break;
            case 7:
                _lines.Add(Pick($"r{target} = (s8)r{other}", $"r{target} = (s16)r{other}", $"r{target} = (s32)r{other}", $"w{target} = (s8)w{other}", $"w{target} = (s16)w{other}"));
                break;
            case 8:
                _lines.Add(Pick($"r{target} = -r{target}", $"w{target} = -w{target}", $"r{target} = be16 r{target}", $"r{target} = be32 r{target}", $"r{target} = be64 r{target}",
                    $"r{target} = le16 r{target}", $"r{target} = le32 r{target}", $"r{target} = bswap16 r{target}", $"r{target} = bswap32 r{target}", $"r{target} = bswap64 r{target}"));
                break;
            case 9 or 10:
                int size = 1 << _random.Next(4), at = -8 * _random.Next(1, 4), within = _random.Next(3) == 0 ? _random.Next(8 / size) * size : 0;
                _lines.Add(Pick($"*(u{size * 8} *)(r10 {at + within}) = r{target}", $"*(u64 *)(r10 {at}) = r{target}", $"*(u{size * 8} *)(r10 {at + within}) = {Number()}",
                    $"r{target} = *(u{size * 8} *)(r10 {at + within})", $"r{target} = *(s{Math.Min(size * 8, 32)} *)(r10 {at})", $"r{target} = *(u64 *)(r10 {at})"));
                break;
            default:
                string call = Pick("r1 = r10\nr1 += -64\nr2 = 16\nr3 = 0\ncall bpf_probe_read_kernel_str", "call bpf_get_smp_processor_id", "call bpf_ktime_get_ns");
                if (type != ProgramType.Kprobe) call = "call bpf_get_smp_processor_id";
                _lines.Add($"{call}\nr{target} = r0");
                break;
        }
    }

    private int Register() => _random.Next(6, 10);

    private long Mask() => Pick(1, 7, 15, 31, 63, 0xff, 0xf0, 0xffff, 0x7ffffff8, int.MaxValue, -8, -256);

    private long Number() => Pick(0, 1, 2, 7, 8, 16, 63, 64, 100, 255, 256, 0xffff, 0x10000, int.MaxValue, -1, -2, -8, -100, int.MinValue, _random.Next());

    private long Nonzero() => Number() is var number and not 0 ? number : 3;

    private T Pick<T>(params T[] from) => from[_random.Next(from.Length)];
}

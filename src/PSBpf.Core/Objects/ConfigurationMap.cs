using System.Numerics;
using System.Text;
using PSBpf.Btf;
using PSBpf.Diagnostics;
using PSBpf.Elf;
using PSBpf.Targets;

namespace PSBpf.Objects;

/// <summary>
/// The map behind an object's __kconfig variables. They have no section in the file: the loader lays them out, as libbpf does
/// the ones with the strictest alignment first, then small ones, then by name, and fills in what the kernel's configuration says.
/// </summary>
internal sealed class ConfigurationMap
{
    public const string Name = ".kconfig";

    private const string Version = "LINUX_KERNEL_VERSION";

    /// <summary>Options that are none of the configuration's, but of what the kernel can do.</summary>
    private static readonly Dictionary<string, Func<TargetKernel, long>> Special = new()
    {
        [Version] = target => target.VersionCode,
        // bpf_get_attach_cookie works since Linux 5.15.
        ["LINUX_HAS_BPF_COOKIE"] = target => target.Version >= new Version(5, 15) ? 1 : 0,
        // Whether system calls have functions of their own that kprobes attach to.
        ["LINUX_HAS_SYSCALL_WRAPPER"] = target =>
            target.Configuration is { } options && options.Find("CONFIG_ARCH_HAS_SYSCALL_WRAPPER") == "y" && options.Find("CONFIG_KPROBE_EVENTS") == "y" ? 1 : 0,
    };

    private readonly Dictionary<string, int> _offsets = [];
    private readonly DiagnosticLocation _location;
    private readonly BtfTypeSet _types;
    private readonly ExternTable _externs;
    private readonly TargetKernel _target;

    private ConfigurationMap(ElfFile elf, BtfTypeSet types, ExternTable externs, TargetKernel target)
    {
        _location = elf.At(Name);
        _types = types;
        _externs = externs;
        _target = target;
    }

    /// <summary>Where each variable lies in the map's value, ascending.</summary>
    public IReadOnlyDictionary<string, int> Offsets => _offsets;

    /// <summary>Bytes of the map's value.</summary>
    public int Size { get; private set; }

    /// <summary>The map's value.</summary>
    public byte[] Value { get; private set; } = [];

    /// <summary>Lays the variables out; null when there are none.</summary>
    /// <param name="elf">The object.</param>
    /// <param name="types">Its types, as they stand in the file.</param>
    /// <param name="externs">What it takes from the kernel.</param>
    /// <param name="target">The kernel.</param>
    /// <param name="given">Names of variables that get a value afterwards.</param>
    /// <exception cref="BpfException">BPF0324: an option is not set and its variable is not weak; BPF0325: its value does not fit.</exception>
    public static ConfigurationMap? Read(ElfFile elf, BtfTypeSet? types, ExternTable externs, TargetKernel target, IReadOnlyCollection<string> given)
    {
        if (types is null || externs.Options.Count == 0) return null;
        var map = new ConfigurationMap(elf, types, externs, target);
        var options = externs.Options.DistinctBy(option => option.Name).ToArray();
        foreach (BtfReference option in options)
            if (!types.HasSize(option)) throw DiagnosticRules.ExternValue.Error($"'{types.Declare(option)}' in '.kconfig' has no size.", map._location);
        foreach (BtfReference option in options.OrderByDescending(types.AlignmentOf).ThenBy(types.SizeOf).ThenBy(option => option.Name, StringComparer.Ordinal))
        {
            int alignment = Math.Max(1, types.AlignmentOf(option));
            long offset = ((long)map.Size + alignment - 1) / alignment * alignment, end = offset + types.SizeOf(option);
            if (end > 1 << 20) throw DiagnosticRules.ObjectTooLarge.Error("The variables in '.kconfig' take more than a megabyte.", map._location);
            map._offsets.Add(option.Name, (int)offset);
            map.Size = (int)end;
        }

        map.Value = new byte[map.Size];
        foreach (BtfReference option in options)
            if (!given.Contains(option.Name)) map.Fill(option, map.Value.AsSpan(map._offsets[option.Name], types.SizeOf(option)));
        return map;
    }

    private void Fill(BtfReference option, Span<byte> bytes)
    {
        BtfType type = _types.Resolve(option);
        if (Special.TryGetValue(option.Name, out var value))
        {
            WriteNumber(option, type, value(_target), bytes, "the kernel");
            return;
        }

        if (_target.Configuration?.Find(option.Name) is not { } text)
        {
            if (_externs.IsWeak(option.Name)) return;
            throw DiagnosticRules.ExternMissing.Error(
                _target.Configuration is { } configuration
                    ? $"The object needs the kernel's option '{option.Name}', which {configuration.Name} does not set."
                    : $"The object needs the kernel's option '{option.Name}', but there is no configuration: neither /proc/config.gz nor /boot/config-* can be read.",
                _location, $"Declare it __weak, pass a configuration with -Config, or its value with -Variable @{{ {option.Name} = … }}.");
        }

        if (text is "y" or "n" or "m") WriteChoice(option, type, text[0], bytes);
        else if (text.StartsWith('"')) WriteText(option, type, text, bytes);
        else if (BtfNumber.TryParse(text, out BigInteger number)) WriteNumber(option, type, number, bytes, text);
        else throw Unfit(option, text);
    }

    private void WriteChoice(BtfReference option, BtfType type, char choice, Span<byte> bytes)
    {
        switch (type)
        {
            case BtfInt integer when integer.Encoding.HasFlag(BtfIntEncoding.Bool) && choice != 'm':
                bytes[0] = choice == 'y' ? (byte)1 : (byte)0;
                break;
            case BtfInt { Size: 1 } integer when !integer.Encoding.HasFlag(BtfIntEncoding.Bool):
                bytes[0] = (byte)choice;
                break;
            case BtfEnumType { Name: "libbpf_tristate", Size: 4 }:
                bytes[0] = choice switch { 'y' => 1, 'm' => 2, _ => 0 };
                break;
            default:
                throw Unfit(option, choice.ToString());
        }
    }

    private void WriteText(BtfReference option, BtfType type, string text, Span<byte> bytes)
    {
        if (type is not BtfArray array || _types.Resolve(_types[array.ElementId]) is not BtfInt { Size: 1 } || text.Length < 2 || !text.EndsWith('"')) throw Unfit(option, text);
        byte[] content = Encoding.UTF8.GetBytes(text[1..^1]);
        // A text that is too long is cut, as libbpf does it.
        if (bytes.Length > 0) content.AsSpan(0, Math.Min(content.Length, bytes.Length - 1)).CopyTo(bytes);
    }

    private void WriteNumber(BtfReference option, BtfType type, BigInteger number, Span<byte> bytes, string text)
    {
        if (type is not BtfInt and not BtfEnumType || bytes.Length > sizeof(ulong) || !BtfNumber.Fits(number, bytes.Length * 8)) throw Unfit(option, text);
        if (type is BtfInt { Encoding: var encoding } && encoding.HasFlag(BtfIntEncoding.Bool) && number > 1) throw Unfit(option, text);
        UInt128 bits = BtfNumber.Bits(number);
        for (int index = 0; index < bytes.Length; index++) bytes[index] = (byte)(bits >> index * 8);
    }

    private BpfException Unfit(BtfReference option, string text) =>
        DiagnosticRules.ExternValue.Error($"The kernel's option {option.Name}={text} does not fit '{_types.Declare(option)}'.", _location);
}

using CsCheck;
using PSBpf.Core.Tests.Btf;
using PSBpf.Core.Tests.Elf;
using PSBpf.CoRe;
using PSBpf.Diagnostics;
using PSBpf.Objects;
using PSBpf.Targets;

namespace PSBpf.Core.Tests.Objects;

/// <summary>Objects with a few bytes changed: each is read, or refused with an id. Whatever else happens fails the test.</summary>
public sealed class MutationTests
{
    private const int Mutations = 100_000;

    /// <summary>Slower than this is a hang: the slowest takes milliseconds, but machines pause.</summary>
    private static readonly TimeSpan Hang = TimeSpan.FromSeconds(20);

    private static readonly uint[] Extremes = [0, 1, 2, 0x7f, 0xff, 0x7fff, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff];

    /// <summary>What an object takes from a kernel, without one: types by hand that answer some questions and not others.</summary>
    private static readonly TargetKernel Kernel = MakeKernel();

    private static readonly (string Name, byte[] Bytes)[] Seeds = [.. OwnObjects(), .. RealObjects()];

    [Fact]
    public void A_changed_object_is_read_or_refused_with_an_id()
    {
        Assert.True(Seeds.Length > 10);
        long read = 0, refused = 0;
        Gen<(int Seed, (int Kind, double Place, uint Value, int Length)[] Changes)> mutations =
            Gen.Select(Gen.Int[0, Seeds.Length - 1], Gen.Select(Gen.Int[0, 6], Gen.Double[0, 1], Gen.UInt, Gen.Int[1, 64]).Array[1, 5]);
        mutations.Sample(
            mutation =>
            {
                byte[] bytes = Change(Seeds[mutation.Seed].Bytes, mutation.Changes);
                var started = System.Diagnostics.Stopwatch.GetTimestamp();
                bool isRead = TryRead(bytes);
                Assert.True(System.Diagnostics.Stopwatch.GetElapsedTime(started) < Hang, $"{Seeds[mutation.Seed].Name} takes for ever");
                if (isRead) Interlocked.Increment(ref read);
                else Interlocked.Increment(ref refused);
            },
            iter: Mutations);

        Assert.True(read > Mutations / 20 && refused > Mutations / 20, $"{read} read, {refused} refused");
    }

    private static byte[] Change(byte[] good, (int Kind, double Place, uint Value, int Length)[] changes)
    {
        byte[] bytes = (byte[])good.Clone();
        foreach ((int kind, double place, uint value, int length) in changes)
        {
            int at = Math.Min((int)(place * bytes.Length), bytes.Length - 1);
            switch (kind)
            {
                case 0:
                    bytes[at] ^= (byte)(1 << (int)(value % 8));
                    break;
                case 1:
                    bytes[at] = (byte)value;
                    break;
                case 2 or 3:
                    // Most fields are words.
                    at &= ~3;
                    if (at + sizeof(uint) <= bytes.Length) BitConverter.TryWriteBytes(bytes.AsSpan(at), kind == 2 ? Extremes[value % (uint)Extremes.Length] : value % 256);
                    break;
                case 4:
                    int from = (int)(value % (uint)bytes.Length), count = Math.Min(length, bytes.Length - Math.Max(at, from));
                    bytes.AsSpan(from, count).ToArray().CopyTo(bytes.AsSpan(at));
                    break;
                case 5:
                    bytes.AsSpan(at, Math.Min(length, bytes.Length - at)).Clear();
                    break;
                default:
                    if (value % 8 == 0 && at > 64) bytes = bytes[..at];
                    break;
            }
        }

        return bytes;
    }

    private static bool TryRead(byte[] bytes)
    {
        try
        {
            ObjectSpec spec = ObjectReader.Read(bytes, "changed.o", new ObjectReadOptions { Target = Kernel });
            foreach (VariableSpec variable in spec.Variables)
                if (variable.Size < 1 << 12) _ = variable.InitialValue;
            foreach (MapSpec map in spec.Maps)
                if (map.ValueType is { } type) map.Btf!.Declare(type);
            return true;
        }
        catch (BpfException error)
        {
            Assert.Matches("^BPF[0-9]{4}$", error.Id);
            return false;
        }
    }

    private static IEnumerable<(string Name, byte[] Bytes)> OwnObjects() => Samples.Objects.Select(path => (Path.GetFileName(path), File.ReadAllBytes(path))).Append(("built", BuildObject()));

    /// <summary>What scripts/corpus.sh collected, where it has: small ones, so that there are many rounds.</summary>
    private static IEnumerable<(string Name, byte[] Bytes)> RealObjects()
    {
        string cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } given
            ? given : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
        string folder = Path.Combine(cache, "psbpf", "corpus");
        return !Directory.Exists(folder) ? [] : new DirectoryInfo(folder).GetFiles("*.o").OrderBy(file => file.Length).Where(file => file.Length < 24 << 10)
            .Select(file => (file.Name, File.ReadAllBytes(file.FullName)));
    }

    /// <summary>An object with what the samples lack: CO-RE, options, symbols, maps of maps.</summary>
    private static byte[] BuildObject()
    {
        var btf = new BtfBuilder();
        int integer = btf.Int("int", 4, 1), task = btf.Struct("task_struct", 8, ("pid", integer, 0), ("flags", integer, 32)), color = btf.Enum("color", 4, false, ("RED", 0), ("BLUE", 1));
        int option = btf.Variable("CONFIG_HZ", integer, PSBpf.Btf.BtfLinkage.Extern), symbol = btf.Variable("jiffies", integer, PSBpf.Btf.BtfLinkage.Extern);
        btf.DataSection(".kconfig", 0, (option, 0, 4));
        btf.DataSection(".ksyms", 0, (symbol, 0, 4));
        var extension = new BtfExtensionBuilder(btf);
        for (int kind = 0; kind < 6; kind++) extension.CoreRelocation("xdp", kind * 8, task, kind % 2 == 0 ? "0:0" : "0:1", kind);
        for (int kind = 6; kind < 10; kind++) extension.CoreRelocation("xdp", kind * 8, task, "0", kind);
        extension.CoreRelocation("xdp", 80, color, "1", 10);
        extension.CoreRelocation("xdp", 88, color, "1", 11);
        extension.CoreRelocation("xdp", 96, task, "0", 12);
        byte[] info = extension.Build();
        var builder = new ElfBuilder();
        ulong[] moves = [.. new uint[] { 0, 4, 1, 1, 32, 32, (uint)task, 0, 1, 8, 1, 1, 1 }.Select(value => 0xb7ul | (ulong)value << 32)];
        int code = builder.AddCode("xdp", [.. moves, 0x18, 0, 0x18, 0, 0x95]);
        builder.AddSymbol("main", ElfBuilder.Function, code, 0, (ulong)(moves.Length + 5) * 8);
        builder.Relocate(code, (ulong)moves.Length * 8, 1, builder.AddSymbol("CONFIG_HZ", ElfBuilder.NoType, 0, 0, 0, binding: 2));
        builder.Relocate(code, (ulong)(moves.Length + 2) * 8, 1, builder.AddSymbol("jiffies", ElfBuilder.NoType, 0, 0, 0));
        builder.Add(".BTF", btf.Build(), flags: 0);
        builder.Add(".BTF.ext", info, flags: 0);
        byte[] bytes = builder.Build();
        Assert.NotEmpty(ObjectReader.Read(bytes, null, new ObjectReadOptions { Target = Kernel }).Programs[0].Externs);
        return bytes;
    }

    private static TargetKernel MakeKernel()
    {
        var btf = new BtfBuilder();
        int integer = btf.Int("int", 4, 1);
        btf.Struct("task_struct", 16, ("flags", integer, 32), ("pid", integer, 64));
        btf.Enum("color", 4, false, ("BLUE", 5), ("RED", 7));
        btf.Variable("jiffies", integer);
        return TargetKernel.None.WithTypes(new CoreTarget("a kernel", btf.Read()));
    }
}

using PSBpf.Btf;
using PSBpf.Core.Tests.Btf;
using PSBpf.Core.Tests.Elf;
using PSBpf.CoRe;
using PSBpf.Diagnostics;
using PSBpf.Objects;
using PSBpf.Targets;

namespace PSBpf.Core.Tests.Objects;

/// <summary>What any bytes must survive, and bytes to start from: for the mutation tests and for the fuzzer (tests/PSBpf.Fuzz), which compiles this file too.</summary>
internal static class HostileBytes
{
    /// <summary>Values and declarations of larger types take long and find nothing more.</summary>
    private const int MostBytes = 1 << 12, MostTypes = 1 << 12;

    /// <summary>What an object takes from a kernel, without one: types by hand that answer some questions and not others.</summary>
    private static readonly TargetKernel Kernel = MakeKernel();

    /// <summary>Reads an object with all that a loader looks at.</summary>
    /// <returns>Whether it was read; refused with an id otherwise. Any other outcome is an exception.</returns>
    public static bool TryReadObject(ReadOnlyMemory<byte> bytes) => Attempt(() =>
    {
        ObjectSpec spec = ObjectReader.Read(bytes, "changed.o", new ObjectReadOptions { Target = Kernel });
        foreach (VariableSpec variable in spec.Variables)
            if (variable.Size < MostBytes) _ = variable.InitialValue;
        foreach (MapSpec map in spec.Maps)
            if (map.ValueType is { } type) map.Btf!.Declare(type);
        // Lines and types are made of their records when somebody looks.
        foreach (ProgramSpec program in spec.Programs)
            foreach (LineSpec line in program.Lines) _ = line.Source.ToString();
        for (int id = 0; id < Math.Min(spec.Btf?.Count ?? 0, MostTypes); id++) Ask(spec.Btf!, spec.Btf![id]);
    });

    /// <summary>Opens types as those of a kernel, which are checked when they are asked for, and asks for each in every way.</summary>
    /// <inheritdoc cref="TryReadObject"/>
    public static bool TryOpenTypes(ReadOnlyMemory<byte> bytes) => Attempt(() =>
    {
        BtfTypeSet types = BtfTypeSet.Open(bytes);
        BpfException? first = null;
        for (int id = 0; id < Math.Min(types.Count, MostTypes); id++)
        {
            try
            {
                Ask(types, types[id]);
            }
            catch (BpfException error)
            {
                // One bad type must not keep another from being asked for.
                first ??= error;
            }
        }

        if (first is not null) throw first;
        if (types.Count < MostTypes) _ = types.ToHeader();
    });

    /// <summary>Types that are read whole, as an object's are.</summary>
    /// <inheritdoc cref="TryReadObject"/>
    public static bool TryReadTypes(ReadOnlyMemory<byte> bytes) => Attempt(() =>
    {
        BtfTypeSet types = BtfTypeSet.Read(bytes);
        for (int id = 0; id < Math.Min(types.Count, MostTypes); id++) Ask(types, types[id]);
    });

    /// <summary>Objects to change: the samples, one made by hand, and small ones of what scripts/corpus.sh collected.</summary>
    public static IReadOnlyList<(string Name, byte[] Bytes)> Objects() =>
        [.. Samples.Objects.Select(path => (Path.GetFileName(path), File.ReadAllBytes(path))), ("built.o", BuildObject()), .. RealObjects()];

    /// <summary>The type information of those objects, and what they lack.</summary>
    public static IReadOnlyList<(string Name, byte[] Bytes)> Types()
    {
        var types = Objects().Where(item => item.Bytes.Length < 12 << 10)
            .Select(item => (item.Name, Spec: ObjectReader.Read(item.Bytes, item.Name, new ObjectReadOptions { Target = Kernel })))
            .Where(item => item.Spec.Btf is not null).Select(item => (item.Name, item.Spec.Btf!.Data.ToArray()));
        return [.. types, ("kinds.o", BuildTypes())];
    }

    private static void Ask(BtfTypeSet types, BtfType type)
    {
        bool hasSize = types.HasSize(type);
        int size = types.SizeOf(type);
        _ = types.AlignmentOf(type);
        _ = types.Resolve(type);
        _ = types.Declare(type, "x");
        if (type.Name.Length > 0) _ = types.Find(type.Kind, type.Name);
        if (type is BtfStruct) _ = types.TryFindMember(type, "pid", out _, out _);
        if (hasSize && size is > 0 and < MostBytes) _ = BtfValue.Read(types, type, new byte[size]);
    }

    private static bool Attempt(Action read)
    {
        try
        {
            read();
            return true;
        }
        catch (BpfException error)
        {
            return error.Id is ['B', 'P', 'F', _, _, _, _] && error.Diagnostic.Action.Length > 0
                ? false : throw new InvalidOperationException($"The error has no id or says nothing to do: {error}", error);
        }
    }

    private static IEnumerable<(string Name, byte[] Bytes)> RealObjects()
    {
        string cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } given
            ? given : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
        string folder = Path.Combine(cache, "psbpf", "corpus");
        return !Directory.Exists(folder) ? [] : new DirectoryInfo(folder).GetFiles("*.o").OrderBy(file => file.Length).Where(file => file.Length < 24 << 10)
            .Select(file => (file.Name, File.ReadAllBytes(file.FullName)));
    }

    /// <summary>An object with what the samples lack: CO-RE, options, symbols.</summary>
    private static byte[] BuildObject()
    {
        var btf = new BtfBuilder();
        int integer = btf.Int("int", 4, 1), task = btf.Struct("task_struct", 8, ("pid", integer, 0), ("flags", integer, 32)), color = btf.Enum("color", 4, false, ("RED", 0), ("BLUE", 1));
        int option = btf.Variable("CONFIG_HZ", integer, BtfLinkage.Extern), symbol = btf.Variable("jiffies", integer, BtfLinkage.Extern);
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
        return ObjectReader.Read(bytes, null, new ObjectReadOptions { Target = Kernel }).Programs[0].Externs.Count > 0
            ? bytes : throw new InvalidOperationException("The object made by hand has nothing extern.");
    }

    private static byte[] BuildTypes()
    {
        var btf = new BtfBuilder();
        int integer = btf.Int("int", 4, 1), text = btf.Array(btf.Int("char", 1), 16, integer);
        int tree = btf.Struct("tree", 40, ("left", 0, 0), ("pid", integer, 64), ("name", text, 96));
        int pointer = btf.Pointer(btf.Reference(BtfKind.Const, btf.Reference(BtfKind.Volatile, tree)));
        btf.Bitfields("bits", 4, ("a", integer, 0, 3), ("b", integer, 3, 7));
        btf.Union("either", 8, ("number", integer, 0), ("tree", pointer, 0));
        btf.Enum("color", 4, false, ("RED", 0), ("BLUE", 1));
        btf.Reference(BtfKind.Typedef, pointer, "tree_t");
        btf.Reference(BtfKind.TypeTag, integer, "user");
        btf.DataSection(".data", 4, (btf.Variable("counter", integer), 0, 4));
        return btf.Build();
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

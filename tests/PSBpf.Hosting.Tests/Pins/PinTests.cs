using PSBpf.Diagnostics;
using PSBpf.Isa;
using PSBpf.Kernel;
using PSBpf.Objects;
using PSBpf.Uapi;

namespace PSBpf.Hosting.Tests.Pins;

/// <summary>Maps that a name in a BPF file system keeps alive, and that imports share by it: in both kernels the same.</summary>
public sealed class PinTests
{
    private static readonly byte[] Frame = new byte[64];

    public static TheoryData<BpfKernelKind> Kernels => [BpfKernelKind.Managed, BpfKernelKind.Linux];

    [Theory]
    [MemberData(nameof(Kernels))]
    public void A_map_that_is_pinned_by_name_is_shared_and_outlives_its_programs(BpfKernelKind kernel) => In(kernel, (session, folder) =>
    {
        var options = new ImportOptions { Kernel = kernel, PinPath = folder };
        var first = session.TryImport(Counter("first"), options).Programs[0];
        Assert.Equal($"{folder}/counts", first.GetMap("counts").Pin);
        Run(first, 3);

        // The same session: one map, which two imports hold.
        var second = session.TryImport(Counter("second"), options).Programs[0];
        Assert.Same(first.GetMap("counts"), second.GetMap("counts"));
        Run(second, 2);
        Assert.Equal(5ul, first.GetMap("counts").Get(0)!.Value);

        // Nobody holds it but its name.
        first.Remove();
        second.Remove();
        Assert.Empty(session.Maps);
        var pin = Assert.Single(session.GetPins(kernel, folder));
        Assert.Equal(($"{folder}/counts", PinKind.Map, "counts", (MapType?)MapType.Array), (pin.Path, pin.Kind, pin.Name, pin.Type));
        var third = session.TryImport(Counter("third"), options).Programs[0];
        Assert.Equal(pin.KernelId, third.GetMap("counts").KernelId);
        Run(third, 1);
        Assert.Equal(6ul, third.GetMap("counts").Get(0)!.Value);

        // Without the name the next one starts anew.
        session.Unpin($"{folder}/counts", kernel);
        Assert.Null(third.GetMap("counts").Pin);
        Assert.Empty(session.GetPins(kernel, folder));
        var fourth = session.TryImport(Counter("fourth"), options).Programs[0];
        Assert.Equal(0ul, fourth.GetMap("counts").Get(0)!.Value);
        Assert.Equal("BPF4001", Assert.Throws<BpfException>(() => session.Unpin($"{folder}/nothing", kernel)).Id);
    });

    public static TheoryData<BpfKernelKind, string, string> Differences
    {
        get
        {
            var all = new TheoryData<BpfKernelKind, string, string>();
            foreach (var kernel in (BpfKernelKind[])[BpfKernelKind.Managed, BpfKernelKind.Linux])
            {
                all.Add(kernel, "type", "its type is Array and the object declares Hash");
                all.Add(kernel, "key_size", "its key_size is 4 and the object declares 8");
                all.Add(kernel, "value_size", "its value_size is 8 and the object declares 16");
                all.Add(kernel, "max_entries", "its max_entries is 1 and the object declares 2");
                all.Add(kernel, "map_flags", "its map_flags is 0x0 and the object declares 0x400");
                all.Add(kernel, "map_extra", "its map_extra is 0 and the object declares 7");
            }

            return all;
        }
    }

    [Theory]
    [MemberData(nameof(Differences))]
    public void A_map_that_differs_is_refused_with_the_field_and_both_values(BpfKernelKind kernel, string field, string expected) => In(kernel, (session, folder) =>
    {
        var map = session.TryImport(Counter("first"), new ImportOptions { Kernel = kernel, PinPath = folder }).Programs[0].GetMap("counts");
        MapChange change = field switch
        {
            "type" => new MapChange { Type = MapType.Hash },
            "key_size" => new MapChange { KeySize = 8 },
            "value_size" => new MapChange { ValueSize = 16 },
            "max_entries" => new MapChange { MaxEntries = 2 },
            "map_flags" => new MapChange { Flags = MapFlags.Mmapable },
            _ => new MapChange { Extra = 7 },
        };
        var options = new ImportOptions { Kernel = kernel, PinPath = folder, MapChanges = new Dictionary<string, MapChange> { ["counts"] = change } };
        int before = session.Maps.Count;

        var pinned = Assert.Throws<BpfException>(() => session.TryImport(Counter("second"), options));
        Assert.Equal(("BPF2012", $"Map 'counts' cannot be the one that is pinned at '{folder}/counts': {expected}."), (pinned.Id, pinned.Message));
        Assert.Contains("Remove-BpfPin", pinned.Diagnostic.Action, StringComparison.Ordinal);

        var given = Assert.Throws<BpfException>(() => session.TryImport(Counter("second"), options with { Maps = new Dictionary<string, BpfMap> { ["counts"] = map } }));
        Assert.Equal(("BPF2012", $"Map 'counts' cannot be map 'counts' (id {map.Id}) of the session: {expected}."), (given.Id, given.Message));
        Assert.Equal(before, session.Maps.Count);
    });

    [Theory]
    [MemberData(nameof(Kernels))]
    public void What_is_refused_leaves_no_name_behind(BpfKernelKind kernel) => In(kernel, (session, folder) =>
    {
        var bad = Counter("bad");
        bad = bad with { Programs = [bad.Programs[0] with { Instructions = Assembler.Assemble("r0 = *(u64 *)(r2 +0)\nexit", []).Instructions }] };
        Assert.NotEmpty(session.TryImport(bad, new ImportOptions { Kernel = kernel, PinPath = folder }).Refusals);
        Assert.Empty(session.GetPins(kernel, folder));

        // Verifying leaves none either, and takes no map that others use.
        Assert.True(session.Verify(Counter("fine"), new ImportOptions { Kernel = kernel, PinPath = folder })[0].Accepted);
        Assert.Empty(session.GetPins(kernel, folder));
    });

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Any_map_can_be_pinned_and_taken_by_its_path(BpfKernelKind kernel) => In(kernel, (session, folder) =>
    {
        var plain = Counter("plain");
        plain = plain with { Maps = [plain.Maps[0] with { Pinning = 0 }] };
        plain = plain with { Programs = [plain.Programs[0] with { Maps = plain.Maps }] };
        var program = session.TryImport(plain, new ImportOptions { Kernel = kernel, PinPath = folder }).Programs[0];
        Assert.Null(program.GetMap("counts").Pin);
        string path = $"{folder}/deep/er/shared";
        session.Pin(program.GetMap("counts"), path);
        Assert.Equal(path, program.GetMap("counts").Pin);
        Run(program, 4);
        program.Remove();

        var options = new ImportOptions { Kernel = kernel, MapChanges = new Dictionary<string, MapChange> { ["counts"] = new() { PinPath = path } } };
        var other = session.TryImport(plain, options).Programs[0];
        Assert.Equal(4ul, other.GetMap("counts").Get(0)!.Value);
        Assert.Equal(path, Assert.Single(session.GetPins(kernel, folder)).Path);
        Assert.Equal(path, Assert.Single(session.GetPins(kernel, path)).Path);

        // By name it would be somewhere; here it is said that it shall not.
        session.TryImport(Counter("apart"), options with { PinPath = folder, MapChanges = new Dictionary<string, MapChange> { ["counts"] = new() { PinPath = "" } } });
        Assert.Single(session.GetPins(kernel, folder));
    });

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Paths_that_hold_no_pin_are_refused(BpfKernelKind kernel) => In(kernel, (session, folder) =>
    {
        var map = session.TryImport(Counter("first"), new ImportOptions { Kernel = kernel, PinPath = folder }).Programs[0].GetMap("counts");
        Assert.Equal("BPF2011", Assert.Throws<BpfException>(() => session.Pin(map, $"{folder}/counts")).Id);
        foreach (string path in (string[])["relative", "/tmp/somewhere", $"{folder}/with.dot", $"{folder}/counts/below"])
        {
            var error = Assert.Throws<BpfException>(() => session.Pin(map, path));
            Assert.Equal("BPF2010", error.Id);
            Assert.Contains("'", error.Message, StringComparison.Ordinal);
        }

        Assert.Equal("BPF2010", Assert.Throws<BpfException>(() => session.GetPins(kernel, "/tmp")).Id);
        Assert.Equal("BPF2010", Assert.Throws<BpfException>(() => session.TryImport(Counter("other"), new ImportOptions { Kernel = kernel, PinPath = "/tmp" })).Id);
        Assert.Single(session.GetPins(kernel, folder));
        Assert.Single(session.Maps);
    });

    [Fact]
    public void Measuring_works_on_a_copy_and_not_on_the_pinned_map() => In(BpfKernelKind.Managed, (session, folder) =>
    {
        if (Linux.LinuxKernel.Probe() is { } reason) Assert.Skip(reason.Message);
        var program = session.TryImport(Counter("first"), new ImportOptions { PinPath = folder }).Programs[0];
        program.Measure([Frame], new MeasureOptions { Modes = [MeasureMode.Linux], Runs = 10, Rounds = 2 }, TestContext.Current.CancellationToken);
        Assert.Equal(0ul, program.GetMap("counts").Get(0)!.Value);
    });

    [Fact]
    public void A_program_array_that_is_pinned_keeps_its_programs()
    {
        using var session = new BpfSession();
        var programs = session.ImportAll(Samples.Path("dispatcher.bpf.o"));
        var array = programs.SelectMany(program => program.GetMaps()).First(map => map.Type == MapType.ProgArray);
        var entry = programs.Single(program => program.Name.StartsWith("dispatch", StringComparison.Ordinal));
        byte[] packet = [.. new byte[12], 8, 6, .. new byte[46]];
        string verdict = entry.Run(packet).Verdict;
        session.Pin(array, "/sys/fs/bpf/handlers");
        string name = array.Name;
        foreach (var program in programs) program.Remove(force: true);
        Assert.Empty(session.Programs);

        var again = session.Import(Samples.Path("dispatcher.bpf.o"), new ImportOptions
        {
            Name = ["dispatch*"],
            MapChanges = new Dictionary<string, MapChange> { [name] = new() { PinPath = "/sys/fs/bpf/handlers" } },
        });
        // They have no name in the session any more, but are there.
        Assert.IsType<int>(again.GetMap(name).Get("IPV4")!.Value);
        Assert.Equal(verdict, again.Run(packet).Verdict);
    }

    private static void In(BpfKernelKind kernel, Action<BpfSession, string> work)
    {
        if (kernel == BpfKernelKind.Managed)
        {
            using var session = new BpfSession();
            work(session, "/sys/fs/bpf/tests");
            return;
        }

        if (Linux.LinuxKernel.Probe() is { } reason) Assert.Skip(reason.Message);
        MountNamespace.Run(folder =>
        {
            using var session = new BpfSession();
            work(session, folder);
        });
    }

    private static void Run(BpfProgram program, int times) => program.Run(Frame, new RunOptions { Repeat = times });

    /// <summary>A program that counts its runs in element 0 of a map that is pinned by name.</summary>
    private static ObjectSpec Counter(string name)
    {
        MapSpec[] maps = [new() { Name = "counts", Type = MapType.Array, KeySize = 4, ValueSize = 8, MaxEntries = 1, Pinning = 1 }];
        var code = Assembler.Assemble("""
            *(u64 *)(r10 -8) = 0
            r2 = r10
            r2 += -8
            r1 = map[counts]
            call bpf_map_lookup_elem
            if r0 == 0 goto out
            r1 = *(u64 *)(r0 +0)
            r1 += 1
            *(u64 *)(r0 +0) = r1
            out:
            r0 = 2
            exit
            """, ["counts"]);
        return new ObjectSpec
        {
            License = "GPL",
            Maps = maps,
            Programs = [new ProgramSpec { Name = name, Section = "xdp", Type = ProgramType.Xdp, License = "GPL", Instructions = code.Instructions, Maps = maps }],
        };
    }
}

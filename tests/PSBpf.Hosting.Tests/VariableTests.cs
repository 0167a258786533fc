using PSBpf.Btf;
using PSBpf.Isa;
using PSBpf.Kernel;
using PSBpf.Objects;
using PSBpf.Uapi;

namespace PSBpf.Hosting.Tests;

/// <summary>Setting one global variable while programs write those beside it: nothing that they write is lost.</summary>
public sealed class VariableTests
{
    private static readonly byte[] Frame = new byte[64];

    [Theory]
    [InlineData(BpfKernelKind.Managed)]
    [InlineData(BpfKernelKind.Linux)]
    public async Task Setting_a_variable_loses_no_count_of_its_neighbour(BpfKernelKind kernel)
    {
        if (kernel == BpfKernelKind.Linux && Linux.LinuxKernel.Probe() is { } reason) Assert.Skip(reason.Message);
        const int Runs = 3_000_000;
        using var session = new BpfSession();
        var program = session.TryImport(Counter(), new ImportOptions { Kernel = kernel }).Programs[0];
        using var done = new CancellationTokenSource();
        long sets = 0;
        var setting = Task.Run(() =>
        {
            while (!done.IsCancellationRequested)
            {
                program.Variables["target"] = (int)(sets++ & 0xffff);
            }
        }, TestContext.Current.CancellationToken);
        SpinWait.SpinUntil(() => Volatile.Read(ref sets) > 100 || setting.IsCompleted);
        program.Run(Frame, new RunOptions { Repeat = Runs }, TestContext.Current.CancellationToken);
        await done.CancelAsync();
        await setting;

        Assert.True(sets > 100, $"{sets} sets");
        Assert.Equal((ulong)Runs, program.Variables["runs"]);
        program.Variables["target"] = 77;
        Assert.Equal(77, program.Variables["target"]);
        Assert.Equal((ulong)Runs, program.Variables["runs"]);
    }

    [Fact]
    public void Variables_that_are_set_together_are_checked_before_any_is_written()
    {
        using var session = new BpfSession();
        var map = session.TryImport(Counter()).Programs[0].GetMap(".data");
        Assert.Throws<Diagnostics.BpfException>(() => map.Set(0, new Dictionary<string, object?> { ["target"] = 5, ["runs"] = "many" }));
        Assert.Throws<Diagnostics.BpfException>(() => map.Set(0, new Dictionary<string, object?> { ["target"] = 5, ["nothing"] = 1 }));
        Assert.Equal(0, ((BtfRecord)map.Get(0)!.Value)["target"]);
        map.Set(0, new Dictionary<string, object?> { ["target"] = 5, ["runs"] = 6 });
        Assert.Equal(5, ((BtfRecord)map.Get(0)!.Value)["target"]);
        Assert.Equal(6ul, ((BtfRecord)map.Get(0)!.Value)["runs"]);
    }

    /// <summary>Two variables, target and runs; each run adds one to the second.</summary>
    private static ObjectSpec Counter()
    {
        var btf = BtfTypeSet.Create(
        [
            new BtfInt(1, "int", 4, BtfIntEncoding.Signed, 0, 32), new BtfInt(2, "unsigned long", 8, 0, 0, 64),
            new BtfReference(3, "target", BtfKind.Variable, 1, BtfLinkage.Global), new BtfReference(4, "runs", BtfKind.Variable, 2, BtfLinkage.Global),
            new BtfDataSection(5, ".data", 16, [new BtfSectionVariable(3, 0, 4), new BtfSectionVariable(4, 8, 8)]),
        ]);
        MapSpec[] maps =
        [
            new()
            {
                Name = ".data", Type = MapType.Array, KeySize = 4, ValueSize = 16, MaxEntries = 1, Flags = MapFlags.Mmapable, IsGlobalData = true,
                InitialValue = new byte[16], Btf = btf, ValueType = btf[5],
            },
        ];
        var code = Assembler.Assemble("""
            r1 = map[data][0] +8
            r2 = 1
            lock *(u64 *)(r1 +0) += r2
            r0 = 2
            exit
            """, ["data"]);
        return new ObjectSpec
        {
            License = "GPL",
            Btf = btf,
            Maps = maps,
            Programs = [new ProgramSpec { Name = "count", Section = "xdp", Type = ProgramType.Xdp, License = "GPL", Instructions = code.Instructions, Maps = maps, Btf = btf }],
        };
    }
}

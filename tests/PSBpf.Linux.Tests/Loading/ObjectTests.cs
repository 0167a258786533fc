using System.Runtime.Versioning;
using PSBpf.Kernel;
using PSBpf.Linux.Loading;
using PSBpf.Linux.Maps;
using PSBpf.Linux.SystemCalls;
using PSBpf.Objects;
using PSBpf.Uapi;

namespace PSBpf.Linux.Tests.Loading;

/// <summary>The sample objects that clang made.</summary>
[SupportedOSPlatform("linux")]
public sealed class ObjectTests : KernelTest
{
    private const string Broken = "broken_bounds";

    private static readonly string Samples = FindSamples();

    public static TheoryData<string> Names =>
        [.. Directory.GetFiles(Samples, "*.bpf.o").Select(path => Path.GetFileName(path)[..^".bpf.o".Length]).Order()];

    [Theory]
    [MemberData(nameof(Names))]
    public void Samples_load_with_their_types(string name)
    {
        var blueprint = Read(name);
        Assert.NotNull(KernelBtf.Load(blueprint.Btf!.Data.Span).Handle);
        var maps = blueprint.Maps.ToDictionary(map => map, map => Own(Kernel.CreateMap(map)));
        foreach (var (spec, map) in maps)
        {
            Assert.Equal(Errno.None, ObjectInfo.Get(((LinuxMap)map).Handle, out MapInfo info));
            if (spec.ValueType is not null) Assert.NotEqual(0, info.BtfId);
        }

        foreach (var program in blueprint.Programs)
        {
            var report = Load(program, ProgramLoadOptions.Default, [.. program.Maps.Select(map => maps[map])]).Verification;
            Assert.Equal(name != Broken, report.Accepted);
            // A note about refused type information would stand here.
            Assert.DoesNotContain("(The kernel refused", report.Log, StringComparison.Ordinal);
            if (report.Accepted) Assert.Equal("", report.Log);
        }
    }

    [Fact]
    public void The_refused_sample_is_refused_at_its_C_line()
    {
        var blueprint = Read(Broken);
        var maps = blueprint.Maps.ToDictionary(map => map, map => Own(Kernel.CreateMap(map)));
        var program = Assert.Single(blueprint.Programs);
        var report = Load(program, ProgramLoadOptions.Default, [.. program.Maps.Select(map => maps[map])]).Verification;
        Assert.Contains("outside of the packet", report.Message, StringComparison.Ordinal);
        Assert.EndsWith("broken_bounds.bpf.c", report.At?.Source?.File, StringComparison.Ordinal);
        Assert.NotEmpty(report.At!.Source!.Text);
        // The kernel shows C lines in its log only when it took the line information.
        Assert.Contains("; ", report.Log, StringComparison.Ordinal);
        Assert.Contains("broken_bounds.bpf.c:", report.Log, StringComparison.Ordinal);
    }

    [Fact]
    public void Wrong_line_information_does_not_keep_a_program_out()
    {
        var blueprint = Read("packet_counter");
        var maps = blueprint.Maps.ToDictionary(map => map, map => Own(Kernel.CreateMap(map)));
        var program = blueprint.Programs[0];
        var wrong = program with { Lines = [.. program.Lines.Select(line => line with { FileNameOffset = uint.MaxValue })] };
        var result = Load(wrong, ProgramLoadOptions.Default, [.. program.Maps.Select(map => maps[map])]);
        Assert.True(result.Verification.Accepted, result.Verification.Log);
        Assert.Contains("refused the function or line information", result.Verification.Log, StringComparison.Ordinal);
        Assert.Equal("BPF3007", Assert.Single(result.Verification.Warnings).Rule.Id);
    }

    [Fact]
    public void Type_information_is_loaded_once_and_closed_with_the_kernel()
    {
        var blueprint = Read("packet_counter");
        var kernel = LinuxKernel.Open();

        // What other tests left is not closed by the collector meanwhile.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var before = Open();
        foreach (var map in blueprint.Maps) kernel.CreateMap(map).Dispose();
        foreach (var map in blueprint.Maps) kernel.CreateMap(map).Dispose();
        Assert.Equal(before + 1, Open());
        kernel.Dispose();
        Assert.Equal(before, Open());
    }

    [Fact]
    public void Type_information_that_the_kernel_refuses_is_done_without()
    {
        // A member's name with a blank: harmless to a reader, no identifier to the kernel.
        var file = File.ReadAllBytes(Path.Combine(Samples, "packet_counter.bpf.o"));
        var at = file.AsSpan().IndexOf("\0packets\0"u8);
        file[at + 4] = (byte)' ';
        var blueprint = ObjectReader.Read(file);
        Assert.Null(KernelBtf.Load(blueprint.Btf!.Data.Span).Handle);

        var maps = blueprint.Maps.ToDictionary(map => map, map => Own(Kernel.CreateMap(map)));
        var program = blueprint.Programs[0];
        var report = Load(program, ProgramLoadOptions.Default, [.. program.Maps.Select(map => maps[map])]).Verification;
        Assert.True(report.Accepted, report.Log);
        Assert.Contains("refused the object's type information with EINVAL", report.Log, StringComparison.Ordinal);
        Assert.Contains("Invalid", report.Log, StringComparison.Ordinal);
        var warning = Assert.Single(report.Warnings);
        Assert.Equal("BPF3007", warning.Rule.Id);
        Assert.Contains("Invalid name", warning.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Damaged_type_information_is_done_without()
    {
        var data = Read("packet_counter").Btf!.Data.ToArray();
        var random = new Random(3);
        for (var round = 0; round < 50; round++)
        {
            var damaged = (byte[])data.Clone();
            for (var i = 0; i < 5; i++) damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            var answer = KernelBtf.Load(damaged);
            Assert.Equal(answer.Handle is null, answer.Error != Errno.None);
            answer.Handle?.Dispose();
        }
    }

    // Of type information alone: the runtime opens and closes files of its own.
    private static int Open() => Directory.GetFileSystemEntries("/proc/self/fd").Count(path => new FileInfo(path).LinkTarget == "anon_inode:btf");

    private static ObjectSpec Read(string name) => ObjectReader.Read(Path.Combine(Samples, name + ".bpf.o"));

    private static string FindSamples()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "PSBpf.sln"))) folder = folder.Parent!;
        return Path.Combine(folder.FullName, "scripts", "samples");
    }
}

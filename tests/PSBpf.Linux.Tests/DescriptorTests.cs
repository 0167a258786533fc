using System.Runtime.Versioning;
using PSBpf.Diagnostics;
using PSBpf.Kernel;
using PSBpf.Objects;
using PSBpf.Uapi;

namespace PSBpf.Linux.Tests;

public sealed class DescriptorTests : KernelTest
{
    // What bpf(2) opened: the runtime opens and closes descriptors of its own as it likes. What other tests left to the garbage
    // collector is closed first: it is not what is counted here.
    private static int Open()
    {
        for (var round = 0; round < 2; round++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        string[] kinds = ["anon_inode:bpf", "anon_inode:[eventpoll]"];
        return Directory.EnumerateFiles("/proc/self/fd").Select(file => new FileInfo(file).LinkTarget ?? "")
            .Count(target => kinds.Any(kind => target.StartsWith(kind, StringComparison.Ordinal)));
    }

    [Fact]
    public void A_thousand_programs_leave_no_descriptor_behind()
    {
        using var map = Kernel.CreateMap(new MapSpec { Name = "m", Type = MapType.Array, KeySize = 4, ValueSize = 8, MaxEntries = 1 });
        var good = Spec(ProgramType.SocketFilter, "r1 = map[m0]\nr0 = 0\nexit", map);
        var bad = Spec(ProgramType.SocketFilter, "r1 = map[m0]\nexit", map);
        Kernel.LoadProgram(good, [map], ProgramLoadOptions.Default, Cancellation).Program!.Dispose();
        var before = Open();
        for (var i = 0; i < 1000; i++)
        {
            using var program = Kernel.LoadProgram(good, [map], ProgramLoadOptions.Default, Cancellation).Program;
            Assert.Null(Kernel.LoadProgram(bad, [map], ProgramLoadOptions.Default, Cancellation).Program);
            Assert.Null(Kernel.LoadProgram(good, [map], new ProgramLoadOptions { VerifyOnly = true }, Cancellation).Program);
        }

        Assert.Equal(before, Open());
    }

    [Fact]
    public void Failures_leave_no_descriptor_behind()
    {
        // The first round opens what the runtime needs itself.
        var before = 0;
        for (var i = 0; i < 50; i++)
        {
            if (i == 1) before = Open();
            Assert.Null(LinuxKernel.Probe());
            Assert.Throws<BpfException>(() => Kernel.CreateMap(new MapSpec { Name = "m", Type = MapType.Array, KeySize = 3, ValueSize = 8, MaxEntries = 1 }));
            // The map is made, and then its value does not fit the key 0 of an array without entries in range.
            Assert.Throws<BpfException>(() => Kernel.CreateMap(new MapSpec
            {
                Name = "m",
                Type = MapType.ArrayOfMaps,
                KeySize = 4,
                ValueSize = 4,
                MaxEntries = 1,
                Inner = new MapSpec { Name = "i", Type = MapType.ProgArray, KeySize = 4, ValueSize = 4, MaxEntries = 1 },
            }));
            using (var map = Kernel.CreateMap(new MapSpec { Name = "r", Type = MapType.RingBuf, MaxEntries = 4096 }))
            using (var reader = map.OpenRingBuffer())
            using (var soon = new CancellationTokenSource(1))
                reader.Wait(TimeSpan.FromMilliseconds(5), soon.Token);
            var spec = new ProgramSpec { Name = "p", Type = ProgramType.Xdp, Instructions = [new(0x18, 1, 5, 0, 9), default] };
            Assert.Throws<BpfException>(() => Kernel.LoadProgram(spec, [], ProgramLoadOptions.Default, Cancellation));
        }

        Assert.Equal(before, Open());
    }

    [Fact]
    [SupportedOSPlatform("linux")]
    public void Closing_the_kernel_twice_is_fine_and_using_it_then_is_not()
    {
        var kernel = LinuxKernel.Open();
        kernel.Dispose();
        kernel.Dispose();
        Assert.Throws<ObjectDisposedException>(() => kernel.CreateMap(new MapSpec { Name = "m", Type = MapType.Array, KeySize = 4, ValueSize = 8, MaxEntries = 1 }));
    }
}

using PSBpf.Kernel;
using PSBpf.Runtime;
using PSBpf.Runtime.Jit;
using PSBpf.Uapi;
using PSBpf.Verifier.Tests.Random;

namespace PSBpf.Differential.Tests;

public sealed class RandomProgramTests
{
    /// <summary>Random programs that both accept do the same on random packets, and never leave their memory.</summary>
    [Theory]
    [InlineData("interpreter")]
    [InlineData("compiled")]
    public void Random_programs_do_the_same_in_both_kernels(string engine)
    {
        using var kernels = KernelPair.OpenOrSkip(new JitOptions { Mode = engine == "interpreter" ? JitMode.Off : JitMode.On, Timing = JitTiming.Eager });
        var cancellation = TestContext.Current.CancellationToken;
        int accepted = 0, ran = 0;
        for (int seed = 1; seed <= 1500; seed++)
        {
            var (spec, text) = new ProgramGenerator(seed, repeatable: true).Make();
            if (spec.Type == ProgramType.CgroupSkb) continue; // judged elsewhere; its test run wants a cgroup
            var maps = ProgramGenerator.Maps.Select(kernels.CreateMap).ToList();
            var managed = kernels.Managed.LoadProgram(spec, [.. maps.Select(map => map.Managed)], ProgramLoadOptions.Default, cancellation).Program;
            if (managed is not null)
            {
                accepted++;
                Assert.Equal(engine != "interpreter", ((ManagedProgram)managed).IsCompiled);
                var linux = kernels.Linux.LoadProgram(spec, [.. maps.Select(map => map.Linux)], ProgramLoadOptions.Default, cancellation);
                Assert.True(linux.Program is not null, $"seed {seed}: accepted here, but the kernel says {linux.Verification.Message}\n{text}");
                using var pair = new ProgramPair(managed, linux.Program);
                var random = new System.Random(seed);
                foreach (int length in (int[])[14, 34, 60])
                {
                    byte[] packet = new byte[length];
                    random.NextBytes(packet);
                    packet[12] = 0x88; // an ethertype that test runs make no demands of
                    packet[13] = 0xb5;
                    try
                    {
                        if (pair.Same(packet, what: $"seed {seed}") is not null) ran++;
                    }
                    catch (Xunit.Sdk.XunitException exception)
                    {
                        Assert.Fail($"seed {seed}, {length} bytes: {exception.Message}\n{text}");
                    }
                }

                foreach (var map in maps.Where(map => map.Managed.Spec.Type is MapType.Array or MapType.Hash))
                    Assert.True(MapPair.Contents(map.Linux).SequenceEqual(MapPair.Contents(map.Managed)), $"seed {seed}: '{map.Managed.Spec.Name}' differs\n{text}");
            }

            foreach (var map in maps) map.Dispose();
        }

        TestContext.Current.TestOutputHelper!.WriteLine($"{accepted} programs accepted, {ran} runs compared");
        Assert.True(accepted > 100, $"{accepted} programs accepted");
    }
}

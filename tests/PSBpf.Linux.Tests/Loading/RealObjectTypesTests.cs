using PSBpf.Diagnostics;
using PSBpf.Kernel;
using PSBpf.Linux.Loading;
using PSBpf.Objects;

namespace PSBpf.Linux.Tests.Loading;

/// <summary>The type information of real objects, as it is completed for loading, is what the kernel takes.</summary>
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed class RealObjectTypesTests : KernelTest
{
    [Fact]
    public void The_kernel_takes_the_types_of_every_real_object()
    {
        List<string> refused = [];
        int taken = 0, without = 0;
        foreach (string file in FilesOrSkip())
        {
            if (ObjectReader.Read(file).Btf is not { } types)
            {
                without++;
                continue;
            }

            var answer = KernelBtf.Load(types.Data.Span);
            using (answer.Handle)
            {
                if (answer.Handle is not null) taken++;
                else refused.Add($"{Path.GetFileName(file)}: {answer.Error} {string.Join(" | ", answer.Log.Split('\n').TakeLast(4))}");
            }
        }

        Assert.True(refused.Count == 0, string.Join(Environment.NewLine, refused));
        Assert.True(taken > 50, $"{taken} taken");
        TestContext.Current.SendDiagnosticMessage($"{taken} objects' types are taken, {without} objects have none");
    }

    /// <summary>Of every program that it accepts, also what says where functions and lines are: nothing falls back silently.</summary>
    [Fact]
    public void The_kernel_takes_the_functions_and_lines_of_every_real_program_that_it_accepts()
    {
        List<string> warned = [];
        int accepted = 0, refused = 0, unjudged = 0;
        foreach (string file in FilesOrSkip())
        {
            ObjectSpec spec = ObjectReader.Read(file);
            if (spec.Btf is null) continue;
            Dictionary<MapSpec, IKernelMap> maps = new(ReferenceEqualityComparer.Instance);
            try
            {
                foreach (MapSpec map in spec.Maps) maps.Add(map, Kernel.CreateMap(map));
                foreach (ProgramSpec program in spec.Programs)
                {
                    try
                    {
                        var report = Kernel.LoadProgram(program, [.. program.Maps.Select(map => maps[map])], new ProgramLoadOptions { VerifyOnly = true }, Cancellation).Verification;
                        if (report.Accepted) accepted++;
                        else refused++;
                        foreach (var warning in report.Warnings.Where(_ => report.Accepted)) warned.Add($"{Path.GetFileName(file)} {program.Name}: {warning.Message}");
                    }
                    catch (BpfException)
                    {
                        // A type that is not allowed here, or an attach target that this kernel lacks.
                        unjudged++;
                    }
                }
            }
            catch (BpfException)
            {
                // A map that this kernel does not make: of its programs nothing can be said.
                unjudged += spec.Programs.Count;
            }
            finally
            {
                foreach (IKernelMap map in maps.Values) map.Dispose();
            }
        }

        Assert.True(warned.Count == 0, string.Join(Environment.NewLine, warned));
        Assert.True(accepted > 100, $"{accepted} accepted, {refused} refused, {unjudged} not judged");
        TestContext.Current.SendDiagnosticMessage($"{accepted} programs accepted with functions and lines, {refused} refused, {unjudged} not judged");
    }

    private static string[] FilesOrSkip()
    {
        string cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } given
            ? given : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
        string folder = Path.Combine(cache, "psbpf", "corpus");
        if (!File.Exists(Path.Combine(folder, "complete"))) Assert.Skip("there are no real objects; scripts/corpus.sh fetches them");
        return [.. Directory.GetFiles(folder, "*.o").Order(StringComparer.Ordinal)];
    }
}

using PSBpf.Diagnostics;
using PSBpf.Objects;
using PSBpf.Targets;

namespace PSBpf.Differential.Tests.Libbpf;

/// <summary>CO-RE on generated types: every answer is libbpf's.</summary>
public sealed class CoreTests : IDisposable
{
    private const int Rounds = 20, Questions = 60;

    private readonly string _folder = Directory.CreateTempSubdirectory("psbpf").FullName;

    [Fact]
    public void Generated_questions_about_generated_types_have_libbpfs_answers()
    {
        string compiler = Clang.CompilersOrSkip()[^1];
        List<string> differences = [];
        int same = 0, refused = 0, poisoned = 0;
        for (int round = 0; round < Rounds; round++)
        {
            var generator = new CoreGenerator(round);
            string source = generator.Object(Questions), kernel = Clang.Compile(compiler, generator.Kernel(), $"kernel{round}", _folder);
            string path = Clang.Compile(compiler, source, $"object{round}", _folder);
            OracleObject expected = Assert.Single(LibbpfOracle.AskOrSkip("-b", kernel, path));
            try
            {
                ObjectSpec spec = ObjectReader.Read(path, new ObjectReadOptions { Target = TargetKernel.Machine.WithTypes(kernel) });
                if (expected.Error is not null)
                {
                    differences.Add($"round {round}: libbpf refuses it: {expected.Error}");
                    continue;
                }

                differences.AddRange(LoaderComparison.Differences(expected, spec).Select(line => $"round {round}: {line}: {Line(source, line)}"));
                same += expected.Programs.Count;
                poisoned += spec.Programs.Count(program => program.Poisoned.Count > 0);
            }
            catch (BpfException error)
            {
                if (expected.Error is null) differences.Add($"round {round}: {error}");
                else refused++;
            }
        }

        Assert.True(differences.Count == 0, string.Join(Environment.NewLine, differences));
        Assert.True(same > Questions * Rounds / 2 && poisoned > 10, $"only {same} answers were compared, {poisoned} of them none, {refused} objects refused");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static string Line(string source, string difference)
    {
        string name = difference.Split(' ', ',')[1];
        return source.Split('\n').FirstOrDefault(line => line.Contains($" {name}(", StringComparison.Ordinal)) ?? "";
    }
}

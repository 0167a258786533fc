using System.Diagnostics;

namespace PSBpf.Core.Tests.Objects;

/// <summary>Compiles C to BPF objects with whichever clang the machine has; tests skip where there is none.</summary>
internal static class ClangCompiler
{
    private static readonly string[] Names = ["clang", "clang-14", "clang-15", "clang-16", "clang-17", "clang-18", "clang-19", "clang-20"];

    private static readonly Lazy<string[]> Found = new(() => [.. Names.Where(name => Try(name, "-print-targets", "") is { } targets && targets.Contains("bpf", StringComparison.Ordinal))]);

    /// <summary>Every clang with a BPF target.</summary>
    public static IReadOnlyList<string> Compilers => Found.Value;

    /// <summary>Compiles with each compiler, or skips the test.</summary>
    public static IEnumerable<(string Compiler, byte[] Object)> Compile(string source, params string[] options)
    {
        if (Compilers.Count == 0) Assert.Skip("there is no clang with a BPF target");
        foreach (string compiler in Compilers)
        {
            string output = Path.GetTempFileName();
            try
            {
                string? result = Try(compiler, $"-target bpf -O2 {string.Join(' ', options)} -x c -c - -o {output}", source);
                Assert.True(result is not null, $"{compiler} refused the source");
                yield return (compiler, File.ReadAllBytes(output));
            }
            finally
            {
                File.Delete(output);
            }
        }
    }

    private static string? Try(string compiler, string arguments, string input)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(compiler, arguments)
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            process.StandardInput.Write(input);
            process.StandardInput.Close();
            Task<string> errors = process.StandardError.ReadToEndAsync();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            if (process.ExitCode != 0) TestContext.Current.SendDiagnosticMessage(errors.Result);
            return process.ExitCode == 0 ? output : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}

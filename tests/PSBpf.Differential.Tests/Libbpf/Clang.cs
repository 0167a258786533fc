using System.Diagnostics;

namespace PSBpf.Differential.Tests.Libbpf;

/// <summary>Compiles sources against the installed libbpf-dev.</summary>
internal static class Clang
{
    // Which headers the architecture has beside /usr/include.
    private static readonly string[] Options = ["-target", "bpf", "-O2", "-g", "-D__TARGET_ARCH_x86", "-I/usr/include/x86_64-linux-gnu", "-Wno-everything", "-fno-crash-diagnostics"];

    private static readonly string[] Compilers = ["clang-14", "clang-19"];

    /// <summary>The compilers that there are of Debian's oldest and newest; the test is skipped where there is none.</summary>
    public static IReadOnlyList<string> CompilersOrSkip()
    {
        string[] found = [.. Compilers.Where(name => Run(name, ["--version"]) is 0)];
        if (found.Length == 0) Assert.Skip("there is no clang");
        return found;
    }

    /// <summary>Compiles a source to an object of its own.</summary>
    public static string Compile(string compiler, string source, string name, string folder)
    {
        string file = Path.Combine(folder, name + ".c"), output = Path.Combine(folder, $"{name}.{compiler}.o");
        File.WriteAllText(file, source);
        Assert.True(Run(compiler, [.. Options, "-c", file, "-o", output]) == 0, $"{compiler} does not compile {name}.c:\n{source}");
        return output;
    }

    /// <summary>Runs a program; null when there is none of the name.</summary>
    public static int? Run(string program, IEnumerable<string> arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var output = process.StandardOutput.ReadToEndAsync();
            string error = process.StandardError.ReadToEnd();
            process.WaitForExit();
            if (process.ExitCode != 0) TestContext.Current.SendDiagnosticMessage($"{program}: {error}{output.Result}");
            return process.ExitCode;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}

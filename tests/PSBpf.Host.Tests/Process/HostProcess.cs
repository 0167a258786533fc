using System.Diagnostics;

namespace PSBpf.Host.Tests.Process;

/// <summary>Runs the program as a user does and gives what comes out.</summary>
internal static class HostProcess
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    /// <summary>The program, which the build puts beside the tests.</summary>
    public static readonly string Path = System.IO.Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "psbpf.exe" : "psbpf");

    /// <summary>Runs the program without the PSBpf module.</summary>
    public static HostResult Run(params string[] arguments) => Run(["-NoModule", .. arguments], input: null);

    /// <summary>Runs the program.</summary>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="input">What it finds on standard input; null leaves that closed.</param>
    /// <param name="environment">Variables to set, or to remove where the value is null.</param>
    public static HostResult Run(IReadOnlyList<string> arguments, string? input, params (string Name, string? Value)[] environment)
    {
        var start = new ProcessStartInfo(Path, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Remove("PSBPF_MODULE");
        start.Environment.Remove("COLUMNS");
        foreach ((string name, string? value) in environment)
            start.Environment[name] = value;

        using var process = System.Diagnostics.Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        process.StandardInput.Write(input ?? "");
        process.StandardInput.Close();
        if (!process.WaitForExit(Limit))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"psbpf {string.Join(' ', arguments)} did not end");
        }

        return new HostResult(process.ExitCode, output.Result.ReplaceLineEndings("\n"), error.Result.ReplaceLineEndings("\n"));
    }
}

/// <summary>What came out of a run.</summary>
internal sealed record HostResult(int ExitCode, string Output, string Error);

using System.Diagnostics;

namespace PSBpf.Verifier.Proofs.Symbolic;

/// <summary>A z3 of its own, which is told SMT-LIB.</summary>
internal sealed class Solver : IDisposable
{
    private readonly Process _process;

    public Solver()
    {
        _process = Process.Start(new ProcessStartInfo("z3", ["-in", "-smt2"]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
    }

    /// <summary>Why there is no z3 here; null where there is one.</summary>
    public static string? Absence { get; } = Find();

    /// <summary>Something that has no answer.</summary>
    public void Tell(string command) => _process.StandardInput.WriteLine(command);

    /// <summary>Something that is answered in one line.</summary>
    public string Ask(string command)
    {
        Tell(command);
        _process.StandardInput.Flush();
        string answer = _process.StandardOutput.ReadLine() ?? throw new InvalidOperationException($"z3 ended at: {command}");
        return answer.StartsWith("(error", StringComparison.Ordinal) ? throw new InvalidOperationException($"z3 says {answer}") : answer;
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(1000)) _process.Kill();
        _process.Dispose();
    }

    private static string? Find()
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo("z3", ["-version"]) { RedirectStandardOutput = true })!;
            process.WaitForExit();
            return process.ExitCode == 0 ? null : "z3 does not run here";
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "needs z3 (Debian's package z3), which is not on this machine";
        }
    }
}

using System.Globalization;
using PSBpf.Diagnostics;
using PSBpf.Runtime.Conformance;

namespace PSBpf.Hosting;

/// <summary>
/// <c>psbpf conformance</c>: the protocol by which the public bpf_conformance suite runs a test in a process of its own.
/// Nothing is verified; therefore every memory access is checked while the program runs.
/// </summary>
public static class ConformanceCommand
{
    private const int Success = 0, Failure = 1, BadCommandLine = 64;
    private const string Name = "psbpf conformance";

    /// <summary>Runs the command.</summary>
    /// <param name="arguments">The memory as hexadecimal bytes, options, <c>--elf</c>.</param>
    /// <param name="input">The program's bytes, or with <c>--elf</c> the object's, in hexadecimal.</param>
    /// <param name="output">Gets r0 in hexadecimal.</param>
    /// <param name="error">Gets what went wrong.</param>
    /// <returns>0; 1 when the program is no program, is refused or faults; 64 when the command line is wrong.</returns>
    public static int Run(string[] arguments, TextReader input, TextWriter output, TextWriter error)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(error);
        ConformanceArguments parsed;
        try
        {
            parsed = ConformanceArguments.Parse(arguments);
        }
        catch (FormatException wrong)
        {
            error.WriteLine($"{Name}: {wrong.Message}");
            error.WriteLine($"  do  {Name} --help shows what can be given");
            return BadCommandLine;
        }

        if (parsed.Help)
        {
            output.WriteLine(ConformanceArguments.HelpText);
            return Success;
        }

        try
        {
            var program = new ConformanceEngine(parsed.Executor).Load(ConformanceInput.ReadProgram(input.ReadToEnd(), parsed.IsElf));
            output.WriteLine(program.Run(parsed.Memory).ToString("x", CultureInfo.InvariantCulture));
            return Success;
        }
        catch (FormatException wrong)
        {
            error.WriteLine($"{Name}: {wrong.Message}");
        }
        catch (BpfException refused)
        {
            error.WriteLine($"{Name}: {refused.Message} ({refused.Id})");
        }

        return Failure;
    }
}

using PSBpf.Runtime.Conformance;

namespace PSBpf.Hosting;

/// <summary>The command line of <see cref="ConformanceCommand"/>.</summary>
/// <param name="Memory">What r1 points to; empty for none.</param>
/// <param name="Executor">Who executes.</param>
/// <param name="IsElf">Whether the input is an object file.</param>
/// <param name="Help">Whether only the usage is wanted.</param>
internal sealed record ConformanceArguments(byte[] Memory, string Executor, bool IsElf, bool Help)
{
    private const string Elf = "elf", HelpWord = "help";

    /// <summary>The usage.</summary>
    public static string HelpText => $"""
        psbpf conformance ["<memory>"] [{string.Join(" | ", ConformanceEngine.Executors.Select(name => "--" + name))}] [--elf]

        Runs one program of a conformance suite, as the plug-ins of bpf_conformance do. The program's instructions stand on
        standard input as hexadecimal bytes; with --elf it is a whole object file. r1 points to the memory, given as
        hexadecimal bytes, and r2 is its length; both are 0 without. r0 is printed in hexadecimal and the exit code is 0.

        Nothing is verified, so every memory access is checked: what is no program or does what it may not ends with exit
        code 1 and a message on the error output; a command line that cannot be read with 64. Functions 0 to 5 can be
        called, by number or through a register: docs/conformance.md lists them. If function 5 gets 0, the program ends with 0.
        """;

    /// <summary>Reads a command line.</summary>
    /// <exception cref="FormatException">It is wrong.</exception>
    public static ConformanceArguments Parse(string[] arguments)
    {
        var result = new ConformanceArguments([], ConformanceEngine.Executors[0], IsElf: false, Help: false);
        bool hasMemory = false;
        foreach (string argument in arguments)
        {
            if (argument.StartsWith("--", StringComparison.Ordinal))
            {
                result = argument[2..] switch
                {
                    Elf => result with { IsElf = true },
                    HelpWord => result with { Help = true },
                    var name when ConformanceEngine.Executors.Contains(name) => result with { Executor = name },
                    _ => throw new FormatException($"there is no option '{argument}'; this build executes with {string.Join(" and ", ConformanceEngine.Executors.Select(name => "--" + name))}."),
                };
                continue;
            }

            if (hasMemory) throw new FormatException($"'{argument}' is one argument too many: the memory is one, its bytes separated by blanks.");
            hasMemory = true;
            result = result with { Memory = ConformanceInput.ReadBytes(argument, "the memory") };
        }

        return result;
    }
}

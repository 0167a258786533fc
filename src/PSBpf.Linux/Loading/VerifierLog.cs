using System.Globalization;
using System.Text.RegularExpressions;

namespace PSBpf.Linux.Loading;

/// <summary>What a verifier's log says, taken apart. The log is text for people, so every part may be missing.</summary>
internal sealed partial class VerifierLog
{
    private VerifierLog(string text) => Text = text;

    /// <summary>The whole log.</summary>
    public string Text { get; }

    /// <summary>The last line that explains a refusal; empty when there is none.</summary>
    public string Message { get; private set; } = "";

    /// <summary>The lines that explain a refusal, in a trace those after its last instruction; <see cref="Message"/> is the last.</summary>
    public IReadOnlyList<string> Explanation { get; private set; } = [];

    /// <summary>Index of the instruction where the verifier stopped; null when the log names none.</summary>
    public int? Instruction { get; private set; }

    /// <summary>That instruction in the kernel's notation.</summary>
    public string InstructionText { get; private set; } = "";

    /// <summary>The registers that the log shows at it.</summary>
    public string State { get; private set; } = "";

    /// <summary>From the statistics: instructions stepped through; null when the log does not say.</summary>
    public int? ProcessedInstructions { get; private set; }

    /// <summary>From the statistics: most states held at once.</summary>
    public int PeakStates { get; private set; }

    /// <summary>From the statistics: how long the verifier took, without compiling; null when the log does not say.</summary>
    public TimeSpan? Elapsed { get; private set; }

    /// <summary>From the statistics: bytes of stack of each subprogram, in the order of their instructions.</summary>
    public IReadOnlyList<int> StackDepths { get; private set; } = [];

    /// <summary>Takes a log apart.</summary>
    public static VerifierLog Parse(string text)
    {
        var log = new VerifierLog(text);
        var explanation = new List<string>();
        foreach (var raw in text.Split('\n'))
        {
            var line = raw.TrimEnd();
            if (line.Length == 0 || log.ReadStatistic(line)) continue;

            var instruction = InstructionLine().Match(line);
            if (instruction.Success)
            {
                log.Instruction = int.Parse(instruction.Groups["index"].ValueSpan, CultureInfo.InvariantCulture);
                log.InstructionText = instruction.Groups["text"].Value.TrimEnd();
                log.State = instruction.Groups["state"].Value;
                explanation.Clear();
            }
            else if (!Commentary().IsMatch(line))
            {
                explanation.Add(line);
            }
        }

        log.Explanation = explanation;
        if (explanation.Count > 0)
        {
            log.Message = explanation[^1];
            // What is wrong with the program's shape is found before any instruction is stepped through.
            if (log.Instruction is null && NamedInstruction().Match(log.Message) is { Success: true } named)
                log.Instruction = int.Parse(named.Groups["index"].ValueSpan, CultureInfo.InvariantCulture);
        }

        return log;
    }

    private bool ReadStatistic(string line)
    {
        if (ProcessedLine().Match(line) is { Success: true } processed)
        {
            ProcessedInstructions = int.Parse(processed.Groups["count"].ValueSpan, CultureInfo.InvariantCulture);
            if (int.TryParse(processed.Groups["peak"].ValueSpan, CultureInfo.InvariantCulture, out var peak)) PeakStates = peak;
            return true;
        }

        if (StackLine().Match(line) is { Success: true } stack)
        {
            StackDepths = [.. stack.Groups["depths"].Value.Split('+').Select(depth => int.Parse(depth, CultureInfo.InvariantCulture))];
            return true;
        }

        if (TimeLine().Match(line) is not { Success: true } time) return false;
        Elapsed = TimeSpan.FromMicroseconds(long.Parse(time.Groups["microseconds"].ValueSpan, CultureInfo.InvariantCulture));
        return true;
    }

    // 12: (bf) r2 = r10                     ; R2=fp0 R10=fp0
    // A jump's line may go on with whatever is logged next.
    [GeneratedRegex(
        @"^\s*(?<index>\d{1,9}): \([0-9a-f]{2}\) (?:(?<text>.*?)\s+; (?<state>.*)|(?<text>.*?goto (?:pc)?[+-]?\w+)\b.*|(?<text>.*))$",
        RegexOptions.CultureInvariant)]
    private static partial Regex InstructionLine();

    // verification time 87 usec
    [GeneratedRegex(@"^verification time (?<microseconds>\d{1,12}) usec", RegexOptions.CultureInvariant)]
    private static partial Regex TimeLine();

    // processed 7 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0 mark_read 0
    [GeneratedRegex(@"^processed (?<count>\d{1,9}) insns?\b(?:.* peak_states (?<peak>\d{1,9}))?", RegexOptions.CultureInvariant)]
    private static partial Regex ProcessedLine();

    [GeneratedRegex(@"^stack depth (?<depths>\d{1,9}(?:\+\d{1,9})*)\b", RegexOptions.CultureInvariant)]
    private static partial Regex StackLine();

    // C source lines, register states, path changes and backtracking: what the verifier does, not what it objects to.
    [GeneratedRegex(
        @"^\s*(?:;|\d+: (?!\()|(?:frame\d+: )?(?:R\d+|fp-\d+|refs)(?:_\w+)?=|from \d+ to \d+:|mark_precise:|last_idx |regs=|parent |cur state:|old state:|(?:caller|callee|returning from callee|to caller at \d+):|Func#\d+ .*is safe|Validating |Live regs before insn|propagating |\.\.\. )",
        RegexOptions.CultureInvariant)]
    private static partial Regex Commentary();

    [GeneratedRegex(@"\binsn (?:#)?(?<index>\d{1,9})\b", RegexOptions.CultureInvariant)]
    private static partial Regex NamedInstruction();
}

using PSBpf.Hosting;

namespace PSBpf.Viewer;

/// <summary>What happened between two frames.</summary>
internal static class FrameDifference
{
    /// <summary>Sentences for the log, with their tone.</summary>
    public static IEnumerable<(string Text, Tone Tone)> Between(StatisticFrame before, StatisticFrame after)
    {
        var old = before.Programs.ToDictionary(ProgramKey.Of);
        var now = after.Programs.ToDictionary(ProgramKey.Of);
        foreach (var program in after.Programs)
        {
            old.TryGetValue(ProgramKey.Of(program), out var was);
            if (was is null) yield return ($"program {program.Id} {program.Program} ({program.Type}) loaded", Tone.Good);
            foreach (string hook in program.Hooks.Except(was?.Hooks ?? [])) yield return ($"program {program.Id} {program.Program} attached to {hook}", Tone.Good);
            foreach (string hook in (was?.Hooks ?? []).Except(program.Hooks)) yield return ($"program {program.Id} {program.Program} detached from {hook}", Tone.Normal);
            if (was is not null && program.Errors > was.Errors) yield return ($"program {program.Id} {program.Program}: {program.Errors - was.Errors} runs ended in an error", Tone.Bad);
        }

        foreach (var program in before.Programs.Where(program => !now.ContainsKey(ProgramKey.Of(program))))
            yield return ($"program {program.Id} {program.Program} ({program.Type}) removed", Tone.Normal);
        if (after.Maps != before.Maps) yield return ($"{Things(Math.Abs(after.Maps - before.Maps), "map")} {(after.Maps > before.Maps ? "made" : "removed")}", Tone.Normal);
    }

    private static string Things(int count, string noun) => count == 1 ? $"1 {noun}" : $"{count} {noun}s";
}

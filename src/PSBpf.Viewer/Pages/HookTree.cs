using PSBpf.Hosting;
using PSBpf.Kernel;

namespace PSBpf.Viewer;

/// <summary>Makes the lines of the tree of hooks from a session and from the figures of its kernel's programs.</summary>
internal sealed class HookTree
{
    private Dictionary<string, long> _events = [];
    private DateTimeOffset _looked;

    /// <summary>The lines now.</summary>
    /// <param name="session">Whose hooks and links.</param>
    /// <param name="frame">Figures of the programs; null before the first look.</param>
    /// <param name="now">The time.</param>
    public IReadOnlyList<HookRow> Read(BpfSession session, StatisticFrame? frame, DateTimeOffset now)
    {
        var rows = new List<HookRow>();
        var hooks = frame?.Kernel == BpfKernelKind.Linux ? [] : session.GetHooks();
        var links = session.Links;
        double seconds = (now - _looked).TotalSeconds;
        foreach (var hook in hooks)
        {
            double? rate = _events.TryGetValue(hook.Name, out long before) && seconds > 0 ? (hook.Events - before) / seconds : null;
            rows.Add(new HookRow(hook.Name, hook.Name, hook.Events, rate, hook.MeanNanoseconds, null, null));
            // In the order in which the hook runs them.
            var order = hook.Links.ToList();
            BpfLink[] attached = [.. links.Where(link => link.Hook == hook.Name).OrderBy(link => order.IndexOf(link.Program)).ThenBy(link => link.Priority).ThenBy(link => link.Id)];
            for (int i = 0; i < attached.Length; i++) rows.Add(Row(attached[i], i == attached.Length - 1, frame));
        }

        AddOthers(rows, hooks, frame);
        _events = hooks.ToDictionary(hook => hook.Name, hook => hook.Events);
        _looked = now;
        return rows;
    }

    private static HookRow Row(BpfLink link, bool last, StatisticFrame? frame)
    {
        var program = link.GetProgram();
        var statistic = frame?.Programs.FirstOrDefault(candidate => ProgramKey.Same(candidate, program));
        return new HookRow($"link {link.Id}", $"  {Branch(last)} {program.Id} {program.Name}", statistic?.Runs, statistic?.EventsPerSecond, statistic?.MeanNanoseconds, link, statistic);
    }

    // What the session did not attach is known from the programs' figures only.
    private static void AddOthers(List<HookRow> rows, IReadOnlyList<BpfHook> hooks, StatisticFrame? frame)
    {
        var others = (frame?.Programs ?? []).SelectMany(program => program.Hooks.Select(hook => (Hook: hook, Program: program)))
            .Where(pair => hooks.All(hook => hook.Name != pair.Hook)).GroupBy(pair => pair.Hook, pair => pair.Program).OrderBy(group => group.Key, StringComparer.Ordinal);
        foreach (var group in others)
        {
            BpfStatistic[] programs = [.. group];
            rows.Add(new HookRow(group.Key, group.Key, null, null, null, null, null));
            for (int i = 0; i < programs.Length; i++)
            {
                var program = programs[i];
                rows.Add(new HookRow($"{group.Key} {program.KernelId} {program.IsForeign}", $"  {Branch(i == programs.Length - 1)} {program.Id} {program.Program}", program.Runs, program.EventsPerSecond, program.MeanNanoseconds, null, program));
            }
        }
    }

    private static string Branch(bool last) => last ? "└" : "├";
}

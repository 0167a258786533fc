using PSBpf.Btf;
using PSBpf.Hosting;
using PSBpf.Uapi;

namespace PSBpf.Viewer;

/// <summary>Changes a value of a map: which member, what to, and whether really.</summary>
internal static class ValueEditing
{
    /// <summary>Why the values of a map cannot be changed here; null when they can.</summary>
    public static string? Obstacle(BpfMap map) => map switch
    {
        { IsRemoved: true } => $"{map.Name} has been removed.",
        { IsForeign: true } => $"{map.Name} is not of this session: it can be read only.",
        _ when (map.Flags & (MapFlags.ReadOnly | MapFlags.ReadOnlyProgram)) != 0 => $"{map.Name} is read-only.",
        { IsPerCpu: true } => $"{map.Name} has a value for each CPU; Set-BpfMapEntry sets them.",
        { Type: MapType.ProgArray } => $"{map.Name} holds programs; Set-BpfMapEntry puts another one there.",
        { Type: MapType.ArrayOfMaps or MapType.HashOfMaps } => $"{map.Name} holds maps.",
        _ => null,
    };

    /// <summary>Asks what it takes and then sets the value.</summary>
    /// <param name="shell">Who asks.</param>
    /// <param name="entry">The entry as it was seen.</param>
    public static void Begin(Shell shell, BpfMapEntry entry)
    {
        if (Obstacle(entry.GetMap()) is { } obstacle) shell.Notice(obstacle);
        else if (entry.Value is not BtfRecord record) Type(shell, entry, null, entry.Value);
        else if (record.Count == 1) Type(shell, entry, record.Names[0], record[record.Names[0]]);
        else shell.Ask(new PickList($"Which member of {record.TypeName}", [.. record.Select(member => (member.Key, ValueText.Of(member.Value)))], 0, chosen => Type(shell, entry, record.Names[chosen], record[record.Names[chosen]])));
    }

    private static void Type(Shell shell, BpfMapEntry entry, string? member, object? now)
    {
        string what = $"{entry.Map}[{ValueText.Of(entry.Key)}]{(member is null ? "" : "." + member)}";
        if (now is BtfRecord or object[])
        {
            shell.Notice($"{what} has parts of its own; Set-BpfMapEntry sets them.");
            return;
        }

        string was = ValueText.Of(now);
        shell.Ask(new TextPrompt(what, was, text =>
        {
            if (text == was) return;
            shell.Ask(new Confirmation("Change the map?", [what, $"from  {was}", $"to    {text}"], () => Set(shell, entry, member, now, text, what)));
        }));
    }

    private static void Set(Shell shell, BpfMapEntry entry, string? member, object? now, string text, string what) =>
        shell.Worker.Run(
            () =>
            {
                var map = entry.GetMap();
                object typed = now is byte[] ? Bytes(text) : text;
                object value = typed;
                if (member is not null)
                {
                    // The other members stay as they are now, not as they were when the question was asked.
                    var fresh = map.Get(entry.KeyBytes)?.Value as BtfRecord ?? (BtfRecord)entry.Value;
                    value = fresh.ToDictionary(pair => pair.Key, pair => pair.Key == member ? typed : pair.Value);
                }

                map.Set(entry.KeyBytes, value, MapUpdateFlags.Exist);
                return what;
            },
            changed => shell.Did($"{changed} set to {text}"),
            shell.Fail);

    // What is no hexadecimal number goes on as text: addresses, for instance.
    private static object Bytes(string text)
    {
        string digits = text.Replace(" ", "", StringComparison.Ordinal);
        return digits.Length % 2 == 0 && digits.All(char.IsAsciiHexDigit) ? Convert.FromHexString(digits) : text;
    }
}

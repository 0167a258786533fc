using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using PSBpf.Diagnostics;

namespace PSBpf.Hosting;

/// <summary>
/// Writes frames to a file, a record for each program, flushed with each frame. <c>.csv</c>: a header and a line each. <c>.jsonl</c>: an object on
/// each line. <c>.json</c>: an array, which is closed again after each frame, so that the file is valid at any moment.
/// </summary>
public sealed class StatisticRecorder : IDisposable
{
    private static readonly string[] Header =
        ["Time", "Interval", "Kernel", "Id", "Program", "Type", "Hooks", "Runs", "RunNanoseconds", "EventsPerSecond", "MeanNanoseconds", "P99Nanoseconds", "CpuPercent", "Errors", "Dropped", "Verdicts"];

    private static readonly byte[] ArrayEnd = "\n]\n"u8.ToArray();

    private readonly FileStream _file;
    private readonly Action<StatisticFrame> _write;
    private bool _any;

    private StatisticRecorder(FileStream file, string ending)
    {
        _file = file;
        _write = ending switch { ".csv" => WriteTable, ".jsonl" => WriteLines, _ => WriteArray };
        if (ending == ".csv") Append(string.Join(',', Header) + '\n');
        else if (ending == ".json") Append("[\n]\n");
        _file.Flush();
    }

    /// <summary>Makes the file, in the place of one that is there.</summary>
    /// <param name="path">Where; its ending says how it is written.</param>
    /// <exception cref="BpfException">BPF4012 for another ending, or a file that cannot be made.</exception>
    public static StatisticRecorder Create(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        string ending = Path.GetExtension(path).ToLowerInvariant();
        if (ending is not (".csv" or ".json" or ".jsonl")) throw DiagnosticRules.RecordFile.Error($"'{path}' ends in neither .csv nor .json nor .jsonl.");
        try
        {
            return new StatisticRecorder(new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read), ending);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw DiagnosticRules.RecordFile.Error($"'{path}' cannot be written: {exception.Message}");
        }
    }

    /// <summary>Writes a frame.</summary>
    /// <exception cref="BpfException">BPF4012 when it cannot be written, e.g. because the disk is full.</exception>
    public void Write(StatisticFrame frame)
    {
        ArgumentNullException.ThrowIfNull(frame);
        try
        {
            _write(frame);
            _file.Flush();
        }
        catch (IOException exception)
        {
            throw DiagnosticRules.RecordFile.Error($"'{_file.Name}' cannot be written any more: {exception.Message}");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private void WriteTable(StatisticFrame frame)
    {
        foreach (var program in frame.Programs) Append(string.Join(',', Cells(program).Select(Quote)) + '\n');
    }

    private void WriteLines(StatisticFrame frame)
    {
        foreach (var program in frame.Programs) Append(Record(program).ToJsonString() + '\n');
    }

    private void WriteArray(StatisticFrame frame)
    {
        if (frame.Programs.Count == 0) return;
        _file.Seek(-(_any ? ArrayEnd.Length : ArrayEnd.Length - 1), SeekOrigin.End);
        foreach (var program in frame.Programs)
        {
            Append((_any ? ",\n  " : "  ") + Record(program).ToJsonString());
            _any = true;
        }

        _file.Write(ArrayEnd);
    }

    private static JsonObject Record(BpfStatistic program)
    {
        var verdicts = new JsonObject();
        foreach (var (name, count) in program.Verdicts) verdicts[name] = count;
        return new JsonObject
        {
            ["Time"] = Moment(program),
            ["Interval"] = Round(program.Interval.TotalSeconds),
            ["Kernel"] = program.Kernel.ToString(),
            ["Id"] = program.Id,
            ["Program"] = program.Program,
            ["Type"] = program.Type,
            ["Hooks"] = new JsonArray([.. program.Hooks.Select(hook => (JsonNode)hook)]),
            ["Runs"] = program.Runs,
            ["RunNanoseconds"] = program.RunNanoseconds,
            ["EventsPerSecond"] = Round(program.EventsPerSecond),
            ["MeanNanoseconds"] = Round(program.MeanNanoseconds),
            ["P99Nanoseconds"] = program.P99Nanoseconds is { } p99 ? Round(p99) : null,
            ["CpuPercent"] = Round(program.CpuPercent),
            ["Errors"] = program.Errors,
            ["Dropped"] = program.Dropped,
            ["Verdicts"] = verdicts,
        };
    }

    private static IEnumerable<string> Cells(BpfStatistic program) =>
        Record(program).Select(pair => pair.Value switch
        {
            null => "",
            JsonArray list => string.Join(' ', list.Select(item => item!.GetValue<string>())),
            JsonObject counts => string.Join(' ', counts.Select(count => $"{count.Key}={count.Value}")),
            JsonValue value when value.GetValueKind() == JsonValueKind.String => value.GetValue<string>(),
            var value => value.ToJsonString(),
        });

    private static string Moment(BpfStatistic program) => program.Time.ToString("O", CultureInfo.InvariantCulture);

    private static double Round(double value) => Math.Round(value, 3);

    private static string Quote(string cell) => cell.AsSpan().ContainsAny(",\"\n\r") ? $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : cell;

    private void Append(string text) => _file.Write(System.Text.Encoding.UTF8.GetBytes(text));
}

using System.Text.Json;
using System.Text.Json.Nodes;
using PSBpf.Diagnostics;
using PSBpf.Kernel;

namespace PSBpf.Hosting;

/// <summary>Verdicts as SARIF 2.1.0, which CI systems read to annotate changes.</summary>
public static class SarifReport
{
    private const string Schema = "https://json.schemastore.org/sarif-2.1.0.json";

    private static readonly JsonSerializerOptions Layout = new() { WriteIndented = true };

    /// <summary>Writes a log with one run.</summary>
    /// <param name="reports">The verdicts; those that accept are no results, and count as what was examined.</param>
    /// <param name="version">The version of the tool.</param>
    /// <param name="folder">What paths are relative to; absolute paths outside of it stay as they are.</param>
    public static string Write(IReadOnlyList<BpfVerification> reports, string version, string folder)
    {
        ArgumentNullException.ThrowIfNull(reports);
        var refused = reports.Where(report => !report.Accepted).ToList();
        var rules = refused.Select(report => report.RuleId).Where(id => id.Length > 0).Distinct().Order(StringComparer.Ordinal).ToList();
        var log = new JsonObject
        {
            ["$schema"] = Schema,
            ["version"] = "2.1.0",
            ["runs"] = new JsonArray(new JsonObject
            {
                ["tool"] = new JsonObject
                {
                    ["driver"] = new JsonObject
                    {
                        ["name"] = "PSBpf",
                        ["version"] = version,
                        ["rules"] = Array(rules.Select(Rule)),
                    },
                },
                ["artifacts"] = Array(reports.Select(report => report.Path ?? "").Where(path => path.Length > 0).Distinct().Select(path => new JsonObject { ["location"] = Artifact(path, folder) })),
                ["columnKind"] = "utf16CodeUnits",
                ["results"] = Array(refused.Select(report => Result(report, rules, folder))),
            }),
        };
        return log.ToJsonString(Layout);
    }

    private static JsonObject Rule(string id)
    {
        var rule = DiagnosticRules.All[id];
        return new JsonObject
        {
            ["id"] = id,
            ["name"] = rule.Name,
            ["shortDescription"] = Text(rule.Name.Replace('-', ' ')),
            // No helpUri: the standard wants an absolute address, and the pages lie beside the sources.
            ["help"] = Text(rule.Page is { } page ? $"{rule.Action} See {page}." : rule.Action),
            ["defaultConfiguration"] = new JsonObject { ["level"] = "error" },
        };
    }

    private static JsonObject Result(BpfVerification report, List<string> rules, string folder)
    {
        string message = report.Reason.Length > 0 ? report.Reason : report.Message;
        if (report.Suggestion.Length > 0) message += " " + report.Suggestion;
        var result = new JsonObject
        {
            ["level"] = "error",
            ["message"] = Text(message),
            ["locations"] = Array([Location(report.At, report, folder)]),
            ["properties"] = new JsonObject { ["program"] = report.Name, ["section"] = report.Section, ["verifier"] = report.Kernel.ToString(), ["kernelMessage"] = report.Message },
        };
        if (report.RuleId.Length > 0)
        {
            result["ruleId"] = report.RuleId;
            result["ruleIndex"] = rules.IndexOf(report.RuleId);
        }

        if (report.CausalPath.Count > 0)
        {
            result["codeFlows"] = Array([new JsonObject
            {
                ["threadFlows"] = Array([new JsonObject
                {
                    ["locations"] = Array(report.CausalPath.Select(point => new JsonObject { ["location"] = Location(point, report, folder) })),
                }]),
            }]);
        }

        return result;
    }

    // Where no line of source is known, the object is the place.
    private static JsonObject Location(VerificationPoint? point, BpfVerification report, string folder)
    {
        var location = new JsonObject();
        var physical = new JsonObject { ["artifactLocation"] = Artifact(point?.Source?.File ?? report.Path ?? report.Name, folder) };
        if (point?.Source is { Line: > 0 } source)
        {
            var region = new JsonObject { ["startLine"] = source.Line };
            if (source.Column > 0) region["startColumn"] = source.Column;
            if (source.Text.Length > 0) region["snippet"] = Text(source.Text);
            physical["region"] = region;
        }

        location["physicalLocation"] = physical;
        location["logicalLocations"] = Array([new JsonObject { ["name"] = report.Name, ["kind"] = "function" }]);
        if (point is { Note.Length: > 0 }) location["message"] = Text(point.Note);
        return location;
    }

    private static JsonObject Artifact(string path, string folder)
    {
        string relative = Path.IsPathRooted(path) ? Path.GetRelativePath(folder, path) : path;
        bool below = !Path.IsPathRooted(relative) && !relative.StartsWith("..", StringComparison.Ordinal);
        return new JsonObject { ["uri"] = below ? Uri.EscapeDataString(relative.Replace('\\', '/')).Replace("%2F", "/", StringComparison.Ordinal) : new Uri(Path.GetFullPath(path)).AbsoluteUri };
    }

    private static JsonObject Text(string text) => new() { ["text"] = text };

    private static JsonArray Array(IEnumerable<JsonObject> items) => [.. items];
}

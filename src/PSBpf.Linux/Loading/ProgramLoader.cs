using System.Runtime.Versioning;
using PSBpf.Kernel;
using PSBpf.Linux.SystemCalls;
using PSBpf.Objects;

namespace PSBpf.Linux.Loading;

/// <summary>
/// BPF_PROG_LOAD: for the verdict, and after a refusal once more for a trace of how it came about; without function and
/// line information where the kernel does not take it.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class ProgramLoader
{
    // BPF_LOG_LEVEL1, the mask of both levels, BPF_LOG_STATS.
    private const uint TracePath = 1;
    private const uint TraceMask = 3;
    private const uint Statistics = 4;

    private const uint StatisticsBytes = 16 * 1024;
    private const uint TraceBytes = 128 * 1024;
    private const uint WholeTraceBytes = 1024 * 1024;

    // The largest log that every kernel takes.
    private const uint MostBytes = uint.MaxValue >> 8;

    private readonly ProgramSpec _spec;
    private readonly ProgramLoadOptions _options;
    private readonly CancellationToken _cancellation;

    private ProgramLoader(ProgramSpec spec, ProgramLoadOptions options, CancellationToken cancellation)
    {
        _spec = spec;
        _options = options;
        _cancellation = cancellation;
    }

    public static ProgramLoadResult Load(
        ProgramSpec spec, IReadOnlyList<IKernelMap> maps, ProgramLoadOptions options, BtfCache types, CancellationToken cancellation)
    {
        using var image = new ProgramImage(spec, maps);
        var attributes = new ProgramLoadAttributes
        {
            Type = (uint)spec.Type,
            ExpectedAttachType = AttachTarget.AttachTypeOf(spec),
            Flags = spec.Flags,
            Name = ObjectName.From(spec.Name),
            AttachBtfId = AttachTarget.Resolve(spec),
        };
        image.Describe(ref attributes);
        return new ProgramLoader(spec, options, cancellation).Load(image, attributes, types);
    }

    private ProgramLoadResult Load(ProgramImage image, ProgramLoadAttributes attributes, BtfCache types)
    {
        var btf = _spec.Functions.Count > 0 ? types.Get(_spec.Btf) : null;
        var note = btf is { Handle: null } ? new TypeRefusal($"The kernel refused the object's type information with {ErrnoText.Describe(btf.Error)}.", btf.Log) : null;
        Judgement judgement;
        if (btf?.Handle is { } typeHandle)
        {
            using var lease = typeHandle.Use();
            var typed = attributes;
            image.DescribeTypes(ref typed, lease.Descriptor);
            judgement = Judge(typed);

            // Nothing was stepped through: the objection may be to the information and not to the program.
            var verdict = judgement.Verdict;
            if (verdict.Handle is null && VerifierLog.Parse(verdict.Log).ProcessedInstructions is null or 0)
            {
                judgement = Judge(attributes);
                if (judgement.Verdict.Handle is not null || judgement.Verdict.Log != verdict.Log)
                    note = new TypeRefusal($"The kernel refused the function or line information with {ErrnoText.Describe(verdict.Error)}, so it judged without.", verdict.Log);
            }
        }
        else
        {
            judgement = Judge(attributes);
        }

        return new LoadReport(_spec, _options, judgement, note).ToResult();
    }

    /// <summary>
    /// The verdict and its reason come from a load without a trace: fast, timed as programs are loaded in earnest, and
    /// with the objection on lines of its own. A trace is taken when asked for, and to find the place of a refusal.
    /// </summary>
    private Judgement Judge(ProgramLoadAttributes attributes)
    {
        var asked = (uint)_options.LogLevel & TraceMask;
        var level = (uint)_options.LogLevel | Statistics;
        var verdict = WithWholeLog(attributes, Statistics, StatisticsBytes);
        try
        {
            if (asked != 0) return new Judgement(verdict, Trace(attributes, level, whole: true));
            if (verdict.Handle is not null || verdict.Log.Length == 0) return new Judgement(verdict, "");
            // Stepping through a million instructions again would find the one that happened to be the last.
            if (verdict.Log.Contains("BPF program is too large", StringComparison.Ordinal)) return new Judgement(verdict, "");

            return new Judgement(verdict, Trace(attributes, TracePath | Statistics, whole: false));
        }
        catch
        {
            verdict.Handle?.Dispose();
            throw;
        }
    }

    /// <summary>The log of a load at some level; when it need not be whole, the end of it will do.</summary>
    private string Trace(ProgramLoadAttributes attributes, uint level, bool whole)
    {
        var attempt = whole
            ? WithWholeLog(attributes, level, WholeTraceBytes)
            : LoadAttempt.Make(attributes, level, TraceBytes, _cancellation);
        // Kernels since 6.4 keep a log's end; older ones its start, which does not show where the verifier stopped.
        if (!attempt.LogComplete && attempt.LogTrueSize == 0 && !whole) attempt = WithWholeLog(attributes, level, WholeTraceBytes);
        attempt.Handle?.Dispose();
        return attempt.Log;
    }

    /// <summary>Tries again with larger buffers until the log fits, or the largest that every kernel takes is full.</summary>
    private LoadAttempt WithWholeLog(ProgramLoadAttributes attributes, uint level, uint size)
    {
        while (true)
        {
            var attempt = LoadAttempt.Make(attributes, level, size, _cancellation);
            if (attempt.LogComplete || size == MostBytes) return attempt;
            size = Math.Min(MostBytes, Math.Max(attempt.LogTrueSize, size * 4));
        }
    }
}

/// <summary>What the kernel said about a program.</summary>
/// <param name="Verdict">The load that decided.</param>
/// <param name="Trace">The log of another load that says how the verifier got there; empty when none was made.</param>
[SupportedOSPlatform("linux")]
internal sealed record Judgement(LoadAttempt Verdict, string Trace);

/// <summary>What the kernel did not take of what describes a program.</summary>
/// <param name="Message">A sentence.</param>
/// <param name="Log">What the kernel said about it.</param>
internal sealed record TypeRefusal(string Message, string Log)
{
    /// <summary>The sentence with the kernel's last word.</summary>
    public string Summary => Log.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault() is { } last ? $"{Message} It says: {last}" : Message;
}

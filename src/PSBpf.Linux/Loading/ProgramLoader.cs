using System.Runtime.Versioning;
using PSBpf.Kernel;
using PSBpf.Linux.SystemCalls;
using PSBpf.Objects;

namespace PSBpf.Linux.Loading;

/// <summary>
/// BPF_PROG_LOAD: first without a trace, which is fast; after a refusal once more with one, to learn where it happened;
/// without function and line information where the kernel does not take it.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class ProgramLoader
{
    // BPF_LOG_LEVEL1, the mask of both levels, BPF_LOG_STATS.
    private const uint TracePath = 1;
    private const uint TraceMask = 3;
    private const uint Statistics = 4;

    private const uint StatisticsBytes = 16 * 1024;
    private const uint TraceBytes = 1024 * 1024;

    /// <summary>The largest log that every kernel takes.</summary>
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
            ExpectedAttachType = (uint)spec.ExpectedAttachType,
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
        var note = btf is { Handle: null } ? $"(The kernel refused the object's type information with {ErrnoText.Describe(btf.Error)}.)\n{btf.Log}" : "";
        LoadAttempt attempt;
        if (btf?.Handle is { } typeHandle)
        {
            using var lease = typeHandle.Use();
            var typed = attributes;
            image.DescribeTypes(ref typed, lease.Descriptor);
            attempt = Judge(typed);

            // Nothing was stepped through: the objection may be to the information and not to the program.
            if (attempt.Handle is null && VerifierLog.Parse(attempt.Log).ProcessedInstructions is null or 0)
            {
                var plain = Judge(attributes);
                if (plain.Handle is not null || plain.Log != attempt.Log)
                    note = $"(The kernel refused the function or line information with {ErrnoText.Describe(attempt.Error)}, so it judged without.)\n{attempt.Log}";
                attempt = plain;
            }
        }
        else
        {
            attempt = Judge(attributes);
        }

        return new LoadReport(_spec, _options, attempt, note).ToResult();
    }

    private LoadAttempt Judge(ProgramLoadAttributes attributes)
    {
        var asked = (uint)_options.LogLevel;
        var traced = (asked & TraceMask) != 0;
        var first = LoadAttempt.Make(attributes, asked | Statistics, traced ? TraceBytes : StatisticsBytes, _cancellation);
        if (traced) return WithWholeLog(attributes, asked | Statistics, first);
        if (first.Handle is not null || (first.Log.Length == 0 && first.LogComplete)) return first;

        var second = LoadAttempt.Make(attributes, TracePath | Statistics, TraceBytes, _cancellation);
        // Kernels since 6.4 keep a log's end, which is the part that matters here.
        if (!second.LogComplete && second.LogTrueSize == 0) second = WithWholeLog(attributes, TracePath | Statistics, second);
        return second with { Error = first.LogComplete ? first.Error : second.Error, Elapsed = first.Elapsed };
    }

    /// <summary>Tries again with larger buffers; when none is large enough, without a trace for the verdict.</summary>
    private LoadAttempt WithWholeLog(ProgramLoadAttributes attributes, uint level, LoadAttempt attempt)
    {
        var size = TraceBytes;
        while (!attempt.LogComplete && size < MostBytes)
        {
            size = Math.Min(MostBytes, Math.Max(attempt.LogTrueSize, size * 4));
            attempt = LoadAttempt.Make(attributes, level, size, _cancellation);
        }

        if (attempt.LogComplete) return attempt;
        var verdict = LoadAttempt.Make(attributes, Statistics, StatisticsBytes, _cancellation);
        return verdict with { Log = attempt.Log + verdict.Log };
    }
}

using System.Diagnostics;
using System.Runtime.Versioning;
using PSBpf.Linux.SystemCalls;
using PSBpf.Uapi;

namespace PSBpf.Linux.Loading;

/// <summary>The outcome of one BPF_PROG_LOAD.</summary>
/// <param name="Handle">The program, when it was accepted.</param>
/// <param name="Error">The errno otherwise.</param>
/// <param name="Log">What the kernel wrote.</param>
/// <param name="LogComplete">False when the buffer was too small; the kernel then answers ENOSPC whatever the verdict was.</param>
/// <param name="LogTrueSize">Bytes that the whole log needs; 0 on kernels before 6.4, which keep a log's start and not its end.</param>
/// <param name="Elapsed">How long the call took.</param>
[SupportedOSPlatform("linux")]
internal sealed record LoadAttempt(BpfHandle? Handle, Errno Error, string Log, bool LogComplete, uint LogTrueSize, TimeSpan Elapsed)
{
    // The verifier gives up with EAGAIN when a signal is pending, and the .NET runtime sends itself signals.
    private const int Interruptions = 10;

    /// <summary>Loads with a log of the given level into a buffer of the given size.</summary>
    public static LoadAttempt Make(ProgramLoadAttributes attributes, uint logLevel, uint logSize, CancellationToken cancellation)
    {
        using var buffer = new LogBuffer(logSize);
        attributes.LogLevel = logLevel;
        attributes.LogSize = buffer.Size;
        attributes.LogBuffer = buffer.Address;

        for (var left = Interruptions; ; left--)
        {
            cancellation.ThrowIfCancellationRequested();
            var started = Stopwatch.GetTimestamp();
            var error = Bpf.Open(BpfCommand.ProgramLoad, ref attributes, out var handle);
            var elapsed = Stopwatch.GetElapsedTime(started);
            if (error is Errno.EAGAIN or Errno.EINTR && left > 0) continue;

            var complete = error != Errno.ENOSPC;
            var text = buffer.Text();
            // A log that lost its start begins in the middle of a line.
            if (!complete && attributes.LogTrueSize > buffer.Size)
                text = $"(The first {attributes.LogTrueSize - buffer.Size} bytes are left out.)\n{text[(text.IndexOf('\n', StringComparison.Ordinal) + 1)..]}";
            return new LoadAttempt(handle, error, text, complete, attributes.LogTrueSize, elapsed);
        }
    }
}

using System.Diagnostics;

namespace PSBpf.Hosting;

/// <summary>The time that sources keep to.</summary>
internal abstract class SourceClock
{
    /// <summary>The machine's.</summary>
    public static SourceClock Machine { get; } = new MachineClock();

    /// <summary>Nanoseconds since some moment; never going back.</summary>
    public abstract long Now { get; }

    /// <summary>Waits until a moment, or a little longer; what becomes due meanwhile is then sent together.</summary>
    /// <param name="moment">The moment, as <see cref="Now"/> counts.</param>
    /// <param name="cancellation">Ends the wait early, without an exception.</param>
    public abstract void WaitUntil(long moment, CancellationToken cancellation);

    /// <summary>
    /// The stopwatch. The system wakes a thread to the millisecond. Where more than a few of them are left it sleeps for all but
    /// about the last and spins to the moment itself, which takes a fifth of a processor at the very most; where less is left it sleeps past it.
    /// </summary>
    private sealed class MachineClock : SourceClock
    {
        private const long Millisecond = 1_000_000;
        private const long WorthSpinning = 5 * Millisecond;
        private const long WakesLate = Millisecond / 5;

        public override long Now => (long)(Stopwatch.GetTimestamp() * (1e9 / Stopwatch.Frequency));

        public override void WaitUntil(long moment, CancellationToken cancellation)
        {
            long left = moment - Now;
            if (left <= 0) return;
            if (left < WorthSpinning)
            {
                cancellation.WaitHandle.WaitOne((int)((left + Millisecond - 1) / Millisecond));
                return;
            }

            // In parts: no wait is longer than the system can count.
            if (cancellation.WaitHandle.WaitOne((int)Math.Min((left - WakesLate) / Millisecond, int.MaxValue / 2))) return;
            var spin = new SpinWait();
            while (!cancellation.IsCancellationRequested && moment - Now is > 0 and < WorthSpinning) spin.SpinOnce(sleep1Threshold: -1);
        }
    }
}

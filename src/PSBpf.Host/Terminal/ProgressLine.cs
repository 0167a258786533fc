using System.Management.Automation;

namespace PSBpf.Host.Terminal;

/// <summary>Shows progress in one line below the output, which disappears when anything is written or the work ends.</summary>
/// <param name="output">What is written to.</param>
/// <param name="profile">What it can do; without escape sequences nothing is shown.</param>
internal sealed class ProgressLine(TextWriter output, TerminalProfile profile)
{
    private const int BarWidth = 20;
    private const string EraseLine = "\r\e[2K";

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private readonly Lock _lock = new();
    private long _shownAt;
    private bool _visible;

    /// <summary>Shows a record, at most ten times a second.</summary>
    /// <param name="record">The record.</param>
    public void Show(ProgressRecord record)
    {
        if (!profile.OutputSequences)
            return;

        lock (_lock)
        {
            if (record.RecordType == ProgressRecordType.Completed)
            {
                Clear();
                return;
            }

            long now = Environment.TickCount64;
            if (_visible && now - _shownAt < Interval.TotalMilliseconds)
                return;
            _shownAt = now;
            _visible = true;
            output.Write(EraseLine + Text(record, profile.CurrentWidth() - 1));
            output.Flush();
        }
    }

    /// <summary>Removes the line.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            if (!_visible)
                return;
            _visible = false;
            output.Write(EraseLine);
        }
    }

    /// <summary>Gets the line for a record.</summary>
    /// <param name="record">The record.</param>
    /// <param name="width">The columns there are.</param>
    /// <returns>The text, no wider than that.</returns>
    internal static string Text(ProgressRecord record, int width)
    {
        string text = record.Activity;
        if (record.PercentComplete >= 0)
        {
            int filled = Math.Clamp(record.PercentComplete * BarWidth / 100, 0, BarWidth);
            text += $" [{new string('=', filled)}{new string(' ', BarWidth - filled)}] {record.PercentComplete} %";
        }

        if (!string.IsNullOrWhiteSpace(record.StatusDescription))
            text += " " + record.StatusDescription;
        if (!string.IsNullOrWhiteSpace(record.CurrentOperation))
            text += ": " + record.CurrentOperation;
        if (record.SecondsRemaining >= 0)
            text += $" ({TimeSpan.FromSeconds(record.SecondsRemaining):h\\:mm\\:ss} left)";
        text = text.ReplaceLineEndings(" ");
        return text.Length <= width ? text : text[..Math.Max(0, width - 1)] + "…";
    }
}

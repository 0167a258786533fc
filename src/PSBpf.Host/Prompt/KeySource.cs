using RadLine;

namespace PSBpf.Host.Prompt;

/// <summary>The keyboard, as the line editor reads it.</summary>
/// <remarks>
/// RadLine polls for keys, goes on in another thread when none waits, and when it reads one also takes all others that wait,
/// which it drops when the line ends: of several pasted lines only the first would arrive. So it is told that a key waits,
/// then that no other does: it reads one key after the other, and waits for them, in the thread that called it.
/// </remarks>
internal sealed class KeySource : IInputSource
{
    private bool _answered;

    /// <inheritdoc/>
    public bool ByPassProcessing => true;

    /// <inheritdoc/>
    public bool IsKeyAvailable()
    {
        bool waits = !_answered;
        _answered = false;
        return waits;
    }

    /// <inheritdoc/>
    public ConsoleKeyInfo ReadKey()
    {
        ConsoleKeyInfo key = Console.ReadKey(intercept: true);
        _answered = true;

        // Alt with a letter is a command, which the editor knows by having no character; AltGr (Ctrl and Alt) makes one.
        bool command = key.Modifiers.HasFlag(ConsoleModifiers.Alt) && !key.Modifiers.HasFlag(ConsoleModifiers.Control);
        return command
            ? new ConsoleKeyInfo('\0', key.Key, key.Modifiers.HasFlag(ConsoleModifiers.Shift), alt: true, control: false)
            : key;
    }
}

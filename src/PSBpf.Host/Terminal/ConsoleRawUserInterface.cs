using System.Management.Automation.Host;

namespace PSBpf.Host.Terminal;

/// <summary>The console below the text: sizes, cursor and keys.</summary>
/// <param name="profile">What the output can do.</param>
internal sealed class ConsoleRawUserInterface(TerminalProfile profile) : PSHostRawUserInterface
{
    /// <summary>The value that stands for "whatever the terminal has", as a Unix console reports it.</summary>
    public const ConsoleColor NoColour = (ConsoleColor)(-1);

    /// <inheritdoc/>
    public override ConsoleColor ForegroundColor { get; set; } = NoColour;

    /// <inheritdoc/>
    public override ConsoleColor BackgroundColor { get; set; } = NoColour;

    /// <inheritdoc/>
    public override Size BufferSize
    {
        get => new(OutputCapture.Current?.BufferWidth ?? profile.CurrentWidth(), profile.CurrentHeight());
        set => throw Unsupported("set the buffer's size");
    }

    /// <inheritdoc/>
    public override Size WindowSize
    {
        get => new(profile.CurrentWidth(), profile.CurrentHeight());
        set => throw Unsupported("set the window's size");
    }

    /// <inheritdoc/>
    public override Size MaxPhysicalWindowSize => WindowSize;

    /// <inheritdoc/>
    public override Size MaxWindowSize => WindowSize;

    /// <inheritdoc/>
    public override Coordinates WindowPosition
    {
        get => new(0, 0);
        set => throw Unsupported("move the window");
    }

    /// <inheritdoc/>
    public override Coordinates CursorPosition
    {
        get
        {
            if (Console.IsOutputRedirected)
                return new Coordinates(0, 0);
            (int left, int top) = Console.GetCursorPosition();
            return new Coordinates(left, top);
        }

        set
        {
            if (!Console.IsOutputRedirected)
                Console.SetCursorPosition(value.X, value.Y);
        }
    }

    /// <inheritdoc/>
    public override int CursorSize
    {
        get => 25;
        set => throw Unsupported("set the cursor's size");
    }

    /// <inheritdoc/>
    public override bool KeyAvailable => !Console.IsInputRedirected && Console.KeyAvailable;

    /// <inheritdoc/>
    public override string WindowTitle
    {
        get => OperatingSystem.IsWindows() ? Console.Title : string.Empty; // only Windows can read it back
        set
        {
            if (profile.OutputSequences && value is not null)
                Console.Title = value;
        }
    }

    /// <inheritdoc/>
    public override KeyInfo ReadKey(ReadKeyOptions options)
    {
        if (!profile.Interactive || Console.IsInputRedirected)
            throw new PSHostNotInteractiveException("A key was asked for, but there is no keyboard to read it from.");
        ConsoleKeyInfo key = Console.ReadKey(intercept: (options & ReadKeyOptions.NoEcho) != 0);
        return new KeyInfo((int)key.Key, key.KeyChar, Modifiers(key.Modifiers), keyDown: true);
    }

    /// <inheritdoc/>
    public override void FlushInputBuffer()
    {
        while (KeyAvailable)
            _ = Console.ReadKey(intercept: true);
    }

    /// <inheritdoc/>
    /// <remarks>Clear-Host fills the whole buffer on Windows, which names it by −1 on every side; nothing else is done here.</remarks>
    public override void SetBufferContents(Rectangle rectangle, BufferCell fill)
    {
        if (rectangle is not { Left: -1, Top: -1, Right: -1, Bottom: -1 })
            throw Unsupported("fill a part of the screen");
        if (!Console.IsOutputRedirected)
            Console.Clear();
    }

    /// <inheritdoc/>
    public override void SetBufferContents(Coordinates origin, BufferCell[,] contents) => throw Unsupported("write cells to the screen");

    /// <inheritdoc/>
    public override BufferCell[,] GetBufferContents(Rectangle rectangle) => throw Unsupported("read the screen back");

    /// <inheritdoc/>
    public override void ScrollBufferContents(Rectangle source, Coordinates destination, Rectangle clip, BufferCell fill) =>
        throw Unsupported("scroll a part of the screen");

    /// <inheritdoc/>
    public override int LengthInBufferCells(char source) => CharacterCells.Width(source);

    /// <inheritdoc/>
    public override int LengthInBufferCells(string source, int offset)
    {
        int cells = 0;
        foreach (char character in source.AsSpan(offset))
            cells += CharacterCells.Width(character);
        return cells;
    }

    /// <inheritdoc/>
    public override int LengthInBufferCells(string source) => LengthInBufferCells(source, 0);

    private static ControlKeyStates Modifiers(ConsoleModifiers modifiers)
    {
        ControlKeyStates states = 0;
        if (modifiers.HasFlag(ConsoleModifiers.Shift))
            states |= ControlKeyStates.ShiftPressed;
        if (modifiers.HasFlag(ConsoleModifiers.Alt))
            states |= ControlKeyStates.LeftAltPressed;
        if (modifiers.HasFlag(ConsoleModifiers.Control))
            states |= ControlKeyStates.LeftCtrlPressed;
        return states;
    }

    private static NotSupportedException Unsupported(string what) => new($"This console cannot {what}.");
}

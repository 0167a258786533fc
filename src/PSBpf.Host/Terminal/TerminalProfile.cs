namespace PSBpf.Host.Terminal;

/// <summary>What the place that output goes to can do.</summary>
public sealed record TerminalProfile
{
    private const int DefaultWidth = 120;
    private const int DefaultHeight = 40;

    /// <summary>Gets a profile for output that nobody watches: no colours, 120 columns, no questions.</summary>
    public static TerminalProfile Plain { get; } = new();

    /// <summary>Gets a value indicating whether escape sequences may be written to the output.</summary>
    public bool OutputSequences { get; init; }

    /// <summary>Gets a value indicating whether escape sequences may be written to the error output.</summary>
    public bool ErrorSequences { get; init; }

    /// <summary>Gets a value indicating whether a person can answer questions.</summary>
    public bool Interactive { get; init; }

    /// <summary>Gets the width in columns; null follows the console's window.</summary>
    public int? Width { get; init; } = DefaultWidth;

    /// <summary>Gets the height in lines; null follows the console's window.</summary>
    public int? Height { get; init; } = DefaultHeight;

    /// <summary>Reads the profile of this process's console.</summary>
    /// <param name="nonInteractive">Whether the user asked not to be asked.</param>
    /// <returns>The profile.</returns>
    /// <remarks>NO_COLOR (no-color.org) and TERM=dumb turn escape sequences off.</remarks>
    public static TerminalProfile Detect(bool nonInteractive)
    {
        bool colours = string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"))
            && Environment.GetEnvironmentVariable("TERM") is not "dumb";
        bool window = !Console.IsOutputRedirected;
        return new TerminalProfile
        {
            OutputSequences = colours && window,
            ErrorSequences = colours && !Console.IsErrorRedirected,
            Interactive = !nonInteractive,
            Width = window ? null : EnvironmentColumns(),
            Height = window ? null : DefaultHeight,
        };
    }

    /// <summary>Gets the width to lay output out for, in columns.</summary>
    /// <returns>The width, at least 1.</returns>
    internal int CurrentWidth() => Width ?? Window(static () => Console.WindowWidth, DefaultWidth);

    /// <summary>Gets the height of a page, in lines.</summary>
    /// <returns>The height, at least 1.</returns>
    internal int CurrentHeight() => Height ?? Window(static () => Console.WindowHeight, DefaultHeight);

    // COLUMNS is what shells and continuous-integration systems set for programs whose output they collect.
    private static int EnvironmentColumns() =>
        int.TryParse(Environment.GetEnvironmentVariable("COLUMNS"), out int columns) && columns > 0 ? columns : DefaultWidth;

    private static int Window(Func<int> read, int otherwise)
    {
        try
        {
            int size = read();
            return size > 0 ? size : otherwise;
        }
        catch (IOException)
        {
            return otherwise; // the window went away
        }
    }
}

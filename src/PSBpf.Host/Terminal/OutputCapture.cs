namespace PSBpf.Host.Terminal;

/// <summary>Diverts what the engine's formatter writes to the host into a text, for Out-String and Out-File.</summary>
/// <remarks>
/// The formatter of System.Management.Automation writes only to a host. It does so on the thread of the cmdlet that drives it,
/// so a capture belongs to a thread, and other threads go on writing to the console meanwhile.
/// </remarks>
internal sealed class OutputCapture : IDisposable
{
    [ThreadStatic]
    private static OutputCapture? s_current;

    private readonly OutputCapture? _outer;

    /// <summary>Initializes a new instance of the <see cref="OutputCapture"/> class and makes it this thread's.</summary>
    /// <param name="writer">What receives the text.</param>
    /// <param name="bufferWidth">The width of the buffer that the formatter believes to write to.</param>
    public OutputCapture(TextWriter writer, int bufferWidth)
    {
        Writer = writer;
        BufferWidth = bufferWidth;
        _outer = s_current;
        s_current = this;
    }

    /// <summary>Gets this thread's capture, or null when it writes to the console.</summary>
    public static OutputCapture? Current => s_current;

    /// <summary>Gets what receives the text.</summary>
    public TextWriter Writer { get; }

    /// <summary>Gets the width of the buffer that the formatter believes to write to.</summary>
    public int BufferWidth { get; }

    /// <summary>Ends the capture.</summary>
    public void Dispose() => s_current = _outer;
}

namespace PSBpf.Host.Execution;

/// <summary>Makes Ctrl+C stop what a session runs instead of ending the process.</summary>
internal sealed class InterruptKey : IDisposable
{
    private readonly HostSession _session;
    private readonly bool _prompt;

    /// <summary>Initializes a new instance of the <see cref="InterruptKey"/> class and begins to listen.</summary>
    /// <param name="session">What to stop.</param>
    /// <param name="prompt">Whether a prompt survives the key; otherwise pressing it again ends a process that does not stop.</param>
    public InterruptKey(HostSession session, bool prompt)
    {
        _session = session;
        _prompt = prompt;
        Console.CancelKeyPress += OnKey;
    }

    /// <summary>Gets a value indicating whether the key has been pressed.</summary>
    public bool Pressed { get; private set; }

    /// <summary>Ends listening.</summary>
    public void Dispose() => Console.CancelKeyPress -= OnKey;

    private void OnKey(object? sender, ConsoleCancelEventArgs key)
    {
        bool again = Pressed;
        Pressed = true;
        key.Cancel = true;
        if (!_session.Interrupt() && again && !_prompt)
            key.Cancel = false; // .NET then ends the process with 130
    }
}

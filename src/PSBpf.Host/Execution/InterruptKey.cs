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

    /// <summary>Ends listening.</summary>
    public void Dispose() => Console.CancelKeyPress -= OnKey;

    private void OnKey(object? sender, ConsoleCancelEventArgs key)
    {
        // What does not stop, or has not begun, ends with the process (.NET gives 130); a prompt stays.
        key.Cancel = _session.Interrupt() || _prompt;
    }
}

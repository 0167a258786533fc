namespace PSBpf.Hosting;

/// <summary>Makes script engines; supplied by an adapter.</summary>
public interface IScriptRuntime
{
    /// <summary>Starts an engine on the calling thread, which is the one thread that uses it.</summary>
    /// <param name="limits">What its guest may take.</param>
    /// <param name="modules">Finds what scripts import.</param>
    /// <param name="host">Answers what the guest asks for: an operation and its arguments as text; it never throws.</param>
    IScriptEngine Create(ScriptLimits limits, ScriptModules modules, Func<string, string, string> host);
}

/// <summary>An engine with one guest. Each call throws <see cref="ScriptFaultException"/> when the guest fails or takes too much.</summary>
public interface IScriptEngine : IDisposable
{
    /// <summary>Runs a script up to its end or its first wait.</summary>
    /// <param name="watched">The source whose events go to what the script exports as default; null when it subscribes itself.</param>
    /// <param name="limit">How long the guest may run.</param>
    void Start(string? watched, TimeSpan limit);

    /// <summary>Hands a batch of events over.</summary>
    /// <param name="subscription">Whose they are.</param>
    /// <param name="batch">The events.</param>
    /// <param name="dropped">How many were lost up to now.</param>
    /// <param name="limit">How long one callback may run.</param>
    void Load(int subscription, ScriptBatch batch, long dropped, TimeSpan limit);

    /// <summary>Has the guest handle events of the batch.</summary>
    /// <param name="subscription">Whose they are.</param>
    /// <param name="start">The first that it has not seen.</param>
    /// <param name="limit">How long one callback may run.</param>
    /// <returns>The first that is left.</returns>
    int Run(int subscription, int start, TimeSpan limit);

    /// <summary>Tells that a timer is due.</summary>
    void Fire(int timer, TimeSpan limit);

    /// <summary>How many promises the host waits for.</summary>
    int Pending(TimeSpan limit);

    /// <summary>Ends what the guest is doing, from any thread.</summary>
    void Interrupt();
}

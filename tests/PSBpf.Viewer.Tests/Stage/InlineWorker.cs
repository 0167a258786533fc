namespace PSBpf.Viewer.Tests;

/// <summary>Does the work at once, so that a test knows when it is done; or keeps it until the test says.</summary>
internal sealed class InlineWorker : IWorker
{
    private readonly Queue<Action> _waiting = new();

    /// <summary>Whether work waits for <see cref="Finish"/>.</summary>
    public bool Holds { get; set; }

    public void Run<T>(Func<T> work, Action<T> done, Action<Exception> failed)
    {
        void Now()
        {
            T result;
            try
            {
                result = work();
            }
            catch (Exception exception)
            {
                failed(exception);
                return;
            }

            done(result);
        }

        if (Holds) _waiting.Enqueue(Now);
        else Now();
    }

    public void Finish()
    {
        while (_waiting.TryDequeue(out var work)) work();
    }
}

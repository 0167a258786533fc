namespace PSBpf.Viewer;

/// <summary>A look at something that changes: one at a time, so that a slow one delays the next and nothing else.</summary>
internal sealed class Look<T>(IWorker worker, Action<T> done, Action<Exception> failed)
{
    /// <summary>Whether one is under way.</summary>
    public bool IsBusy { get; private set; }

    /// <summary>Looks, unless one is under way.</summary>
    public void Take(Func<T> read)
    {
        if (IsBusy) return;
        IsBusy = true;
        worker.Run(
            read,
            result =>
            {
                IsBusy = false;
                done(result);
            },
            exception =>
            {
                IsBusy = false;
                failed(exception);
            });
    }
}

namespace PSBpf.Viewer;

/// <summary>A worker on the thread pool.</summary>
/// <param name="post">Brings an action to the screen's thread.</param>
internal sealed class PoolWorker(Action<Action> post) : IWorker
{
    public void Run<T>(Func<T> work, Action<T> done, Action<Exception> failed) =>
        ThreadPool.QueueUserWorkItem(_ =>
        {
            try
            {
                T result = work();
                post(() => done(result));
            }
            catch (Exception exception)
            {
                // Whatever went wrong is shown and the top goes on.
                post(() => failed(exception));
            }
        });
}

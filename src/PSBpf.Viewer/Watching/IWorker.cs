namespace PSBpf.Viewer;

/// <summary>Does what may take long away from the screen and brings what came out back to it.</summary>
internal interface IWorker
{
    /// <summary>Runs work elsewhere, then the one or the other on the screen's thread.</summary>
    void Run<T>(Func<T> work, Action<T> done, Action<Exception> failed);
}

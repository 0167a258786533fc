using System.Runtime.ExceptionServices;
using PSBpf.Diagnostics;

namespace PSBpf.Hosting;

/// <summary>The source's thread.</summary>
public sealed partial class BpfSource
{
    private ExceptionDispatchInfo? _broken;

    private void Run()
    {
        var end = SourceState.Failed;
        try
        {
            Send(_stopping.Token);
            end = _stopping.IsCancellationRequested ? SourceState.Stopped : SourceState.Finished;
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            end = SourceState.Stopped;
        }
        catch (BpfException exception)
        {
            Error = exception.Diagnostic;
        }
#pragma warning disable CA1031 // Nobody stands above a thread: what escapes here ends the process.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Error = DiagnosticRules.SourceFailed.At($"Source '{Name}' (id {Id}) ended at packet {Packets + 1}: {exception.GetType().Name}: {exception.Message}");
        }
        finally
        {
            _feed.Dispose();
            Volatile.Write(ref _end, _clock.Now);
            _state = end;
            _ended.Set();
        }
    }

    private void Send(CancellationToken stop)
    {
        var batch = new ReadOnlyMemory<byte>[Batch];
        long limit = _options.Count ?? long.MaxValue, sent = 0;
        _pace.Start(_clock.Now);
        bool more = TryTake(out var next);
        while (more && !stop.IsCancellationRequested)
        {
            int count = 0;
            long now = _pace.IsFree ? 0 : _clock.Now;
            if (!_pace.IsFree) _pace.Check(now, _pace.Due(sent, next));
            while (more && count < Batch && (_pace.IsFree || _pace.Due(sent + count, next) <= now))
            {
                batch[count++] = next.Data;
                if (sent + count == limit)
                {
                    more = false;
                    break;
                }

                more = TryTake(out next);
            }

            if (count == 0)
            {
                _clock.WaitUntil(_pace.Due(sent, next), stop);
                continue;
            }

            _injector.Inject(batch.AsSpan(0, count), stop);
            sent += count;
        }

        _broken?.Throw();
    }

    // What goes wrong with a packet waits until those before it have arrived.
    private bool TryTake(out FeedPacket packet)
    {
        packet = default;
        try
        {
            return _feed.TryTake(out packet);
        }
#pragma warning disable CA1031 // It is thrown again.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _broken = ExceptionDispatchInfo.Capture(exception);
            return false;
        }
    }
}

using System.Diagnostics.Tracing;
using System.Runtime.InteropServices;
using PSBpf.Kernel;

namespace PSBpf.Runtime.Jit;

/// <summary>
/// Learns where the machine code of dynamic methods lies: nothing hands it out, but the runtime announces every
/// method that it compiled.
/// </summary>
internal sealed class NativeCodeListener : EventListener
{
    private const EventKeywords JitKeyword = (EventKeywords)0x10;
    private const string Runtime = "Microsoft-Windows-DotNETRuntime", MethodLoaded = "MethodLoadVerbose";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, (ulong Address, int Size)> _found = new(StringComparer.Ordinal);

    /// <summary>The machine code of methods that were compiled since the listener began. Copies it, as it goes with its method.</summary>
    public IReadOnlyList<NativeCode> Collect(IReadOnlyList<CompiledMethod> methods)
    {
        // Events arrive on a thread of the runtime's, a little later.
        long start = System.Environment.TickCount64;
        while (Missing(methods) && System.Environment.TickCount64 - start < Patience.TotalMilliseconds) Thread.Sleep(5);
        var code = new List<NativeCode>(methods.Count);
        lock (_lock)
        {
            foreach (var method in methods)
            {
                if (!_found.TryGetValue(method.Method.Name, out var place)) continue;
                var bytes = new byte[place.Size];
                Marshal.Copy((nint)place.Address, bytes, 0, bytes.Length);
                code.Add(new NativeCode
                {
                    Name = method.Name,
                    Address = place.Address,
                    Bytes = bytes,
                    Intermediate = method.Intermediate,
                    // The runtime does not say which instruction each byte comes from (docs/jit.md); where the method begins is known.
                    Points = method.Slots.Count > 0 ? [new NativeCodePoint(0, method.Slots.Min())] : [],
                });
            }
        }

        return code;
    }

    /// <inheritdoc/>
    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name == Runtime) EnableEvents(eventSource, EventLevel.Verbose, JitKeyword);
    }

    /// <inheritdoc/>
    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        if (eventData.EventName?.StartsWith(MethodLoaded, StringComparison.Ordinal) != true || eventData.Payload is not { } payload) return;
        var names = eventData.PayloadNames!;
        string name = (string)payload[names.IndexOf("MethodName")]!;
        ulong address = (ulong)payload[names.IndexOf("MethodStartAddress")]!;
        int size = (int)(uint)payload[names.IndexOf("MethodSize")]!;
        lock (_lock) _found[name] = (address, size);
    }

    private bool Missing(IReadOnlyList<CompiledMethod> methods)
    {
        lock (_lock) return methods.Any(method => !_found.ContainsKey(method.Method.Name));
    }
}

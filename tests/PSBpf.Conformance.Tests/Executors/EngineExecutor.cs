using PSBpf.Conformance.Tests.Format;
using PSBpf.Diagnostics;
using PSBpf.Runtime.Conformance;
using PSBpf.Uapi;

namespace PSBpf.Conformance.Tests.Executors;

/// <summary>One of the managed engine's executors that check memory.</summary>
internal sealed class EngineExecutor(string name) : IExecutor
{
    private readonly ConformanceEngine _engine = new(name);

    public IPreparedProgram? Prepare(VectorSection section, out string? refusal)
    {
        try
        {
            refusal = null;
            bool packet = section.Kind == VectorKind.Packet;
            return new Prepared(_engine.Load(section.Instructions, packet ? ProgramType.SocketFilter : ProgramType.Unspecified), packet);
        }
        catch (BpfException error)
        {
            refusal = error.Message;
            return null;
        }
    }

    public void Dispose()
    {
    }

    private sealed class Prepared(ConformanceProgram program, bool packet) : IPreparedProgram
    {
        public int ResultBits => 64;

        public bool StopsFaults => true;

        public ulong? Run(byte[] memory)
        {
            try
            {
                return program.Run(packet ? Ethernet.Frame(memory) : memory, TestContext.Current.CancellationToken);
            }
            catch (BpfException error) when (error.Id == DiagnosticRules.MemoryFault.Id)
            {
                return null;
            }
        }

        public void Dispose()
        {
        }
    }
}

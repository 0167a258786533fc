using PSBpf.Runtime.Environment;
using PSBpf.Runtime.Interpreter;
using PSBpf.Runtime.Maps;

namespace PSBpf.Runtime.Runs;

/// <summary>Callbacks of timers: a function of a program runs by itself, in the interpreter.</summary>
internal sealed unsafe partial class RunState
{
    private ulong _calledKey;
    private uint _calledKeyLength;

    /// <summary>Calls a timer's function with its map, key and value.</summary>
    /// <exception cref="Diagnostics.BpfException">BPF2101 and BPF2102.</exception>
    public void CallBack(ExecutableProgram program, ExecutionEnvironment environment, int function, MapTimer timer)
    {
        Begin(program, environment, interpret: true, CancellationToken.None);
        var none = default(NoObserver);
        fixed (byte* key = timer.Key)
        {
            _calledKey = (ulong)key;
            _calledKeyLength = (uint)timer.Key.Length;
            try
            {
                Interpret(timer.Map.Handle, _calledKey, timer.Value, function, ref none);
            }
            finally
            {
                _calledKeyLength = 0;
            }
        }
    }
}

using PSBpf.Runtime.Helpers;
using PSBpf.Runtime.Jit;
using PSBpf.Runtime.Jit.Emit;
using PSBpf.Runtime.Statistics;

namespace PSBpf.Runtime.Interpreter;

/// <summary>The machine code of a program: made when it is wanted, by whoever wants it first.</summary>
internal sealed unsafe partial class ExecutableProgram
{
    private readonly Lock _compiling = new();
    private CompiledProgram? _compiled, _unchecked, _direct;
    private volatile bool _isCompilable = true;
    private ProgramToken? _token;
    private int _runs;

    /// <summary>Its machine code; null while it has none.</summary>
    public CompiledProgram? Compiled => Volatile.Read(ref _compiled);

    /// <summary>The same to be run: with a way in that measures runs while somebody wants to know how long they take. Nothing has to be asked for that.</summary>
    public CompiledProgram? Direct => Volatile.Read(ref _direct);

    /// <summary>What it did. Runs are counted always, measured only where <see cref="SetTimed"/> says so.</summary>
    public ProgramStatistics Statistics { get; } = new();

    /// <summary>Its machine code without checks, in which tail calls go on; null while it has none.</summary>
    public CompiledProgram? Unchecked => Volatile.Read(ref _unchecked);

    /// <summary>Why it is not compiled, although it was tried; empty otherwise.</summary>
    public string NotCompiledBecause { get; private set; } = "";

    /// <summary>Compiles it, unless that was done or cannot be done. A program that nobody verified is compiled with checks.</summary>
    public CompiledProgram? Compile(JitOptions options)
    {
        if (Compiled is not null || !_isCompilable) return Compiled;
        lock (_compiling)
        {
            if (Compiled is not null || !_isCompilable) return Compiled;
            bool isChecked = options.Checked || !_isVerified;
            try
            {
                var compiled = isChecked ? Translate(options, isChecked) : CompileUnchecked(options);
                Volatile.Write(ref _compiled, compiled);
                Volatile.Write(ref _direct, Statistics.IsTimed ? compiled?.Measured() : compiled);
            }
            catch (NotCompilableException exception)
            {
                NotCompiledBecause = exception.Message;
                _isCompilable = false;
            }

            return Compiled;
        }
    }

    /// <summary>Begins or ends to measure runs.</summary>
    public void SetTimed(bool timed)
    {
        lock (_compiling)
        {
            Statistics.IsTimed = timed;
            Volatile.Write(ref _direct, timed ? _compiled?.Measured() : _compiled);
        }
    }

    /// <summary>Compiles a verified program for a tail call from one that was compiled without checks.</summary>
    public CompiledProgram CompileUnchecked(JitOptions options)
    {
        if (!_isVerified) throw new InvalidOperationException($"Program '{Name}' was not verified.");
        lock (_compiling)
        {
            if (Unchecked is { } done) return done;
            var compiled = Translate(options, isChecked: false);
            Volatile.Write(ref _unchecked, compiled);
            return compiled;
        }
    }

    /// <summary>Counts a run that was interpreted; after some it is compiled on another thread.</summary>
    public void CountRun(JitOptions options)
    {
        if (!_isCompilable || options.Mode == JitMode.Off || ++_runs != options.BackgroundAfterRuns) return;
        ThreadPool.UnsafeQueueUserWorkItem(static state => state.Program.Compile(state.Options), (Program: this, Options: options), preferLocal: false);
    }

    private CompiledProgram Translate(JitOptions options, bool isChecked) => JitCompiler.Compile(
        new JitInput
        {
            Name = Name,
            Code = _decoded,
            Facts = _facts,
            Maps = Maps,
            View = View,
            Type = Type,
            Checked = isChecked,
            Token = (_token ??= new ProgramToken(this)).Value,
            LargestPiece = options.LargestPiece,
            HasOwnHelpers = !ReferenceEquals(Helpers, HelperSet.All),
        },
        options.Mode == JitMode.Debug);
}

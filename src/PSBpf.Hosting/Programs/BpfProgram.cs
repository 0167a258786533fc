using System.Collections;
using PSBpf.Diagnostics;
using PSBpf.Kernel;
using PSBpf.Objects;
using PSBpf.Runtime;
using PSBpf.Uapi;

namespace PSBpf.Hosting;

/// <summary>A program in a session. Thread-safe.</summary>
public sealed partial class BpfProgram
{
    private readonly IKernelProgram _program;
    private readonly IReadOnlyList<BpfMap> _maps;
    private volatile bool _removed;

    internal BpfProgram(BpfSession session, int id, BpfKernelKind kernel, IKernelProgram program, LoadedObject origin, IReadOnlyList<BpfMap> maps)
    {
        Session = session;
        Id = id;
        Kernel = kernel;
        Origin = origin;
        _program = program;
        _maps = maps;
        Maps = [.. maps.Where(map => !map.Spec.IsGlobalData).Select(map => map.Name)];
    }

    /// <summary>Id, unique in its session.</summary>
    public int Id { get; }

    /// <summary>Its id in its kernel.</summary>
    public int KernelId => _program.Id;

    /// <summary>The name of its C function.</summary>
    public string Name => Spec.Name;

    /// <summary>BPF_PROG_TYPE_*.</summary>
    public ProgramType Type => Spec.Type;

    /// <summary>Its ELF section; empty for programs that came from no object.</summary>
    public string Section => Spec.Section;

    /// <summary>How many instruction slots it has, subprograms included.</summary>
    public int InstructionCount => Spec.Instructions.Length;

    /// <summary>How far it has come.</summary>
    public ProgramState State =>
        _removed ? ProgramState.Removed : Session.HasLinks(this) ? ProgramState.Attached
        : CompiledState.IsCompiled(_program, Session.Options.Jit) ? ProgramState.Compiled : ProgramState.Verified;

    /// <summary>Names of the maps it uses, those of global variables left out; <see cref="GetMaps"/> gives the maps.</summary>
    public IReadOnlyList<string> Maps { get; }

    /// <summary>Names of the hooks it is attached to; <see cref="GetLinks"/> gives the links.</summary>
    public IReadOnlyList<string> Links => [.. GetLinks().Select(link => link.Hook)];

    /// <summary>Which kernel holds it.</summary>
    public BpfKernelKind Kernel { get; }

    /// <summary>The object file it came from; null when it came from memory.</summary>
    public string? Path => Spec.Path;

    /// <summary>
    /// The global variables that it uses, by name, with their values of now. Setting one writes it, while programs run too: BPF0307 when
    /// there is no such variable, BPF0202 when the value does not fit its type, BPF2003 when it is a constant. Structures and arrays that
    /// come out are copies: set the variable to the changed one.
    /// </summary>
    public IDictionary Variables => new GlobalVariables(Name, _removed ? [] : _maps);

    internal BpfSession Session { get; }

    internal LoadedObject Origin { get; }

    internal ProgramSpec Spec => _program.Spec;

    internal IKernelProgram KernelProgram => _removed ? throw Gone() : _program;

    /// <summary>The maps it uses, those of global variables included.</summary>
    public IReadOnlyList<BpfMap> GetMaps() => _maps;

    /// <summary>A map it uses, by name.</summary>
    /// <exception cref="BpfException">BPF4001, when it uses none of that name.</exception>
    public BpfMap GetMap(string name) => _maps.FirstOrDefault(map => map.Name == name)
        ?? throw DiagnosticRules.NameNotFound.Error(
            $"Program '{Name}' uses no map '{name}'; it uses {(_maps.Count == 0 ? "none" : string.Join(", ", _maps.Select(map => map.Name)))}.");

    /// <summary>Its links.</summary>
    public IReadOnlyList<BpfLink> GetLinks() => Session.LinksOf(this);

    /// <summary>The report of the verifier that accepted it.</summary>
    public BpfVerification GetVerification() => _program.Verification;

    /// <summary>Runs it once on a packet, as BPF_PROG_TEST_RUN does; it need not be attached.</summary>
    /// <param name="packet">The packet's bytes.</param>
    /// <param name="options">How to run; null for once, compiled.</param>
    /// <param name="cancellation">Stops a long run.</param>
    public BpfRunResult Run(ReadOnlyMemory<byte> packet, RunOptions? options = null, CancellationToken cancellation = default)
    {
        options ??= RunOptions.Default;
        var context = Prepare(options, packet.Length);
        var request = new TestRunRequest { Data = packet, Context = context.Bytes, Repeat = options.Repeat, Interpret = options.Interpret };
        try
        {
            var result = KernelProgram is ManagedProgram managed ? managed.TestRun(request, context.Memory, cancellation) : KernelProgram.TestRun(request, cancellation);
            return BpfRunResult.From(this, result, options.Repeat);
        }
        catch (ObjectDisposedException)
        {
            throw Gone();
        }
    }

    /// <summary>Lays a context out as it would get it.</summary>
    /// <param name="context">The context.</param>
    /// <param name="packetLength">Bytes of the packet beside it.</param>
    /// <exception cref="BpfException">BPF2104, BPF0202: a name that there is not, a value that does not fit; text, which needs memory beside the context.</exception>
    public byte[] LayOut(BpfContext context, int packetLength)
    {
        ArgumentNullException.ThrowIfNull(context);
        var prepared = context.Prepare(Spec, "", "", packetLength);
        return prepared.Memory.Count == 0 ? prepared.Bytes : throw DiagnosticRules.RunInput.Error("A context by itself has no memory for what it points to.", action: "Pass addresses, and the bytes as -Environment @{ Memory = … }.");
    }

    /// <summary>Takes it out of the session; maps that only it used go with it.</summary>
    /// <param name="force">Also remove its links; without it an attached program is an error.</param>
    /// <exception cref="BpfException">BPF4004, when it is attached and <paramref name="force"/> is false.</exception>
    public void Remove(bool force = false) => Session.Remove(this, force);

    /// <inheritdoc/>
    public override string ToString() => Name;

    internal bool HasKernelId(int id) => !_removed && _program.Id == id;

    internal BpfException Gone() =>
        DiagnosticRules.ProgramRemoved.Error($"Program '{Name}' (id {Id}) has been removed.", new DiagnosticLocation { Program = Name });

    internal void Close()
    {
        if (_removed) return;
        _removed = true;
        _program.Dispose();
    }

    private PreparedContext Prepare(RunOptions options, int packetLength)
    {
        if (options.Input is null) return new PreparedContext(options.Context.ToArray(), []);
        var prepared = options.Input.Prepare(Spec, "", "", packetLength);
        if (prepared.Memory.Count > 0 && Kernel == BpfKernelKind.Linux)
            throw DiagnosticRules.RunInput.Error("The Linux kernel has no memory for what a context points to.", action: "Pass addresses that are valid there, or run the program in the managed engine.");
        return prepared;
    }
}

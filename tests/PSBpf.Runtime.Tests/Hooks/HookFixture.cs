using PSBpf.Isa;
using PSBpf.Kernel;
using PSBpf.Objects;
using PSBpf.Runtime.Hooks;
using PSBpf.Uapi;

namespace PSBpf.Runtime.Tests.Hooks;

/// <summary>A kernel, and programs for it from a few lines.</summary>
public abstract class HookFixture : IDisposable
{
    private readonly List<ManagedProgram> _programs = [];

    protected ManagedKernel Kernel { get; } = new(new ManagedKernelOptions { PossibleCpus = 4 });

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        foreach (var program in _programs) program.Dispose();
        Kernel.Dispose();
        GC.SuppressFinalize(this);
    }

    protected ManagedProgram Load(string name, ProgramType type, string text, AttachType attach = default)
    {
        var spec = new ProgramSpec { Name = name, Type = type, ExpectedAttachType = attach, Instructions = Assembler.Assemble(text).Instructions };
        var result = Kernel.LoadProgram(spec, [], ProgramLoadOptions.Default, Cancellation);
        Assert.True(result.Program is not null, result.Verification.Message + string.Join(", ", result.Verification.Unsupported));
        var program = (ManagedProgram)result.Program;
        _programs.Add(program);
        return program;
    }

    /// <summary>A program that only returns something.</summary>
    protected ManagedProgram Returns(int value, ProgramType type, AttachType attach = default, string? name = null) =>
        Load(name ?? $"r{(value < 0 ? "m" + -value : value)}", type, $"r0 = {value}\nexit", attach);

    protected ManagedLink Attach(ManagedProgram program, string hook, LinkOptions? options = null) => Kernel.Attach(program, HookName.Parse(hook), options);

    /// <summary>Fires a hook and tells who ran, and what the hook made of it.</summary>
    protected (string Ran, int Verdict) Fire(string hook, byte[]? packet = null, byte[]? context = null)
    {
        var found = Kernel.GetHook(HookName.Parse(hook));
        var results = found.Fire(new HookEvent { Packet = packet ?? (found.HasPacket ? new byte[64] : []), Context = context ?? [] }, out int verdict, Cancellation);
        // Nobody who looks on changes anything.
        if (context is null && packet is null && found.HasPacket) Assert.Equal(verdict, found.Inject(new byte[64], Cancellation));
        return (string.Join(' ', results.Select(result => result.Program.Spec.Name)), verdict);
    }
}

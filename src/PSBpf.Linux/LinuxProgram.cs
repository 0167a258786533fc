using System.Runtime.Versioning;
using PSBpf.Diagnostics;
using PSBpf.Kernel;
using PSBpf.Linux.Loading;
using PSBpf.Linux.Running;
using PSBpf.Linux.SystemCalls;
using PSBpf.Objects;

namespace PSBpf.Linux;

/// <summary>A program in the Linux kernel.</summary>
[SupportedOSPlatform("linux")]
public sealed class LinuxProgram : IKernelProgram
{
    private readonly BpfHandle _handle;

    internal LinuxProgram(BpfHandle handle, ProgramSpec spec, BpfVerification verification, in ProgramInfo info)
    {
        _handle = handle;
        Id = info.Id;
        Spec = spec;
        Verification = verification;
        TranslatedInstructions = (int)info.TranslatedBytes / Isa.Instruction.Size;
        NativeBytes = (int)info.NativeBytes;
    }

    /// <inheritdoc/>
    public int Id { get; }

    /// <inheritdoc/>
    public ProgramSpec Spec { get; }

    /// <inheritdoc/>
    public BpfVerification Verification { get; }

    /// <inheritdoc/>
    /// <exception cref="BpfException">BPF2105 when it has been removed, BPF3002 when the kernel refuses to show it.</exception>
    public IReadOnlyList<NativeCode> NativeCode
    {
        get
        {
            try
            {
                return NativeCodeReader.Read(_handle, Spec);
            }
            catch (ObjectDisposedException)
            {
                throw DiagnosticRules.ProgramRemoved.Error($"Program '{Spec.Name}' has been removed.");
            }
        }
    }

    /// <summary>Instruction slots after the verifier's rewriting; 0 where the kernel hides it from this process.</summary>
    public int TranslatedInstructions { get; }

    /// <summary>Bytes of machine code; 0 when the kernel's JIT compiler is off, or it hides this from this process.</summary>
    public int NativeBytes { get; }

    /// <inheritdoc/>
    /// <exception cref="BpfException">
    /// BPF2104 when the kernel does not run the program on this input, BPF2105 when it has been removed, BPF3004 when
    /// BPF_PROG_TEST_RUN does not know programs of this type.
    /// </exception>
    public TestRunResult TestRun(TestRunRequest request, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (!_handle.TryUse(out var lease))
            throw DiagnosticRules.ProgramRemoved.Error($"Program '{Spec.Name}' has been removed.");
        using (lease) return new TestRunner(Spec, lease.Descriptor).Run(request, cancellation);
    }

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();
}

using System.Reflection;

namespace PSBpf.Host.Execution;

/// <summary>
/// The conformance command. A suite starts one process for each test, so nothing of PowerShell is loaded here: the command
/// is a method of the staged module's assembly, found by name, since the host references no engine.
/// </summary>
internal static class ConformanceRun
{
    private const string AssemblyName = "PSBpf.Hosting.dll";
    private const string TypeName = "PSBpf.Hosting.ConformanceCommand";
    private const string MethodName = "Run";

    // Where PSBpf.psm1 finds the module's binaries.
    private static readonly string[] Binaries = ["module", "bin"];

    /// <summary>Runs the command on the process's own streams.</summary>
    /// <param name="arguments">What follows the word <c>conformance</c>.</param>
    /// <returns>The exit code of the process.</returns>
    public static int Execute(string[] arguments)
    {
        string? named = Environment.GetEnvironmentVariable(ModuleLoader.Variable);
        string? manifest = ModuleLoader.Find(named, AppContext.BaseDirectory);
        string? assembly = manifest is null ? null : Path.Combine([Path.GetDirectoryName(manifest)!, .. Binaries, AssemblyName]);
        if (assembly is null || !File.Exists(assembly))
        {
            Console.Error.WriteLine($"psbpf: the PSBpf module was not found: there is no {assembly ?? $"PSBpf.psd1 {(string.IsNullOrEmpty(named) ? $"beside or above {AppContext.BaseDirectory}" : $"at '{named}'")}"}.");
            Console.Error.WriteLine($"  do  dotnet build src/PSBpf.PowerShell   in the repository's folder builds it; {ModuleLoader.Variable} names another place");
            return ExitCode.Failure;
        }

        var run = Assembly.LoadFrom(assembly).GetType(TypeName, throwOnError: true)!.GetMethod(MethodName)!
            .CreateDelegate<Func<string[], TextReader, TextWriter, TextWriter, int>>();
        return run(arguments, Console.In, Console.Out, Console.Error);
    }
}

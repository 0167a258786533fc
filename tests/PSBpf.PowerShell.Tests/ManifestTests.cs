using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using System.Reflection;

namespace PSBpf.ModuleTests;

public sealed class ManifestTests : IDisposable
{
    private readonly Shell _shell = new();

    public void Dispose() => _shell.Dispose();

    [Fact]
    public void The_manifest_exports_every_cmdlet_of_the_assembly_and_nothing_else()
    {
        var cmdlets = Module.GetExportedTypes().Select(type => type.GetCustomAttribute<CmdletAttribute>()).OfType<CmdletAttribute>()
            .Select(attribute => $"{attribute.VerbName}-{attribute.NounName}").Order();
        Assert.Equal(cmdlets, Strings("CmdletsToExport").Order());
        Assert.Empty(Strings("FunctionsToExport"));
        Assert.Empty(Strings("AliasesToExport"));
        Assert.Equal(cmdlets, _shell.Get("(Get-Module PSBpf).ExportedCommands.Keys").Select(name => name.ToString()).Order());
    }

    [Fact]
    public void A_cmdlet_lives_in_a_file_of_its_name_and_uses_an_approved_verb()
    {
        var approved = typeof(VerbsCommon).Assembly.GetExportedTypes().Where(type => type.Name.StartsWith("Verbs", StringComparison.Ordinal))
            .SelectMany(type => type.GetFields()).Select(field => (string)field.GetRawConstantValue()!).ToHashSet();
        foreach (var type in Module.GetExportedTypes().Where(type => type.GetCustomAttribute<CmdletAttribute>() is not null))
        {
            var attribute = type.GetCustomAttribute<CmdletAttribute>()!;
            Assert.Equal(attribute.VerbName + attribute.NounName, type.Name);
            Assert.Equal("PSBpf.PowerShell", type.Namespace);
            Assert.True(File.Exists(Repository.Path("src", "PSBpf.PowerShell", "Cmdlets", type.Name + ".cs")), type.Name);
            Assert.Contains(attribute.VerbName, approved);
            Assert.StartsWith("Bpf", attribute.NounName, StringComparison.Ordinal);
            Assert.NotEmpty(type.GetCustomAttributes<OutputTypeAttribute>().Concat(type.Name == "UseBpfSession" ? [new OutputTypeAttribute(typeof(object))] : []));
            if (attribute.VerbName is "Add" or "Set" or "Remove" or "Import") Assert.True(attribute.SupportsShouldProcess, type.Name);
        }
    }

    [Fact]
    public void Every_output_type_has_a_view_and_the_manifest_lists_every_view()
    {
        var files = Directory.GetFiles(Repository.Path("formats")).Select(file => "formats/" + Path.GetFileName(file)).Order();
        Assert.Equal(files, Strings("FormatsToProcess").Order());
        var shown = Module.GetExportedTypes().SelectMany(type => type.GetCustomAttributes<OutputTypeAttribute>()).SelectMany(attribute => attribute.Type)
            .Select(type => type.Name).Where(name => name.StartsWith("PSBpf.", StringComparison.Ordinal)).Distinct();
        Assert.All(shown, name => Assert.Contains($"formats/{name.Split('.')[^1]}.format.ps1xml", files));
    }

    [Fact]
    public void The_module_brings_no_shell_and_no_package_of_its_own()
    {
        var staged = Directory.GetFiles(Repository.Path("module", "bin"), "*.dll").Select(Path.GetFileName);
        Assert.All(staged, file => Assert.StartsWith("PSBpf.", file, StringComparison.Ordinal));
        Assert.Equal(Repository.Path("module", "bin", "PSBpf.PowerShell.dll"), Module.Location);
    }

    [Fact]
    public void What_has_a_package_of_its_own_lies_apart_with_it()
    {
        var staged = Directory.GetFiles(Repository.Path("module", "dependencies")).Select(Path.GetFileName).Where(file => !file!.EndsWith(".pdb", StringComparison.Ordinal)).Order();
        Assert.Equal(
            [
                "ClearScript.Core.dll", "ClearScript.V8.ICUData.dll", "ClearScript.V8.dll", "ColorHelper.dll", "Iced.dll",
                "JetBrains.Annotations.dll", "Microsoft.Extensions.Configuration.Abstractions.dll", "Microsoft.Extensions.Configuration.Binder.dll",
                "Microsoft.Extensions.Configuration.FileExtensions.dll", "Microsoft.Extensions.Configuration.Json.dll",
                "Microsoft.Extensions.Configuration.dll", "Microsoft.Extensions.DependencyInjection.Abstractions.dll",
                "Microsoft.Extensions.FileProviders.Abstractions.dll", "Microsoft.Extensions.FileProviders.Physical.dll",
                "Microsoft.Extensions.FileSystemGlobbing.dll", "Microsoft.Extensions.Logging.Abstractions.dll", "Microsoft.Extensions.Options.dll",
                "Microsoft.Extensions.Primitives.dll", "Newtonsoft.Json.dll", "PSBpf.Disassembly.deps.json", "PSBpf.Disassembly.dll",
                "PSBpf.Scripting.deps.json", "PSBpf.Scripting.dll", "PSBpf.Viewer.deps.json", "PSBpf.Viewer.dll", "System.IO.Abstractions.dll",
                "Terminal.Gui.dll", "TestableIO.System.IO.Abstractions.Wrappers.dll", "TestableIO.System.IO.Abstractions.dll",
                "Testably.Abstractions.FileSystem.Interface.dll", "Wcwidth.dll",
            ],
            staged.Order(StringComparer.Ordinal));
        Assert.DoesNotContain(Module.GetReferencedAssemblies(), reference => staged.Contains(reference.Name + ".dll"));
    }

    [Fact]
    public void In_an_unbuilt_clone_the_import_says_which_command_builds_it()
    {
        var clone = Directory.CreateTempSubdirectory("psbpf-clone-");
        try
        {
            Copies.File(Repository.Manifest, clone.FullName);
            Copies.File(Repository.Path("module", "PSBpf.psm1"), Path.Combine(clone.FullName, "module"));
            Copies.Folder(Repository.Path("formats"), Path.Combine(clone.FullName, "formats"));
            using var shell = new Shell(import: false);
            var (_, errors) = shell.Run($"Import-Module '{Path.Combine(clone.FullName, "PSBpf.psd1")}'");
            var error = Assert.Single(errors);
            Assert.Contains("dotnet build PSBpf.sln", error.ToString(), StringComparison.Ordinal);
            Assert.Contains(clone.FullName, error.ToString(), StringComparison.Ordinal);
        }
        finally
        {
            clone.Delete(recursive: true);
        }
    }

    private Assembly Module => (Assembly)_shell.Get("(Get-Command Get-BpfProgram).ImplementingType.Assembly")[0].BaseObject;

    private static IEnumerable<string> Strings(string key)
    {
        var manifest = (Hashtable)Parser.ParseFile(Repository.Manifest, out _, out _).Find(node => node is HashtableAst, searchNestedScriptBlocks: false).SafeGetValue();
        return ((object[])manifest[key]!).Cast<string>();
    }
}

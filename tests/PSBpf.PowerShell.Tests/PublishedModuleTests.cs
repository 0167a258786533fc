using System.Diagnostics;

namespace PSBpf.ModuleTests;

public sealed class PublishedModuleTests : IDisposable
{
    private readonly DirectoryInfo _away = Directory.CreateTempSubdirectory("psbpf-published-");

    public void Dispose() => _away.Delete(recursive: true);

    // A process that had imported the module from the repository would use that copy again: hence a child process, with
    // a copy of the host too, so that nothing on its way leads to the repository.
    [Fact]
    public async Task The_published_folder_works_where_there_is_no_repository()
    {
        var published = Path.Combine(_away.FullName, "PSBpf");
        var host = Path.Combine(_away.FullName, "host");
        using (var shell = new Shell(import: false)) shell.Get($"& '{Repository.Path("scripts", "publish.ps1")}' -OutputPath '{published}' -NoBuild");
        Copies.Folder(AppContext.BaseDirectory, host);
        Copies.File(Path.Combine(Repository.Samples, "packet_counter.bpf.o"), _away.FullName);
        Copies.File(Path.Combine(Repository.Samples, "few-le-us.pcap"), _away.FullName);

        var (output, exit) = await Run(host, """
            $ErrorActionPreference = 'Stop'
            Import-Module ./PSBpf/PSBpf.psd1
            (Import-BpfProgram ./packet_counter.bpf.o -Attach xdp:eth0).Name
            @(Invoke-BpfHook xdp:eth0 -Path ./few-le-us.pcap).Count
            (Get-Help Get-BpfHook).Synopsis
            Get-BpfHook | Out-String -Width 100
            [AppDomain]::CurrentDomain.GetAssemblies() | ForEach-Object { $_.Location } | Where-Object { $_ -like '*PSBpf.*.dll' }
            """);
        Assert.True(exit == 0, output);
        var lines = output.ReplaceLineEndings("\n").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["packet_counter", "8", "Lists hooks, what runs on them and how often they fired."], lines[..3]);
        Assert.Contains("Mean ns", output, StringComparison.Ordinal);
        var locations = lines.Where(line => line.EndsWith(".dll", StringComparison.Ordinal)).ToArray();
        Assert.Contains(locations, location => location.EndsWith("PSBpf.Runtime.dll", StringComparison.Ordinal));
        Assert.All(locations, location => Assert.Contains(_away.Name, location, StringComparison.Ordinal));
        Assert.DoesNotContain(Repository.Root, output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_the_disassembler_everything_else_works_and_the_error_says_what_is_missing()
    {
        var published = Path.Combine(_away.FullName, "PSBpf");
        var host = Path.Combine(_away.FullName, "host");
        using (var shell = new Shell(import: false)) shell.Get($"& '{Repository.Path("scripts", "publish.ps1")}' -OutputPath '{published}' -NoBuild");
        Copies.Folder(AppContext.BaseDirectory, host);
        const string script = """
            Import-Module ./PSBpf/PSBpf.psd1
            Set-BpfOption -Jit Debug
            New-BpfProgram xdp 'r0 = 2', 'exit' -Name pass | Out-Null
            (Invoke-BpfProgram pass -Packet 'aa').Verdict
            @(Get-BpfInstruction pass -Native -ErrorAction SilentlyContinue -ErrorVariable problems | Where-Object { $_.Native }).Count -gt 0
            $problems | ForEach-Object { $_.FullyQualifiedErrorId; "$_" }
            [AppDomain]::CurrentDomain.GetAssemblies() | ForEach-Object { $_.GetName().Name } | Where-Object { $_ -eq 'Iced' }
            """;
        var (whole, exit) = await Run(host, script);
        Assert.True(exit == 0, whole);
        string[] iced = System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.X64 ? ["Iced"] : [];
        Assert.Equal(["XDP_PASS", "True", .. iced], whole.ReplaceLineEndings("\n").Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.SkipWhen(iced.Length == 0, "Machine code is disassembled on x86-64 only.");

        Directory.Delete(Path.Combine(published, "module", "dependencies"), recursive: true);
        var (output, _) = await Run(host, script);
        var lines = output.ReplaceLineEndings("\n").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["XDP_PASS", "False", "BPF4009,PSBpf.PowerShell.GetBpfInstruction"], lines[..3]);
        Assert.Contains("PSBpf.Disassembly.dll", lines[3], StringComparison.Ordinal);
    }

    [Fact]
    public void Publishing_does_not_replace_a_folder_that_is_something_else()
    {
        File.WriteAllText(Path.Combine(_away.FullName, "thesis.txt"), "years of work");
        using var shell = new Shell(import: false);
        var (_, errors) = shell.Run($"& '{Repository.Path("scripts", "publish.ps1")}' -OutputPath '{_away.FullName}' -NoBuild");
        Assert.Contains("something else", Assert.Single(errors).ToString(), StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(_away.FullName, "thesis.txt")));
    }

    private async Task<(string Output, int Exit)> Run(string host, string script)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            WorkingDirectory = _away.FullName,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add(Path.Combine(host, "psbpf.dll"));
        foreach (var argument in new[] { "-NoModule", "-NonInteractive", "-Command", script }) start.ArgumentList.Add(argument);
        start.Environment.Remove("PSBPF_MODULE");
        start.Environment["NO_COLOR"] = "1";
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (await output + await errors, process.ExitCode);
    }
}

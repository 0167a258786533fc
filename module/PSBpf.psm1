# The binaries are built, not kept in the repository: say how, rather than fail with a missing file.
$binary = [IO.Path]::Combine($PSScriptRoot, 'bin', 'PSBpf.PowerShell.dll')
if (-not [IO.File]::Exists($binary)) {
    $root = [IO.Path]::GetDirectoryName($PSScriptRoot)
    throw "PSBpf is not built yet. Run 'dotnet build PSBpf.sln' in '$root' (it needs the .NET 10 SDK), then import it again."
}

Import-Module $binary
Export-ModuleMember -Cmdlet '*-Bpf*'

# Makes the folder that would be published: the module as people install it, without the repository around it.
#
#   dotnet run --project src/PSBpf.Host -- scripts/publish.ps1 [-OutputPath out/PSBpf] [-NoBuild]
#
# -NoBuild takes the binaries that 'dotnet build' has staged in module/bin instead of building them in Release.
param(
    [string] $OutputPath,
    [switch] $NoBuild
)
$ErrorActionPreference = 'Stop'

$root = [IO.Path]::GetDirectoryName($PSScriptRoot)
$target = if ($OutputPath) { $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($OutputPath) } else { [IO.Path]::Combine($root, 'out', 'PSBpf') }
$module = [IO.Path]::Combine($target, 'module')
$binaries = [IO.Path]::Combine($module, 'bin')
$dependencies = [IO.Path]::Combine($module, 'dependencies')

# Adapters, each with its package, lie beside the module's binaries; native engines below them.
function Copy-Dependencies([string] $From) {
    $to = $dependencies
    Copy-Files $From $to '*.dll', '*.deps.json'
    foreach ($native in [IO.Directory]::GetFiles($From, '*ClearScriptV8*', [IO.SearchOption]::AllDirectories)) {
        $file = [IO.Path]::Combine($to, [IO.Path]::GetRelativePath($From, $native))
        [void][IO.Directory]::CreateDirectory([IO.Path]::GetDirectoryName($file))
        [IO.File]::Copy($native, $file, $true)
    }
}

function Copy-Files([string] $From, [string] $To, [string[]] $Pattern) {
    [void][IO.Directory]::CreateDirectory($To)
    foreach ($one in $Pattern) {
        foreach ($file in [IO.Directory]::GetFiles($From, $one)) {
            [IO.File]::Copy($file, [IO.Path]::Combine($To, [IO.Path]::GetFileName($file)), $true)
        }
    }
}

# A folder that is there must be an earlier result before it is replaced.
if ([IO.Directory]::Exists($target) -and [IO.Directory]::GetFileSystemEntries($target).Count -gt 0) {
    if (-not [IO.File]::Exists([IO.Path]::Combine($target, 'PSBpf.psd1'))) { throw "'$target' holds something else than a published module. Name another folder." }
    [IO.Directory]::Delete($target, $true)
}

if ($NoBuild) {
    $staged = [IO.Path]::Combine($root, 'module', 'bin')
    if (-not [IO.File]::Exists([IO.Path]::Combine($staged, 'PSBpf.PowerShell.dll'))) { throw "Nothing is built. Run 'dotnet build PSBpf.sln' first, or leave -NoBuild out." }
    Copy-Files $staged $binaries '*.dll'
    Copy-Files ([IO.Path]::Combine($staged, 'en-US')) ([IO.Path]::Combine($binaries, 'en-US')) '*'
    Copy-Dependencies ([IO.Path]::Combine($root, 'module', 'dependencies'))
} else {
    dotnet build ([IO.Path]::Combine($root, 'src', 'PSBpf.PowerShell')) -c Release -v q -nologo "-p:StageFolder=$binaries/"
    if ($LASTEXITCODE -ne 0) { throw "The build failed (exit code $LASTEXITCODE)." }
    foreach ($adapter in 'PSBpf.Disassembly', 'PSBpf.Scripting', 'PSBpf.Viewer') {
        dotnet build ([IO.Path]::Combine($root, 'src', $adapter)) -c Release -v q -nologo "-p:DependenciesFolder=$dependencies/"
        if ($LASTEXITCODE -ne 0) { throw "The build of $adapter failed (exit code $LASTEXITCODE)." }
    }
    foreach ($folder in $binaries, $dependencies) {
        foreach ($symbols in [IO.Directory]::GetFiles($folder, '*.pdb')) { [IO.File]::Delete($symbols) }
    }
}

Copy-Files $root $target 'PSBpf.psd1', 'LICENSE'
Copy-Files ([IO.Path]::Combine($root, 'module')) $module 'PSBpf.psm1', 'psbpf.d.ts'
$include = [IO.Path]::Combine($root, 'module', 'include')
foreach ($folder in @('.') + [IO.Directory]::GetDirectories($include)) {
    $from = [IO.Path]::GetFullPath($folder, $include)
    Copy-Files $from ([IO.Path]::GetFullPath([IO.Path]::GetRelativePath($include, $from), [IO.Path]::Combine($module, 'include'))) '*.h'
}
Copy-Files ([IO.Path]::Combine($root, 'formats')) ([IO.Path]::Combine($target, 'formats')) '*.ps1xml'
"The module is in $target"

@{
    RootModule           = 'module/PSBpf.psm1'
    ModuleVersion        = '0.1.0'
    GUID                 = '7c0a4f0e-5d5e-4b77-9a57-0c8f5f3a1e42'
    Author               = 'The PSBpf contributors'
    CompanyName          = 'The PSBpf contributors'
    Copyright            = 'Copyright (c) 2026 The PSBpf contributors. MIT licence.'
    Description          = 'eBPF as a PowerShell citizen: loader, verifier, maps and hooks in this process, on any machine with .NET; and the same objects in the Linux kernel.'
    PowerShellVersion    = '7.6'
    CompatiblePSEditions = @('Core')
    FormatsToProcess     = @(
        'formats/BpfEvent.format.ps1xml', 'formats/BpfEventCounts.format.ps1xml'
        'formats/BpfHook.format.ps1xml'
        'formats/BpfInstruction.format.ps1xml'
        'formats/BpfLink.format.ps1xml'
        'formats/BpfMap.format.ps1xml'
        'formats/BpfMapEntry.format.ps1xml'
        'formats/BpfMeasurement.format.ps1xml'
        'formats/BpfObjectFile.format.ps1xml'
        'formats/BpfOptions.format.ps1xml'
        'formats/BpfProgram.format.ps1xml'
        'formats/BpfKernelProgram.format.ps1xml'
        'formats/BpfRunResult.format.ps1xml'
        'formats/BpfSource.format.ps1xml'
        'formats/BpfStatistic.format.ps1xml'
        'formats/BpfTraceStep.format.ps1xml'
        'formats/BpfType.format.ps1xml'
        'formats/BpfVerification.format.ps1xml'
        'formats/VerificationHeat.format.ps1xml'
    )
    CmdletsToExport      = @(
        'Add-BpfLink'
        'Build-BpfObject'
        'Export-BpfHeader'
        'Get-BpfHook'
        'Get-BpfInstruction'
        'Get-BpfLink'
        'Get-BpfMap'
        'Get-BpfMapEntry'
        'Get-BpfOption'
        'Get-BpfProgram'
        'Get-BpfSource'
        'Get-BpfStatistic'
        'Get-BpfType'
        'Import-BpfProgram'
        'Invoke-BpfHook'
        'Invoke-BpfProgram'
        'Invoke-BpfScript'
        'Measure-BpfProgram'
        'New-BpfProgram'
        'Register-BpfEvent'
        'Remove-BpfLink'
        'Remove-BpfMapEntry'
        'Remove-BpfProgram'
        'Set-BpfMapEntry'
        'Set-BpfOption'
        'Show-BpfTop'
        'Start-BpfSource'
        'Stop-BpfSource'
        'Test-BpfProgram'
        'Use-BpfSession'
        'Wait-BpfSource'
        'Watch-BpfPerfBuffer'
        'Watch-BpfRingBuffer'
        'Watch-BpfTrace'
    )
    FunctionsToExport    = @()
    AliasesToExport      = @()
    VariablesToExport    = @()
    PrivateData          = @{
        PSData = @{
            Tags       = @('eBPF', 'BPF', 'XDP', 'Linux', 'Windows', 'MacOS', 'PSEdition_Core')
            LicenseUri = 'https://opensource.org/license/mit'
        }
    }
}

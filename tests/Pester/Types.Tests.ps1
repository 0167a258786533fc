# Get-BpfType and Export-BpfHeader.

BeforeDiscovery {
    Import-Module ($env:PSBPF_MODULE ?? "$PSScriptRoot/../../PSBpf.psd1")
    $noClang = [PSBpf.Compile.Clang]::All().Count -eq 0
    $noKernel = -not [System.IO.File]::Exists('/sys/kernel/btf/vmlinux')
}

BeforeAll {
    Import-Module ($env:PSBPF_MODULE ?? "$PSScriptRoot/../../PSBpf.psd1")
    $samples = "$PSScriptRoot/../../scripts/samples"
    $object = "$samples/packet_counter.bpf.o"
}

Describe 'Get-BpfType' {
    It 'gives members with their offsets' {
        $type = Get-BpfType xdp_md -Path $object
        $type.Kind | Should -Be 'Struct'
        $type.Size | Should -Be 24
        $type.Declaration | Should -Be 'struct xdp_md'
        $type.Members[1].Name | Should -Be 'data_end'
        $type.Members[1].Type | Should -Be '__u32'
        $type.Members[1].Offset | Should -Be 4
        $type.Members[1].BitOffset | Should -Be 32
        $type.Members[1].BitSize | Should -BeNullOrEmpty
    }

    It 'finds by wildcard and by kind' {
        $types = Get-BpfType '*proto*' -Path $object
        $types | ForEach-Object Name | Should -BeLike '*proto*'
        Get-BpfType -Kind Enum -Path $object | ForEach-Object { "$($_.Kind)" } | Should -BeIn @('Enum')
        Get-BpfType 'no_such_*' -Path $object | Should -BeNullOrEmpty
        (Get-BpfType -Id 1 -Path $object).Id | Should -Be 1
    }

    It 'gives the values of an enumeration' {
        $values = (Get-BpfType protocol -Kind Enum -Path $object).Values
        $values[0].Name | Should -BeLike 'PROTO_*'
        $values[0].Value | Should -Be 0
    }

    It 'gives C with offsets' {
        Get-BpfType xdp_md -Path $object -AsC | Should -Match '__u32 data_end; +/\* 4: 4 \*/'
    }

    It 'knows the types of a program' {
        Use-BpfSession {
            (Import-BpfProgram $object | Get-BpfType xdp_md).Size | Should -Be 24
        }
    }

    It 'says what is not there' {
        { Get-BpfType nothing -Path $object -ErrorAction Stop } | Should -Throw '*nothing*' -ErrorId 'BPF4001,PSBpf.PowerShell.GetBpfType'
        { Get-BpfType x -Path "$TestDrive/none" -ErrorAction Stop } | Should -Throw -ErrorId 'BPF0221,*'
    }

    It 'knows the kernel' -Skip:$noKernel {
        $task = Get-BpfType task_struct -Kind Struct
        $task.Size | Should -BeGreaterThan 1000
        $task.Members | Where-Object Name -eq 'tgid' | ForEach-Object Type | Should -Be 'pid_t'
    }
}

Describe 'Export-BpfHeader' {
    It 'writes the types of an object' {
        $file = Export-BpfHeader "$TestDrive/counter.h" -Path $object
        $file | Should -BeOfType System.IO.FileInfo
        $text = [System.IO.File]::ReadAllText("$TestDrive/counter.h")
        $text | Should -Match '#ifndef __COUNTER_H__'
        $text | Should -Match '(?m)^struct xdp_md \{'
        $text | Should -Match 'preserve_access_index'
    }

    It 'writes only what is asked for' {
        Export-BpfHeader "$TestDrive/one.h" -Path $object -Name xdp_md -NoAccessIndex | Should -HaveCount 1
        $text = [System.IO.File]::ReadAllText("$TestDrive/one.h")
        $text | Should -Match 'struct xdp_md \{'
        $text | Should -Not -Match 'PROTO_'
        $text | Should -Not -Match 'preserve_access_index'
    }

    It 'leaves files alone when told to' {
        [System.IO.File]::WriteAllText("$TestDrive/mine.h", 'mine')
        { Export-BpfHeader "$TestDrive/mine.h" -Path $object -NoClobber -ErrorAction Stop } | Should -Throw -ErrorId 'BPF0508,*'
        Export-BpfHeader "$TestDrive/mine.h" -Path $object -WhatIf | Should -BeNullOrEmpty
        [System.IO.File]::ReadAllText("$TestDrive/mine.h") | Should -Be 'mine'
    }

    It 'writes a vmlinux.h that programs compile against' -Skip:($noKernel -or $noClang) {
        Export-BpfHeader "$TestDrive/vmlinux.h" | Should -HaveCount 1
        [System.IO.File]::WriteAllText("$TestDrive/with.c", "#include `"vmlinux.h`"`n#include <bpf/bpf_helpers.h>`n#include <bpf/bpf_core_read.h>`nSEC(`"raw_tp/sched_switch`") int with(void *ctx) { struct task_struct *t = (void *)bpf_get_current_task(); return BPF_CORE_READ(t, tgid); }`n")
        (Build-BpfObject "$TestDrive/with.c").Programs | Should -Be 'with'
    }
}

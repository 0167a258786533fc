BeforeDiscovery {
    Import-Module ($env:PSBPF_MODULE ?? "$PSScriptRoot/../../PSBpf.psd1")
    $noClang = [PSBpf.Compile.Clang]::All().Count -eq 0
}

BeforeAll {
    Import-Module ($env:PSBPF_MODULE ?? "$PSScriptRoot/../../PSBpf.psd1")
    $samples = "$PSScriptRoot/../../scripts/samples"
}

Describe 'Build-BpfObject' -Skip:$noClang {
    It 'gives an object with the properties that scripts rely on' {
        $object = Build-BpfObject "$samples/packet_counter.bpf.c" -OutputPath "$TestDrive/counter.o"
        $object.Path | Should -BeLike '*counter.o'
        $object.Path | Should -Exist
        $object.Source | Should -BeLike '*packet_counter.bpf.c'
        $object.Compiler | Should -BeLike 'clang *'
        $object.Cpu | Should -Be 'V3'
        $object.UpToDate | Should -BeFalse
        $object.Duration.TotalSeconds | Should -BeGreaterThan 0
        $object.Programs | Should -Be 'packet_counter'
        $object.Maps | Should -Be @('protocols', 'verdicts', 'events')
        $object.Dependencies | Should -Contain $object.Source
        $object.Warnings | Should -BeNullOrEmpty
    }

    It 'compiles only what has changed' {
        [System.IO.File]::WriteAllText("$TestDrive/own.c", "#define SEC(n) __attribute__((section(n), used))`nSEC(`"xdp`") int own(void *ctx) { return 2; }`n")
        (Build-BpfObject "$TestDrive/own.c").UpToDate | Should -BeFalse
        (Build-BpfObject "$TestDrive/own.c").UpToDate | Should -BeTrue
        (Build-BpfObject "$TestDrive/own.c" -Force).UpToDate | Should -BeFalse
        (Build-BpfObject "$TestDrive/own.c" -Define MORE=1).UpToDate | Should -BeFalse
        "$TestDrive/own.o" | Should -Exist
    }

    It 'takes several sources and a folder for the objects' {
        Build-BpfObject "$samples/ref*.bpf.c", "$samples/dispatcher.bpf.c" -OutputPath "$TestDrive/objects/" | ForEach-Object { [System.IO.Path]::GetFileName($_.Path) } |
            Should -Be @('reflector.bpf.o', 'dispatcher.bpf.o')
        { Build-BpfObject "$samples/reflector.bpf.c", "$samples/dispatcher.bpf.c" -OutputPath "$TestDrive/one.o" -ErrorAction Stop } | Should -Throw -ErrorId 'BPF0507,*'
    }

    It 'hands its objects to Import-BpfProgram' {
        Use-BpfSession {
            $program = Build-BpfObject "$samples/reflector.bpf.c" -OutputPath "$TestDrive/r.o" | Import-BpfProgram
            $program.Name | Should -Be 'reflector'
            $program.Path | Should -BeLike '*r.o'
        }
    }

    It 'makes each error of the compiler an error record with its place' {
        [System.IO.File]::WriteAllText("$TestDrive/bad.c", "int f(void) { return missing; }`nint g(void) { return other; }`n#warning `"look`"`n")
        $result = Build-BpfObject "$TestDrive/bad.c" -ErrorVariable errors -WarningVariable warnings -ErrorAction SilentlyContinue -WarningAction SilentlyContinue
        $result | Should -BeNullOrEmpty
        $errors | Should -HaveCount 2
        $errors[0].FullyQualifiedErrorId | Should -Be 'BPF0502,PSBpf.PowerShell.BuildBpfObject'
        $errors[0].ErrorDetails.RecommendedAction | Should -BeLike '*bpf_helpers.h*'
        "$($errors[0])" | Should -BeLike "*bad.c:1:22: use of undeclared identifier 'missing'*"
        $errors[1].Exception.Diagnostic.Location.Source.Line | Should -Be 2
        $errors[1].Exception.Diagnostic.Location.Source.Column | Should -Be 22
        "$warnings" | Should -BeLike '*look*'
    }

    It 'does nothing with -WhatIf' {
        Build-BpfObject "$samples/reflector.bpf.c" -OutputPath "$TestDrive/what.o" -WhatIf | Should -BeNullOrEmpty
        "$TestDrive/what.o" | Should -Not -Exist
    }

    It 'says what a missing source or compiler is' {
        { Build-BpfObject "$TestDrive/none.c" -ErrorAction Stop } | Should -Throw -ErrorId 'BPF0506,*'
        { Build-BpfObject "$samples/reflector.bpf.c" -Clang no-such-clang -ErrorAction Stop } | Should -Throw '*no-such-clang*' -ErrorId 'BPF0501,*'
    }
}

Describe 'a source in place of an object' -Skip:$noClang {
    It 'is compiled by Import-BpfProgram' {
        Use-BpfSession {
            $program = Import-BpfProgram "$samples/reflector.bpf.c"
            $program.Name | Should -Be 'reflector'
            $program.Path | Should -BeLike '*reflector.bpf.c'
        }
    }
    It 'is compiled by Test-BpfProgram' {
        (Test-BpfProgram "$samples/broken_bounds.bpf.c").Accepted | Should -BeFalse
    }
    It 'gives the errors of the compiler' {
        [System.IO.File]::WriteAllText("$TestDrive/bad.c", 'int f(void) { return missing; }')
        { Import-BpfProgram "$TestDrive/bad.c" -ErrorAction Stop } | Should -Throw '*missing*' -ErrorId 'BPF0502,*'
    }
}

# Everything that specs may use, used once. Passes in the project's runner and, when it is told to run this file, in Pester 5.
# README.md in the folder above lists it.

BeforeDiscovery {
    $cases = @(
        @{ Left = 1; Right = 2; Sum = 3 }
        @{ Left = 20; Right = 22; Sum = 42 }
    )
    $words = 'one', 'two'
}

BeforeAll {
    $fromFile = 'file'
    function Get-Doubled([int] $Number) { $Number * 2 }
}

Describe 'scopes' {
    BeforeAll {
        $fromDescribe = 'describe'
        $list = [System.Collections.Generic.List[string]]::new()
    }
    BeforeEach { $fromEach = 'each'; $list.Add('before') }
    AfterEach { $list.Add('after') }

    It 'sees variables and functions of BeforeAll and BeforeEach' {
        "$fromFile $fromDescribe $fromEach" | Should -BeExactly 'file describe each'
        Get-Doubled 21 | Should -Be 42
        $fromDescribe = 'changed in a test'
        $leaked = 'leaked'
    }
    It 'does not see what another test assigned' {
        $fromDescribe | Should -Be 'describe'
        $leaked | Should -BeNullOrEmpty
    }
    It 'runs BeforeEach and AfterEach around every test' {
        $list -join ',' | Should -Be 'before,after,before,after,before'
    }
    Context 'inside' {
        BeforeAll { $fromContext = 'context'; $fromDescribe = 'changed in Context' }
        BeforeEach { $fromEach += ' and inner' }

        It 'runs the outer BeforeEach first' { $fromEach | Should -Be 'each and inner' }
        It 'sees the inner BeforeAll' { "$fromContext, $fromDescribe" | Should -Be 'context, changed in Context' }
    }
    Context 'beside' {
        It 'does not see what the sibling assigned' {
            $fromContext | Should -BeNullOrEmpty
            $fromDescribe | Should -Be 'describe'
        }
    }
    AfterAll { $fromDescribe | Should -Be 'describe' }
}

Describe 'data' {
    It 'adds <Left> and <Right> to <Sum>' -ForEach $cases {
        $Left + $Right | Should -Be $Sum
        $_.Sum | Should -Be $Sum
    }
    It 'knows -TestCases too: <Left>' -TestCases $cases { $Left | Should -BeLessThan $Right }
    It 'is <_>' -ForEach $words { $_ | Should -BeIn 'one', 'two' }
    It 'reaches into <_.Name> and <Inner.Name>' -ForEach @{ Name = 'outer'; Inner = @{ Name = 'inner' } } {
        "$Name $($Inner.Name)" | Should -Be 'outer inner'
    }
    Context 'block <_>' -ForEach 1, 2 {
        BeforeAll { $square = $_ * $_ }
        It 'keeps the item of its block' { $square | Should -BeIn 1, 4 }
        It 'has its own item: <_>' -ForEach 'a' { $_ | Should -Be 'a' }
    }
}

Describe 'skipping' {
    It 'skips' -Skip { throw 'must not run' }
    It 'skips on a condition' -Skip:($words.Count -eq 2) { throw 'must not run' }
    It 'runs when the condition is false' -Skip:($words.Count -eq 0) { $true | Should -BeTrue }
    Context 'a whole block' -Skip {
        BeforeAll { throw 'must not run' }
        It 'skips' { throw 'must not run' }
    }
}

Describe '$TestDrive and $PSScriptRoot' {
    BeforeAll {
        $file = [System.IO.Path]::Combine($TestDrive, 'kept.txt')
        [System.IO.File]::WriteAllText($file, 'text')
    }
    It 'has a folder to write to' {
        $TestDrive | Should -Exist
        $file | Should -Exist
    }
    Context 'inside' {
        BeforeAll { [System.IO.File]::WriteAllText([System.IO.Path]::Combine($TestDrive, 'gone.txt'), 'text') }
        It 'sees both files' { [System.IO.Directory]::GetFiles($TestDrive) | Should -HaveCount 2 }
    }
    Context 'afterwards' {
        It 'has lost what the other block wrote' { [System.IO.Directory]::GetFiles($TestDrive) | Should -HaveCount 1 }
    }
    It 'stands beside its file' {
        [System.IO.Path]::Combine($PSScriptRoot, 'Subset.Spec.ps1') | Should -Exist
        [System.IO.Path]::Combine($PSScriptRoot, 'nothing.here') | Should -Not -Exist
    }
}

Describe 'Should' {
    It '-Be compares without case, by the type of what is expected' {
        'ABC' | Should -Be 'abc'
        1 | Should -Be '1'
        1, 2, 3 | Should -Be @(1, 2, 3)
        , @(1, @(2, 3)) | Should -Be @(, @(1, @(2, 3)))
        @() | Should -Be $null
        'a' | Should -Not -Be 'b' -Because 'they are two letters'
    }
    It '-BeExactly compares with case' {
        'abc' | Should -BeExactly 'abc'
        'ABC' | Should -Not -BeExactly 'abc'
    }
    It '-BeTrue and -BeFalse take what PowerShell takes for true and false' {
        $true | Should -BeTrue
        'text' | Should -BeTrue
        0 | Should -BeFalse
        '' | Should -Not -BeTrue
    }
    It '-BeNullOrEmpty' {
        $null | Should -BeNullOrEmpty
        '' | Should -BeNullOrEmpty
        @() | Should -BeNullOrEmpty
        @{} | Should -BeNullOrEmpty
        0 | Should -Not -BeNullOrEmpty
        1, 2 | Should -Not -BeNullOrEmpty
    }
    It 'compares order' {
        2 | Should -BeGreaterThan 1
        2 | Should -BeGreaterOrEqual 2
        1 | Should -BeLessThan 2
        1 | Should -BeLessOrEqual 1
        1 | Should -Not -BeGreaterThan 1
        1 | Should -Not -BeLessThan 1
    }
    It 'matches patterns' {
        'XDP_DROP' | Should -BeLike 'xdp_*'
        'XDP_DROP' | Should -Match '^xdp_(drop|pass)$'
        'XDP_DROP' | Should -MatchExactly 'DROP$'
        'XDP_DROP' | Should -Not -MatchExactly 'drop$'
        'a', 'ab' | Should -BeLike 'a*'
    }
    It 'looks into collections' {
        1, 2, 3 | Should -Contain 2
        1, 2, 3 | Should -Not -Contain 4
        2 | Should -BeIn 1, 2, 3
        1, 2, 3 | Should -HaveCount 3
        @() | Should -HaveCount 0
    }
    It '-BeOfType' {
        1 | Should -BeOfType [int]
        1 | Should -BeOfType ([int])
        'text' | Should -Not -BeOfType int
        [System.ArgumentNullException]::new() | Should -BeOfType System.ArgumentException
    }
    It '-Throw narrows by message, error id and type' {
        { throw 'the cable is cut' } | Should -Throw
        { throw 'the cable is cut' } | Should -Throw '*cable*'
        { throw 'the cable is cut' } | Should -Throw -ExpectedMessage 'the cable is cut'
        { Get-Command no-such-command -ErrorAction Stop } | Should -Throw -ErrorId 'CommandNotFoundException*'
        { throw [System.ArgumentException]::new('no') } | Should -Throw -ExceptionType ([System.ArgumentException])
        { 'fine' } | Should -Not -Throw
    }
    It '-Throw -PassThru gives the error' {
        $record = { throw 'the cable is cut' } | Should -Throw -PassThru
        $record.Exception.Message | Should -Be 'the cable is cut'
    }
}

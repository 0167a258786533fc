# For the runner's own tests. Each test's name begins with what must become of it: passes, fails or skips.
# Pester 5 agrees when it is told to run this file:  Invoke-Pester ./SelfTest/Outcomes.Spec.ps1

Describe 'outcomes' {
    It 'passes when nothing is asserted' { }
    It 'passes when the assertion holds' { 1 | Should -Be 1 }
    It 'fails when it does not' { 1 | Should -Be 2 }
    It 'fails at the first of several' { 1 | Should -Be 2; 1 | Should -Be 1 }
    It 'fails when it throws' { throw 'on purpose' }
    It 'fails when a .NET method throws' { [int]::Parse('x') }
    It 'fails on an unknown command' { Get-NothingOfTheKind }
    It 'fails on an unknown operator' { 1 | Should -BeSomewhatLike 1 }
    It 'fails on an unknown parameter' { 1 | Should -Be 1 -Tolerance 2 }
    It 'skips when told so' -Skip { throw 'must not run' }
    It 'passes whatever a non-terminating error said' { Get-Command no-such-command -ErrorAction SilentlyContinue }
    It 'passes or fails for each item: passes for 1, and so does <_>' -ForEach 1 { $_ | Should -Be 1 }
    It 'fails for each item that is wrong: <_>' -ForEach 2, 3 { $_ | Should -Be 1 }

    Context 'with a BeforeEach that throws' {
        BeforeEach { throw 'on purpose' }
        It 'fails' { }
    }
    Context 'with an AfterEach that throws' {
        AfterEach { throw 'on purpose' }
        It 'fails' { }
    }
    Context 'with a BeforeAll that throws' {
        BeforeAll { throw 'on purpose' }
        It 'fails' { }
        It 'skips, since it would not have run' -Skip { }
        Context 'further inside' {
            BeforeAll { throw 'must not run' }
            It 'fails' { }
        }
    }
    Context 'with an AfterAll that throws' {
        AfterAll { throw 'on purpose' }
        It 'passes all the same' { }
    }
    Context 'after all those' {
        It 'passes as before' { 1 | Should -Be 1 }
    }
}

Describe 'each operator' {
    It 'fails where it should: <_>' -ForEach @(
        { 'a' | Should -Be 'b' }
        { 'a' | Should -Not -Be 'A' }
        { 'a' | Should -BeExactly 'A' }
        { 1, 2 | Should -Be 2, 1 }
        { 1, 2 | Should -Be 1 }
        { $null | Should -Be 0 }
        { $false | Should -BeTrue }
        { 1 | Should -BeFalse }
        { $true | Should -Not -BeTrue }
        { 1 | Should -BeNullOrEmpty }
        { '' | Should -Not -BeNullOrEmpty }
        { 1 | Should -BeGreaterThan 1 }
        { 1 | Should -BeGreaterOrEqual 2 }
        { 1 | Should -BeLessThan 1 }
        { 2 | Should -BeLessOrEqual 1 }
        { 2 | Should -Not -BeGreaterThan 1 }
        { 'ab' | Should -BeLike 'b*' }
        { 'ab' | Should -Match '^b' }
        { 'AB' | Should -MatchExactly 'ab' }
        { 1, 2 | Should -Contain 3 }
        { 1, 2 | Should -Not -Contain 2 }
        { 3 | Should -BeIn 1, 2 }
        { 1, 2 | Should -HaveCount 3 }
        { 1 | Should -Not -HaveCount 1 }
        { 1 | Should -BeOfType [string] }
        { 1 | Should -Not -BeOfType [int] }
        { 'no/such/path' | Should -Exist }
        { { 'fine' } | Should -Throw }
        { { throw 'x' } | Should -Not -Throw }
        { { throw 'x' } | Should -Throw 'y' }
        { { throw 'x' } | Should -Throw -ErrorId 'y' }
        { { throw 'x' } | Should -Throw -ExceptionType ([System.ArgumentException]) }
        { 'not a block' | Should -Throw }
        { 1 | Should }
    ) { & $_ }
}

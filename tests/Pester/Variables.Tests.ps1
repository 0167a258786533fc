BeforeDiscovery {
    Import-Module ($env:PSBPF_MODULE ?? "$PSScriptRoot/../../PSBpf.psd1")
    $noClang = [PSBpf.Compile.Clang]::All().Count -eq 0
}

BeforeAll {
    Import-Module ($env:PSBPF_MODULE ?? "$PSScriptRoot/../../PSBpf.psd1")
    $samples = "$PSScriptRoot/../../scripts/samples"
}

Describe 'Variables of a program' {
    It 'are written where the program sees them' {
        Use-BpfSession {
            $program = Import-BpfProgram "$samples/length_histogram.bpf.o"
            $program.Variables.sampled_ethertype = 0x86dd
            $program.Variables['smallest'] = 7
            $program.Variables.sampled_ethertype | Should -Be 0x86dd
            (Get-BpfMapEntry .data).Value.smallest | Should -Be 7
        }
    }

    It 'say what is wrong with a name, a value, a constant' {
        Use-BpfSession {
            $program = Import-BpfProgram "$samples/packet_counter.bpf.o"
            { $program.Variables.nothing = 1 } | Should -Throw "*'nothing'*blocked_port*"
            { $program.Variables.total = 'many' } | Should -Throw '*many*'
            { $program.Variables.blocked_port = 1 } | Should -Throw '*EPERM*'
            $program.Variables.Keys | Should -Contain 'total'
        }
    }

    Context 'in structures, arrays and sections of their own' -Skip:$noClang {
        BeforeAll {
            [System.IO.File]::WriteAllText("$TestDrive/globals.bpf.c", @'
#define SEC(name) __attribute__((section(name), used))
struct limit { unsigned short port; unsigned int most[3]; };
struct settings { int mode; struct limit limits[2]; struct { unsigned char low, high; } range; };
const volatile struct settings cfg SEC(".rodata.settings");
struct settings live SEC(".data.live") = { .mode = 1, .limits = { { 80, { 1, 2, 3 } } } };
int hits[4];
SEC("xdp") int sum(void *ctx)
{
    volatile struct settings *now = &live;
    volatile int *hit = hits;
    hit[1] += 1;
    return cfg.limits[1].most[2] * 100 + cfg.range.high * 10 + now->limits[0].most[1];
}
char _license[] SEC("license") = "GPL";
'@)
            Build-BpfObject "$TestDrive/globals.bpf.c" -OutputPath "$TestDrive/globals.o" | Out-Null
            $cfg = @{ mode = 3; limits = @(@{ port = 53 }, @{ port = 443; most = 0, 0, 7 }); range = @{ high = 4 } }
        }

        It 'are typed before loading' {
            Use-BpfSession {
                $program = Import-BpfProgram "$TestDrive/globals.o" -Variable @{ cfg = $cfg; hits = 0, 5, 0, 0 }
                (Invoke-BpfProgram $program -Packet @{ arp = @{} }).ReturnValue | Should -Be 742
                $program.Variables.cfg.limits[1].port | Should -Be 443
                $program.Variables.cfg.limits[0].most | Should -Be @(0, 0, 0)
                $program.Variables.hits | Should -Be @(0, 6, 0, 0)
            }
        }

        It 'are refused by the name of the member that is wrong' {
            Use-BpfSession {
                { Import-BpfProgram "$TestDrive/globals.o" -Variable @{ cfg = @{ limits = @(@{ ports = 1 }) } } -ErrorAction Stop } |
                    Should -Throw "*'ports'*port, most*" -ErrorId 'BPF0202,*'
                { Import-BpfProgram "$TestDrive/globals.o" -Variable @{ cfg = @{ limits = @(@{ port = 70000 }) } } -ErrorAction Stop } |
                    Should -Throw '*70000*' -ErrorId 'BPF0202,*'
                Get-BpfMap | Should -BeNullOrEmpty
            }
        }

        It 'are read, changed and written while the program runs' {
            Use-BpfSession {
                $program = Import-BpfProgram "$TestDrive/globals.o" -Variable @{ cfg = $cfg }
                $live = $program.Variables.live
                $live.limits[0].most[1] = 9
                $program.Variables.live = $live
                (Invoke-BpfProgram $program -Packet @{ arp = @{} }).ReturnValue | Should -Be 749
                $program.Variables.live.limits[0].port | Should -Be 80
                $program.Variables.live = [pscustomobject]@{ limits = @([pscustomobject]@{ most = 0, 1, 0 }, @{}) }
                (Invoke-BpfProgram $program -Packet @{ arp = @{} }).ReturnValue | Should -Be 741
                $program.Variables.live.mode | Should -Be 0
                Set-BpfMapEntry .data.live -Key 0 -Value @{ live = @{ limits = @(@{ most = 0, 5, 0 }, @{}) } }
                (Invoke-BpfProgram $program -Packet @{ arp = @{} }).ReturnValue | Should -Be 745
                $program.Variables.hits[1] | Should -Be 3
                { $program.Variables.cfg = $cfg } | Should -Throw '*EPERM*'
            }
        }

        It 'take the kernel''s configuration from a file' {
            [System.IO.File]::WriteAllText("$TestDrive/options.bpf.c", @'
#define SEC(name) __attribute__((section(name), used))
extern int CONFIG_HZ __attribute__((section(".kconfig")));
extern _Bool CONFIG_PSBPF_OWN __attribute__((section(".kconfig"))) __attribute__((weak));
SEC("xdp") int options(void *ctx) { return CONFIG_HZ + CONFIG_PSBPF_OWN; }
char _license[] SEC("license") = "GPL";
'@)
            Build-BpfObject "$TestDrive/options.bpf.c" -OutputPath "$TestDrive/options.o" | Out-Null
            [System.IO.File]::WriteAllText("$TestDrive/config", "# A kernel's`nCONFIG_HZ=1234`nCONFIG_PSBPF_OWN=y`n")
            [System.IO.File]::WriteAllText("$TestDrive/without", "# CONFIG_PSBPF_OWN is not set`n")
            Use-BpfSession {
                $program = Import-BpfProgram "$TestDrive/options.o" -Config "$TestDrive/config"
                (Invoke-BpfProgram $program -Packet @{ arp = @{} }).ReturnValue | Should -Be 1235
                { Import-BpfProgram "$TestDrive/options.o" -Config "$TestDrive/without" -ErrorAction Stop } | Should -Throw '*CONFIG_HZ*' -ErrorId 'BPF0324,*'
            }
        }
    }
}

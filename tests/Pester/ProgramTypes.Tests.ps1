# One program of each type, in scripts/samples/types: what it answers when its hook fires, what it leaves in its maps and
# variables, and how the verifier refuses it when it is built with -Define BROKEN.

BeforeDiscovery {
    Import-Module "$PSScriptRoot/../../PSBpf.psd1"
    $noClang = [PSBpf.Compile.Clang]::All().Count -eq 0
    $broken = @(
        @{ Sample = 'cgroup_device'; Says = 'invalid bpf_context access off=0 size=4' }
        @{ Sample = 'cgroup_skb'; Says = 'should have been in \[0, 3\]' }
        @{ Sample = 'cgroup_sock'; Says = 'invalid bpf_context access off=4 size=4' }
        @{ Sample = 'cgroup_sock_addr'; Says = "R0 invalid mem access 'map_value_or_null'" }
        @{ Sample = 'kprobe'; Says = "invalid mem access 'scalar'" }
        @{ Sample = 'kretprobe'; Says = 'invalid bpf_context access off=80 size=8' }
        @{ Sample = 'lwt_xmit'; Says = 'invalid access to packet' }
        @{ Sample = 'perf_event'; Says = 'invalid bpf_context access off=168 size=8' }
        @{ Sample = 'raw_tracepoint'; Says = "R0 invalid mem access 'map_value_or_null'" }
        @{ Sample = 'sched_act'; Says = 'invalid access to packet' }
        @{ Sample = 'sched_cls'; Says = 'invalid bpf_context access off=0 size=4' }
        @{ Sample = 'socket_filter'; Says = 'invalid bpf_context access off=8 size=4' }
        @{ Sample = 'syscall'; Says = "invalid mem access 'scalar'" }
        @{ Sample = 'tracepoint'; Says = 'invalid bpf_context access off=0 size=8' }
        @{ Sample = 'uprobe'; Says = 'invalid variable-offset access to stack' }
        @{ Sample = 'xdp'; Says = 'invalid access to packet' }
    )
}

Describe 'a program of type' -Skip:$noClang {
    BeforeAll {
        Import-Module "$PSScriptRoot/../../PSBpf.psd1"
        $samples = "$PSScriptRoot/../../scripts/samples/types"
        function Import-Sample([string] $Name, [string[]] $Define = @()) {
            $object = Build-BpfObject "$samples/$Name.bpf.c" -OutputPath "$TestDrive/$Name.bpf.o" -Define $Define
            Import-BpfProgram $object.Path
        }
        function ConvertFrom-Word([byte[]] $Bytes, [int] $Offset) { [System.BitConverter]::ToUInt32($Bytes, $Offset) }
    }

    It 'tracepoint counts who opens files for writing' {
        Use-BpfSession {
            $program = Import-Sample tracepoint
            (Add-BpfLink $program).Hook | Should -Be 'tracepoint:syscalls:sys_enter_openat'
            $task = @{ Task = @{ Pid = 77; Comm = 'editor' } }
            (Invoke-BpfHook tracepoint:syscalls:sys_enter_openat -Context @{ args = -100, '/etc/hosts', 0 } -Environment $task).ReturnValue | Should -Be 0
            foreach ($time in 1..3) {
                (Invoke-BpfHook tracepoint:syscalls:sys_enter_openat -Context @{ args = -100, "/tmp/file$time", 2 } -Environment $task).ReturnValue | Should -Be 1
            }
            $entries = @(Get-BpfMapEntry opens)
            $entries.Count | Should -Be 1
            $entries[0].Key | Should -Be 77
            $entries[0].Value | Should -Be 3
            $program.Variables.last_name | Should -Be '/tmp/file3'
        }
    }

    It 'raw_tracepoint counts system calls' {
        Use-BpfSession {
            (Import-Sample raw_tracepoint | Add-BpfLink).Hook | Should -Be 'raw_tracepoint:sys_enter'
            (Invoke-BpfHook raw_tracepoint:sys_enter -Context @{ args = 0, 257 }).ReturnValue | Should -Be 0
            (Invoke-BpfHook raw_tracepoint:sys_enter -Context @{ args = 0, 257 }).ReturnValue | Should -Be 0
            (Invoke-BpfHook raw_tracepoint:sys_enter -Context @{ args = 0, 9999 }).ReturnValue | Should -Be 1
            (Get-BpfMapEntry calls -Key 257).Value | Should -Be 2
        }
    }

    It 'kprobe tells of deletions' {
        Use-BpfSession {
            (Import-Sample kprobe | Add-BpfLink).Hook | Should -Be 'kprobe:do_unlinkat'
            $memory = @{ Memory = @{ Address = 0xffff888000001000; Bytes = [System.Text.Encoding]::ASCII.GetBytes("old.log`0") } }
            (Invoke-BpfHook kprobe:do_unlinkat -Context @{ args = -100, 0xffff888000001000 } -Environment $memory).ReturnValue | Should -Be 0
            $told = Watch-BpfRingBuffer deletions -Type event -Count 1 -Timeout 5 6>$null
            $told.Data.directory | Should -Be -100
            $told.Data.name | Should -Be 'old.log'
            1..200 | ForEach-Object { $last = Invoke-BpfHook kprobe:do_unlinkat -Context @{ args = 3, 0 } }
            $last.ReturnValue | Should -Be 1 -Because 'the buffer is full'
        }
    }

    It 'kretprobe counts failures by error' {
        Use-BpfSession {
            (Import-Sample kretprobe | Add-BpfLink).Hook | Should -Be 'kretprobe:do_unlinkat'
            (Invoke-BpfHook kretprobe:do_unlinkat -Context @{ ret = 0 }).ReturnValue | Should -Be 0
            (Invoke-BpfHook kretprobe:do_unlinkat -Context @{ ret = -2 }).ReturnValue | Should -Be 2
            (Invoke-BpfHook kretprobe:do_unlinkat -Context @{ rax = -2 }).ReturnValue | Should -Be 2
            (Get-BpfMapEntry failures -Key 2).Value | Should -Be 2
        }
    }

    It 'kprobe at a function of a program tells what a shell reads' {
        Use-BpfSession {
            (Import-Sample uprobe | Add-BpfLink).Hook | Should -Be 'uretprobe:/bin/bash:readline'
            $task = @{ Task = @{ Pid = 12; Comm = 'bash' } }
            (Invoke-BpfHook uretprobe:/bin/bash:readline -Context @{ ret = 'ls -l' } -Environment $task).ReturnValue | Should -Be 0
            (Invoke-BpfHook uretprobe:/bin/bash:readline -Context @{ ret = '' } -Environment $task).ReturnValue | Should -Be 1
            $line = Watch-BpfRingBuffer lines -Type line -Count 1 -Timeout 5 6>$null
            "$($line.Data.pid) $($line.Data.text)" | Should -Be '12 ls -l'
        }
    }

    It 'perf_event adds up where time goes' {
        Use-BpfSession {
            Import-Sample perf_event | Add-BpfLink -Hook perf_event:cpu-clock | Out-Null
            foreach ($address in 0x401000, 0x401ff0, 0x500000) {
                (Invoke-BpfHook perf_event:cpu-clock -Context @{ rip = $address; sample_period = 1000 }).ReturnValue | Should -Be 0
            }
            (Invoke-BpfHook perf_event:cpu-clock -Context @{ rip = 1 }).ReturnValue | Should -Be 1
            (Get-BpfMapEntry pages -Key 0x401).Value | Should -Be 2000
            (Get-BpfMapEntry pages -Key 0x500).Value | Should -Be 1000
        }
    }

    It 'xdp drops what is short and takes a VLAN tag off' {
        Use-BpfSession {
            $program = Import-Sample xdp
            Add-BpfLink $program -Hook xdp:eth0 | Out-Null
            (Invoke-BpfHook xdp:eth0 -Packet '0011223344').Verdict | Should -Be 'XDP_DROP'
            $plain = Invoke-BpfHook xdp:eth0 -Packet @{ eth = @{ } }, @{ vlan = @{ id = 5 } }, @{ ipv4 = @{ src = '10.0.0.1'; dst = '10.0.0.2' } }, @{ udp = @{ dport = 7 } }
            $plain.Verdict | Should -Be 'XDP_PASS'
            '{0:x2}{1:x2}' -f $plain.Data[12], $plain.Data[13] | Should -Be '0800'
            $plain.Data.Length | Should -Be 42
            $program.Variables.untagged | Should -Be 1
        }
    }

    It 'sched_cls ages packets and marks web traffic' {
        Use-BpfSession {
            $program = Import-Sample sched_cls
            Add-BpfLink $program -Hook tc:eth0:egress | Out-Null
            $web = Invoke-BpfHook tc:eth0:egress -Packet @{ ipv4 = @{ src = '10.0.0.1'; dst = '10.0.0.2'; ttl = 9 } }, @{ tcp = @{ dport = 80 } }
            $web.Verdict | Should -Be 'TC_ACT_OK'
            $web.Data[22] | Should -Be 8
            ConvertFrom-Word $web.Context 8 | Should -Be 80
            (Invoke-BpfHook tc:eth0:egress -Packet @{ ipv4 = @{ src = '10.0.0.1'; dst = '10.0.0.2'; ttl = 1 } }, @{ tcp = @{ dport = 80 } }).Verdict | Should -Be 'TC_ACT_SHOT'
            (Invoke-BpfHook tc:eth0:egress -Packet @{ arp = @{ } }).Verdict | Should -Be 'TC_ACT_UNSPEC'
            $program.Variables.expired | Should -Be 1
        }
    }

    It 'sched_act puts packets into a VLAN' {
        Use-BpfSession {
            Import-Sample sched_act | Add-BpfLink -Hook tc:eth0:ingress | Out-Null
            $packet = @{ ipv4 = @{ src = '10.0.0.1'; dst = '10.0.0.2' } }, @{ udp = @{ dport = 7 } }
            $tagged = Invoke-BpfHook tc:eth0:ingress -Packet $packet -Context @{ priority = 3 }
            $tagged.Verdict | Should -Be 'TC_ACT_OK'
            ConvertFrom-Word $tagged.Context 24 | Should -Be 103
            ConvertFrom-Word $tagged.Context 48 | Should -Be 103
            (Invoke-BpfHook tc:eth0:ingress -Packet $packet -Context @{ priority = 7 }).Verdict | Should -Be 'TC_ACT_SHOT'
        }
    }

    It 'socket_filter keeps what it wants of a packet' {
        Use-BpfSession {
            Import-Sample socket_filter | Add-BpfLink -Hook socket:sniffer | Out-Null
            (Invoke-BpfHook socket:sniffer -Packet @{ ipv4 = @{ src = '10.0.0.1'; dst = '10.0.0.2' } }, @{ udp = @{ dport = 53 } }).ReturnValue | Should -Be 40
            (Invoke-BpfHook socket:sniffer -Packet @{ ipv4 = @{ src = '10.0.0.1'; dst = '10.0.0.2' } }, @{ udp = @{ dport = 54 } }).ReturnValue | Should -Be 28
            (Invoke-BpfHook socket:sniffer -Packet @{ ipv4 = @{ src = '10.0.0.1'; dst = '10.0.0.2' } }, @{ tcp = @{ dport = 53 } }).ReturnValue | Should -Be 0
            ((Get-BpfMapEntry kept -Key 1).Value | Measure-Object -Sum).Sum | Should -Be 1
            { Add-BpfLink keep_dns -Hook socket:sniffer -ErrorAction Stop } | Should -Throw -ErrorId 'BPF2203,PSBpf.PowerShell.AddBpfLink'
        }
    }

    It 'cgroup_skb stops who has sent enough, in the cgroups below too' {
        Use-BpfSession {
            $program = Import-Sample cgroup_skb
            Add-BpfLink $program -Hook cgroup:/jobs:egress | Out-Null
            $packet = @{ ipv4 = @{ src = '10.0.0.1'; dst = '10.0.0.2' } }, @{ udp = @{ dport = 7 } }, @{ payload = ,0 * 72 }
            (Invoke-BpfHook cgroup:/jobs/one:egress -Packet $packet).Verdict | Should -Be 'ALLOW'
            (Invoke-BpfHook cgroup:/jobs/two:egress -Packet $packet).Verdict | Should -Be 'ALLOW'
            (Invoke-BpfHook cgroup:/jobs:egress -Packet $packet).Verdict | Should -Be 'DENY'
            $program.Variables.sent | Should -Be 300
            { Invoke-BpfHook cgroup:/others:egress -Packet $packet -ErrorAction Stop } | Should -Throw -ErrorId 'BPF2204,*'
        }
    }

    It 'cgroup_sock refuses raw sockets and marks others' {
        Use-BpfSession {
            $program = Import-Sample cgroup_sock
            Add-BpfLink $program -Hook cgroup:/:sock_create | Out-Null
            $stream = Invoke-BpfHook cgroup:/a:sock_create -Context @{ family = 2; type = 1 } -Environment @{ Task = @{ Uid = 7 } }
            $stream.Verdict | Should -Be 'ALLOW'
            ConvertFrom-Word $stream.Context 16 | Should -Be 0x107
            (Invoke-BpfHook cgroup:/a:sock_create -Context @{ family = 2; type = 3 }).Verdict | Should -Be 'DENY'
            $program.Variables.refused | Should -Be 1
        }
    }

    It 'cgroup_sock_addr sends connections elsewhere' {
        Use-BpfSession {
            Import-Sample cgroup_sock_addr | Add-BpfLink -Hook cgroup:/pods:connect4 | Out-Null
            Set-BpfMapEntry services -Key @{ address = '10.96.0.1'; port = 0xbb01 } -Value @{ address = '10.0.0.7'; port = 0x901f }
            $moved = Invoke-BpfHook cgroup:/pods/a:connect4 -Context @{ user_family = 2; user_ip4 = '10.96.0.1'; user_port = 0xbb01 }
            $moved.Verdict | Should -Be 'ALLOW'
            $moved.Context[4..7] -join '.' | Should -Be '10.0.0.7'
            ConvertFrom-Word $moved.Context 24 | Should -Be 0x901f
            $same = Invoke-BpfHook cgroup:/pods/a:connect4 -Context @{ user_ip4 = '10.1.1.1'; user_port = 1 }
            $same.Context[4..7] -join '.' | Should -Be '10.1.1.1'
            (Invoke-BpfHook cgroup:/pods/a:connect4 -Context @{ user_ip4 = '192.0.2.1' }).Verdict | Should -Be 'DENY'
        }
    }

    It 'cgroup_device answers by its table' {
        Use-BpfSession {
            Import-Sample cgroup_device | Add-BpfLink -Hook cgroup:/box:dev | Out-Null
            Set-BpfMapEntry allowed -Key @{ major = 1; minor = 3 } -Value 6
            $read = Invoke-BpfHook cgroup:/box:dev -Context @{ major = 1; minor = 3; access_type = 0x20002 }
            $read.Verdict | Should -Be 'ALLOW'
            $read.Output | Should -Be 'device 1:3'
            (Invoke-BpfHook cgroup:/box:dev -Context @{ major = 1; minor = 3; access_type = 0x10002 }).Verdict | Should -Be 'DENY'
            (Invoke-BpfHook cgroup:/box:dev -Context @{ major = 8; minor = 0; access_type = 0x20001 }).Verdict | Should -Be 'DENY'
        }
    }

    It 'lwt_xmit holds large packets back' {
        Use-BpfSession {
            $program = Import-Sample lwt_xmit
            Add-BpfLink $program -Hook lwt:eth0:xmit | Out-Null
            $small = Invoke-BpfHook lwt:eth0:xmit -Packet @{ ipv4 = @{ src = '10.0.0.1'; dst = '10.0.0.2' } }, @{ udp = @{ dport = 7 } }
            $small.Verdict | Should -Be 'BPF_OK'
            ConvertFrom-Word $small.Context 48 | Should -Be 4
            (Invoke-BpfHook lwt:eth0:xmit -Packet @{ ipv4 = @{ src = '10.0.0.1'; dst = '10.0.0.2' } }, @{ udp = @{ dport = 7 } }, @{ payload = ,0 * 60 }).Verdict | Should -Be 'BPF_DROP'
            "$($program.Variables.sent) $($program.Variables.held)" | Should -Be '1 1'
        }
    }

    It 'syscall answers who runs it' {
        Use-BpfSession {
            $program = Import-Sample syscall
            $sum = Invoke-BpfProgram $program -Context @{ left = 40; right = 2 }
            $sum.ReturnValue | Should -Be 0
            [System.BitConverter]::ToUInt64($sum.Context, 24) | Should -Be 42
            $none = Invoke-BpfProgram $program -Context @{ left = 40; right = 2; operation = 9 }
            $none.ReturnValue | Should -Be -1
            ConvertFrom-Word $none.Context 20 | Should -Be 2
            { Add-BpfLink $program -ErrorAction Stop } | Should -Throw -ErrorId 'BPF2201,PSBpf.PowerShell.AddBpfLink'
        }
    }

    It 'is refused when it is wrong: <Sample>' -ForEach $broken {
        $object = Build-BpfObject "$samples/$Sample.bpf.c" -OutputPath "$TestDrive/$Sample.broken.o" -Define BROKEN
        $report = Test-BpfProgram $object.Path
        $report.Accepted | Should -BeFalse
        $report.Message | Should -Match $Says
        $report.At.Source.File | Should -Match "$Sample.bpf.c"
    }
}

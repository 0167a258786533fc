using PSBpf.Objects;

namespace PSBpf.Differential.Tests.Libbpf;

/// <summary>Sources of our own, for what real objects have little of: what libbpf hands to the kernel is what we read.</summary>
public sealed class CompiledTests : IDisposable
{
    private const string Prelude = """
        #include <linux/bpf.h>
        #include <bpf/bpf_helpers.h>
        char LICENSE[] SEC("license") = "GPL";

        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("psbpf").FullName;

    public static TheoryData<string, string> Sources => new()
    {
        {
            "externs", """
            extern int LINUX_KERNEL_VERSION __kconfig;
            extern _Bool CONFIG_BPF_SYSCALL __kconfig;
            extern unsigned long CONFIG_HZ __kconfig;
            extern char CONFIG_NET __kconfig;
            extern enum libbpf_tristate CONFIG_INET __kconfig;
            extern char CONFIG_DEFAULT_HOSTNAME[4] __kconfig;
            extern unsigned long long CONFIG_PSBPF_MISSING __kconfig __weak;
            extern _Bool LINUX_HAS_SYSCALL_WRAPPER __kconfig __weak;
            extern _Bool LINUX_HAS_BPF_COOKIE __kconfig __weak;
            extern const void schedule __ksym;
            extern const int bpf_prog_active __ksym;
            extern const void psbpf_missing __ksym __weak;
            extern const struct psbpf_rq psbpf_missing_typed __ksym __weak;
            extern void bpf_rcu_read_lock(void) __ksym;
            extern void bpf_rcu_read_unlock(void) __ksym;
            extern int psbpf_missing_function(int x) __ksym __weak;
            SEC("tp_btf/sched_switch") int p(void *ctx)
            {
                bpf_rcu_read_lock();
                bpf_rcu_read_unlock();
                long r = LINUX_KERNEL_VERSION + CONFIG_BPF_SYSCALL + CONFIG_HZ + CONFIG_NET + CONFIG_INET + CONFIG_DEFAULT_HOSTNAME[1] + CONFIG_PSBPF_MISSING
                    + LINUX_HAS_SYSCALL_WRAPPER * 2 + LINUX_HAS_BPF_COOKIE;
                r += (long)&schedule + (long)&bpf_prog_active + (long)&psbpf_missing;
                if (&psbpf_missing_typed) r += 5;
                if (psbpf_missing_function) r += psbpf_missing_function(3);
                return r;
            }
            """
        },
        {
            "calls", """
            static __noinline int leaf(int x) { return x * 3; }
            __noinline int global(int x) { return leaf(x) + leaf(x + 1); }
            __noinline int other(int x) { return global(x) ^ leaf(x); }
            __hidden __noinline int hidden(int x) { return other(x) + 1; }
            __weak __noinline int weak(int x) { return hidden(x) - 1; }
            static long step(__u32 i, void *c) { return global(i) > 100; }
            static long twice(__u32 i, void *c) { return leaf(i) == 4 ? 1 : weak(i) & 1; }
            SEC("xdp") int one(struct xdp_md *c) { bpf_loop(10, step, 0, 0); return other(1) + weak(2); }
            SEC("xdp") int two(struct xdp_md *c) { bpf_loop(10, twice, 0, 0); bpf_loop(3, step, 0, 0); return hidden(7); }
            SEC("tc") int three(struct __sk_buff *c) { return leaf(c->len) + global(2) + other(3); }
            SEC("xdp.frags") int four(struct xdp_md *c) { return 2; }
            """
        },
        {
            "data", """
            const volatile int sample = 4;
            const volatile struct { char c; long n[3]; } settings = { 'x', { 1, 2, 3 } };
            int zero[5];
            long counter = 77;
            static volatile int hidden_counter;
            int custom SEC(".data.mine") = 5;
            static const volatile char text[] SEC(".rodata.texts") = "some text";
            __hidden int not_seen SEC(".data.hidden") = 9;
            SEC("xdp") int p(struct xdp_md *c)
            {
                static const char format[] = "x %d";
                bpf_trace_printk(format, sizeof format, text[c->rx_queue_index & 3]);
                counter += sample + settings.n[2] + zero[c->ingress_ifindex & 3] + hidden_counter++ + custom + not_seen;
                return zero[2] = counter;
            }
            """
        },
        {
            "maps", """
            struct key { int a; long b; };
            struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 12); __type(key, struct key); __type(value, long[3]); __uint(map_flags, BPF_F_NO_PREALLOC); } hash SEC(".maps");
            struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 5000); } ring SEC(".maps");
            struct { __uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY); __uint(key_size, 4); __uint(value_size, 4); } perf SEC(".maps");
            struct { __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY); __uint(max_entries, 3); __type(key, int); __type(value, char[5]); } percpu SEC(".maps");
            struct { __uint(type, BPF_MAP_TYPE_BLOOM_FILTER); __uint(max_entries, 3); __uint(value_size, 4); __uint(map_extra, 7); } bloom SEC(".maps");
            struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 3); __type(key, int); __type(value, int); __uint(numa_node, 0); __uint(map_flags, BPF_F_NUMA_NODE | BPF_F_MMAPABLE); } numa SEC(".maps");
            struct inner { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, int); __type(value, int); } first SEC(".maps"), second SEC(".maps");
            struct { __uint(type, BPF_MAP_TYPE_HASH_OF_MAPS); __uint(max_entries, 8); __type(key, int); __array(values, struct inner); } outer SEC(".maps") = { .values = { [1] = &first, [5] = &second } };
            struct { __uint(type, BPF_MAP_TYPE_PROG_ARRAY); __uint(max_entries, 4); __uint(key_size, 4); __uint(value_size, 4); } jumps SEC(".maps");
            struct { __uint(type, BPF_MAP_TYPE_TASK_STORAGE); __uint(map_flags, BPF_F_NO_PREALLOC); __type(key, int); __type(value, long); } storage SEC(".maps");
            struct { __uint(type, BPF_MAP_TYPE_QUEUE); __uint(max_entries, 4); __type(value, long); } queue SEC(".maps");
            SEC("xdp") int p(struct xdp_md *c)
            {
                struct key k = {};
                int i = 1;
                bpf_map_lookup_elem(&hash, &k);
                bpf_map_lookup_elem(&percpu, &i);
                bpf_map_lookup_elem(&numa, &i);
                bpf_map_peek_elem(&bloom, &i);
                bpf_ringbuf_output(&ring, &i, 4, 0);
                bpf_perf_event_output(c, &perf, 0, &i, 4);
                void *m = bpf_map_lookup_elem(&outer, &i);
                if (m) bpf_map_lookup_elem(m, &i);
                bpf_tail_call(c, &jumps, 2);
                bpf_map_lookup_elem(&first, &i);
                return !!bpf_map_lookup_elem(&second, &i);
            }
            """
        },
    };

    [Theory]
    [MemberData(nameof(Sources))]
    public void A_compiled_object_is_what_libbpf_makes_of_it(string name, string source)
    {
        foreach (string compiler in Clang.CompilersOrSkip())
        {
            string path = Clang.Compile(compiler, Prelude + source, name, _folder);
            Compare(path);
        }
    }

    [Fact]
    public void Objects_that_bpftool_linked_are_what_libbpf_makes_of_them()
    {
        foreach (string compiler in Clang.CompilersOrSkip())
        {
            string one = Clang.Compile(compiler, Prelude + """
                extern int counter;
                int shared(int x);
                __weak __noinline int both(int x) { return x + 1; }
                struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 3); __type(key, int); __type(value, int); } here SEC(".maps");
                SEC("xdp") int p(struct xdp_md *c) { int i = 0; bpf_map_lookup_elem(&here, &i); return shared(counter) + both(2); }
                """, "one", _folder);
            string two = Clang.Compile(compiler, """
                #include <linux/bpf.h>
                #include <bpf/bpf_helpers.h>
                char LICENSE[] SEC("license") = "GPL";
                int counter = 7;
                static __noinline int local(int x) { return x * counter; }
                __noinline int shared(int x) { return local(x) + local(x + 1); }
                __weak __noinline int both(int x) { return x + 2; }
                struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 5); __type(key, int); __type(value, long); } there SEC(".maps");
                SEC("xdp") int q(struct xdp_md *c) { int i = 0; return shared(3) + both(1) + !bpf_map_lookup_elem(&there, &i); }
                """, "two", _folder);
            string linked = Path.Combine(_folder, $"linked.{compiler}.o");
            if (Clang.Run("bpftool", ["gen", "object", linked, one, two]) is not { } code)
            {
                Assert.Skip("there is no bpftool");
                return;
            }

            Assert.Equal(0, code);
            Compare(linked);
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static void Compare(string path)
    {
        OracleObject expected = Assert.Single(LibbpfOracle.AskOrSkip(path));
        Assert.Null(expected.Error);
        Assert.NotEmpty(expected.Programs);
        var differences = LoaderComparison.Differences(expected, ObjectReader.Read(path));
        Assert.True(differences.Count == 0, string.Join(Environment.NewLine, differences.Prepend(Path.GetFileName(path))));
    }
}

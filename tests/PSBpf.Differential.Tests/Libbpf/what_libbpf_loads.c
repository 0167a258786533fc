// Opens BPF objects with libbpf, and says what it hands to bpf(2) for them: every map, what it writes into maps, and every
// program's instructions. libbpf calls syscall(); the one below stands in front of libc's. What is about the object's own
// maps and programs is written down and answered here, so that nothing of it gets into the kernel; everything else
// (libbpf's probes of what the kernel can do, type information) goes through.
//
//   what_libbpf_loads object...           one line per fact, fields separated by a space:
//       object <path>                     everything up to the next object is about this one
//       map <name> <type> <key> <value> <max_entries> <flags> <extra> <inner map or ->
//       data <map> <bytes in hex>         element 0 of a map, as libbpf fills it
//       program <name> <section> <instructions in hex> <slot=map,... or ->       descriptors are 0 in the bytes, and named after it
//       error <what> <text>
//   what_libbpf_loads -b file object...   against the types of a file instead of the machine's kernel
//   what_libbpf_loads -t rounds object... instead, nanoseconds, the best of the rounds:
//       time <open> <load without bpf(2)> <path>
#define _GNU_SOURCE
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define MOST 4096
#define NAME (BPF_OBJ_NAME_LEN - 1)

struct made { char name[64]; unsigned key, value; bool is_map; };

static struct made made[MOST];              // by descriptor
static struct bpf_object *current;
static const char *types;                  // file with a kernel's BTF; NULL for the machine's
static bool quiet;
static unsigned long long inside;           // nanoseconds in bpf(2)

static unsigned long long now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000ull + t.tv_nsec;
}

static long raw(long number, long a, long b, long c, long d, long e, long f)
{
    long result;
    register long r10 __asm__("r10") = d;
    register long r8 __asm__("r8") = e;
    register long r9 __asm__("r9") = f;
    __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9) : "rcx", "r11", "memory");
    if (result < 0 && result > -4096) {
        errno = -result;
        return -1;
    }
    return result;
}

// A descriptor that can be mapped, as those of maps can.
static int pretend(const char *name, unsigned key, unsigned value, bool is_map)
{
    int fd = memfd_create("pretended", MFD_CLOEXEC);
    if (fd < 0 || fd >= MOST) return -1;
    if (ftruncate(fd, 1 << 24)) return -1;
    snprintf(made[fd].name, sizeof made[fd].name, "%s", name);
    made[fd].key = key;
    made[fd].value = value;
    made[fd].is_map = is_map;
    return fd;
}

static bool is_made(unsigned fd) { return fd < MOST && made[fd].name[0]; }

static void hex(const void *data, size_t size)
{
    const unsigned char *bytes = data;
    if (!size) putchar('-');
    for (size_t i = 0; i < size; i++) printf("%02x", bytes[i]);
}

// The kernel gets at most 15 characters of a name; maps are made in order.
static const char *find_map(const char *cut)
{
    struct bpf_map *map;
    if (!cut[0]) return NULL;
    bpf_object__for_each_map(map, current) {
        const char *name = bpf_map__name(map);
        if (bpf_map__fd(map) < 0 && !strncmp(name, cut, NAME) && strlen(cut) == strnlen(name, NAME)) return name;
    }
    return NULL;
}

static struct bpf_program *find_program(const char *cut)
{
    struct bpf_program *program;
    bpf_object__for_each_program(program, current) {
        const char *name = bpf_program__name(program);
        if (!strncmp(name, cut, NAME) && strlen(cut) == strnlen(name, NAME) && bpf_program__autoload(program) && bpf_program__fd(program) < 0)
            return program;
    }
    return NULL;
}

static long create_map(const union bpf_attr *attr, const char *name)
{
    const char *inner = attr->inner_map_fd && is_made(attr->inner_map_fd) ? made[attr->inner_map_fd].name : "-";
    if (!quiet)
        printf("map %s %u %u %u %u %u %llu %s\n", name, attr->map_type, attr->key_size, attr->value_size, attr->max_entries, attr->map_flags,
            (unsigned long long)attr->map_extra, inner);
    return pretend(name, attr->key_size, attr->value_size, true);
}

static long load_program(const union bpf_attr *attr, struct bpf_program *program)
{
    if (quiet) return pretend(bpf_program__name(program), 0, 0, false);
    size_t count = attr->insn_cnt;
    struct bpf_insn *copy = malloc(count * sizeof *copy);
    char *maps = calloc(count, 80), *end = maps;
    memcpy(copy, (void *)attr->insns, count * sizeof *copy);
    for (size_t i = 0; i < count; i++) {
        struct bpf_insn *insn = &copy[i];
        if (insn->code != (BPF_LD | BPF_IMM | BPF_DW)) continue;
        if ((insn->src_reg == BPF_PSEUDO_MAP_FD || insn->src_reg == BPF_PSEUDO_MAP_VALUE) && is_made(insn->imm)) {
            end += sprintf(end, "%s%zu=%s", end == maps ? "" : ",", i, made[insn->imm].name);
            insn->imm = 0;
        }
        if (insn->src_reg == BPF_PSEUDO_BTF_ID) insn[1].imm = 0;
        i++;
    }
    printf("program %s %s ", bpf_program__name(program), bpf_program__section_name(program));
    hex(copy, count * sizeof *copy);
    printf(" %s\n", end == maps ? "-" : maps);
    free(maps);
    free(copy);
    return pretend(bpf_program__name(program), 0, 0, false);
}

static void report_element(const union bpf_attr *attr)
{
    const struct made *map = &made[attr->map_fd];
    unsigned key = 0;
    if (quiet || !map->is_map || map->key != sizeof key || memcmp((void *)attr->key, &key, sizeof key)) return;
    printf("data %s ", map->name);
    hex((void *)attr->value, map->value);
    putchar('\n');
}

static long bpf_call(int command, union bpf_attr *attr, unsigned size)
{
    const char *name;
    struct bpf_program *program;
    switch (command) {
    case BPF_MAP_CREATE:
        if (current && (name = find_map(attr->map_name))) return create_map(attr, name);
        // Inner maps are made first, under a name of their own.
        if (current && strstr(attr->map_name, ".inner")) return create_map(attr, attr->map_name);
        break;
    case BPF_PROG_LOAD:
        if (current && (program = find_program(attr->prog_name))) return load_program(attr, program);
        break;
    case BPF_MAP_UPDATE_ELEM:
        if (!is_made(attr->map_fd)) break;
        report_element(attr);
        return 0;
    case BPF_MAP_FREEZE:
        if (is_made(attr->map_fd)) return 0;
        break;
    case BPF_PROG_BIND_MAP:
        if (is_made(attr->prog_bind_map.prog_fd)) return 0;
        break;
    case BPF_OBJ_PIN:
        if (is_made(attr->bpf_fd)) return 0;
        break;
    case BPF_OBJ_GET_INFO_BY_FD:
        if (is_made(attr->info.bpf_fd)) return 0;
        break;
    }
    return raw(SYS_bpf, command, (long)attr, size, 0, 0, 0);
}

long syscall(long number, ...)
{
    long a[6];
    va_list list;
    va_start(list, number);
    for (int i = 0; i < 6; i++) a[i] = va_arg(list, long);
    va_end(list);
    if (number != SYS_bpf) return raw(number, a[0], a[1], a[2], a[3], a[4], a[5]);
    unsigned long long start = now();
    long result = bpf_call(a[0], (union bpf_attr *)a[1], a[2]);
    inside += now() - start;
    return result;
}

static int print(enum libbpf_print_level level, const char *format, va_list arguments)
{
    return level == LIBBPF_WARN && getenv("VERBOSE") ? vfprintf(stderr, format, arguments) : 0;
}

// Programs that attach to a kernel function or to another program need that to load. Their instructions do not depend on it.
static void register_sections(void)
{
    static const char *const sections[] = {
        "fentry+", "fentry.s+", "fexit+", "fexit.s+", "fmod_ret+", "fmod_ret.s+", "freplace+", "tp_btf+", "lsm+", "lsm.s+", "lsm_cgroup+", "iter+", "iter.s+", NULL,
    };
    LIBBPF_OPTS(libbpf_prog_handler_opts, options);
    for (size_t i = 0; i < sizeof sections / sizeof *sections; i++)
        if (libbpf_register_prog_handler(sections[i], BPF_PROG_TYPE_KPROBE, 0, &options) < 0) fprintf(stderr, "no handler for %s\n", sections[i] ? sections[i] : "others");
}

static void forget(void)
{
    for (int fd = 0; fd < MOST; fd++) made[fd].name[0] = 0;
}

static struct bpf_object *open_object(const char *path)
{
    LIBBPF_OPTS(bpf_object_open_opts, options, .btf_custom_path = types);
    return bpf_object__open_file(path, &options);
}

static int take(const char *path)
{
    printf("object %s\n", path);
    struct bpf_object *object = open_object(path);
    if (!object) {
        printf("error open %s\n", strerror(errno));
        return 1;
    }
    struct bpf_program *program;
    bpf_object__for_each_program(program, object) bpf_program__set_autoload(program, true);
    struct bpf_map *map;
    bpf_object__for_each_map(map, object) bpf_map__set_pin_path(map, NULL);
    current = object;
    if (bpf_object__load(object)) printf("error load %s\n", strerror(errno));
    current = NULL;
    bpf_object__close(object);
    forget();
    return 0;
}

static void measure(const char *path, int rounds)
{
    unsigned long long open_best = ~0ull, load_best = ~0ull;
    quiet = true;
    for (int i = 0; i < rounds; i++) {
        unsigned long long start = now();
        struct bpf_object *object = bpf_object__open(path);
        unsigned long long opened = now() - start;
        if (!object) return;
        struct bpf_map *map;
        bpf_object__for_each_map(map, object) bpf_map__set_pin_path(map, NULL);
        current = object;
        inside = 0;
        start = now();
        int error = bpf_object__load(object);
        unsigned long long loaded = now() - start - inside;
        current = NULL;
        bpf_object__close(object);
        forget();
        if (opened < open_best) open_best = opened;
        if (!error && loaded < load_best) load_best = loaded;
    }
    printf("time %llu %llu %s\n", open_best, load_best, path);
}

int main(int count, char **arguments)
{
    int first = 1, rounds = 0, failed = 0;
    if (count > 2 && !strcmp(arguments[1], "-b")) types = arguments[2], first = 3;
    if (count > 2 && !strcmp(arguments[1], "-t")) rounds = atoi(arguments[2]), first = 3;
    libbpf_set_print(print);
    libbpf_set_strict_mode(LIBBPF_STRICT_ALL);
    register_sections();
    for (int i = first; i < count; i++) {
        if (rounds) measure(arguments[i], rounds);
        else failed += take(arguments[i]);
        fflush(stdout);
    }
    return failed ? 1 : 0;
}

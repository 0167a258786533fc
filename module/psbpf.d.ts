/**
 * What a script sees that Invoke-BpfScript or Watch-BpfRingBuffer -JavaScript runs. docs/javascript.md explains it.
 * For editors: put  /// <reference path="…/psbpf.d.ts" />  at the top of a script.
 */

/** A 64-bit integer is a number where that is exact, from -(2^53 - 1) to 2^53 - 1, and a BigInt elsewhere. */
type BpfInteger = number | bigint;

/** A value of C: integers, text for char[], Uint8Array for other bytes, the name of an enumerator, arrays, and objects with a struct's names. */
type BpfValue = BpfInteger | boolean | string | Uint8Array | BpfValue[] | { [member: string]: BpfValue } | null;

interface BpfEvent<T = any> {
    /** The source it came from, e.g. "ringbuf:events". */
    readonly source: string;
    /** When it was read. */
    readonly time: Date;
    /** The CPU it came from; null where the source does not say. */
    readonly cpu: number | null;
    /** How many events of the source were lost up to its batch; -1 where nobody counts. */
    readonly dropped: number;
    /** Its bytes. */
    readonly bytes: Uint8Array;
    /** What it says, read when first asked for; its bytes where the type is unknown. */
    readonly data: T;
    toJSON(): object;
}

/** What e.data is of a hook's event. */
interface BpfHookEvent {
    hook: string;
    packet: Uint8Array;
    results: { program: string; returnValue: number; verdict: string; durationNanoseconds: number }[];
}

interface BpfSubscription {
    readonly source: string;
    /** Events that were handed out. */
    readonly delivered: number;
    /** Events that were lost. */
    readonly dropped: number;
    /** Ends it; other subscriptions go on. */
    stop(): void;
}

interface BpfMap<K = any, V = any> {
    readonly name: string;
    readonly type: string;
    readonly keySize: number;
    readonly valueSize: number;
    readonly maxEntries: number;
    /** The value of a key; undefined when there is none. */
    get(key: K): V | undefined;
    set(key: K, value: V): this;
    /** Whether there was one. */
    delete(key: K): boolean;
    entries(): [K, V][];
    [Symbol.iterator](): Iterator<[K, V]>;
}

interface BpfProgram {
    readonly id: number;
    readonly name: string;
    readonly type: string;
    readonly section: string;
    readonly state: string;
    readonly instructionCount: number;
    readonly maps: string[];
    readonly kernel: string;
}

interface Bpf {
    /** What -ArgumentList gave. */
    readonly args: any[];
    /** The session's programs. */
    readonly programs: BpfProgram[];
    /** Calls a handler for each event of a source: "ringbuf:NAME", "perf:NAME", "printk", "hook:xdp:eth0"; with batch, for arrays of them. */
    on<T = any>(source: string, handler: (event: BpfEvent<T>) => unknown, options?: { batch?: false }): BpfSubscription;
    on<T = any>(source: string, handler: (events: BpfEvent<T>[]) => unknown, options: { batch: true }): BpfSubscription;
    /** Calls a handler for arrays of up to 1024 events. */
    onBatch<T = any>(source: string, handler: (events: BpfEvent<T>[]) => unknown): BpfSubscription;
    /** Calls a handler again and again. */
    every(milliseconds: number, handler: () => unknown): BpfSubscription;
    /** Settles after a time. */
    sleep(milliseconds: number): Promise<void>;
    /** A map by name or id. */
    map<K = any, V = any>(name: string | number): BpfMap<K, V>;
    /** Gives a value to the PowerShell pipeline. */
    emit(value: unknown): void;
    /** Ends the script once its promises are settled; no handler is called any more. */
    stop(): void;
}

declare const bpf: Bpf;

interface Console {
    /** To the information stream. */
    log(...values: unknown[]): void;
    /** To the information stream. */
    info(...values: unknown[]): void;
    /** To the warning stream. */
    warn(...values: unknown[]): void;
    /** A non-terminating error, BPF4107. */
    error(...values: unknown[]): void;
    /** To the debug stream. */
    debug(...values: unknown[]): void;
    /** To the verbose stream. */
    trace(...values: unknown[]): void;
    /** An error unless the condition holds. */
    assert(condition: unknown, ...values: unknown[]): void;
}

declare const console: Console;

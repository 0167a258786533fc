// The guest's side of the boundary: the bpf object, events and values. The one host function stays in this closure; it takes
// and gives text, and never throws. What guests may do to prototypes changes their own world only.
(function (call) {
  'use strict';
  const { parse, stringify } = JSON;
  const { apply, ownKeys } = Reflect;
  const { isArray } = Array;
  const { freeze, keys, defineProperty, getPrototypeOf } = Object;
  const now = Date.now, getTime = Date.prototype.getTime, then = Promise.prototype.then;
  const { from: arrayFrom } = Array;
  const Bytes = Uint8Array, Words = Int32Array, View = DataView, Compile = Function, Failure = Error, Time = Date, Later = Promise, Pairs = Map, Unique = Set;
  const isView = ArrayBuffer.isView, fromHex = Bytes.fromHex, toHex = Bytes.prototype.toHex, slice = ArrayBuffer.prototype.slice;
  const Buffer = ArrayBuffer, Integer = BigInt, isFinite = Number.isFinite, asNumber = Number;
  const { fromCharCode } = String;
  const Deepest = 32, Safe = 9007199254740991n, Widest = 1n << 128n;

  const subscriptions = new Pairs(), timers = new Pairs(), sleepers = new Pairs();
  let staging = new Buffer(1 << 19), batch = null, stopped = false, pending = 0, watched = null;

  // ---- values over the boundary: JSON, with arrays that begin with a tag for what JSON lacks ----
  function encode(value, depth) {
    switch (typeof value) {
      case 'string': case 'boolean': return value;
      case 'number': return isFinite(value) ? value : ['f', '' + value];
      case 'undefined': return null;
      case 'bigint':
        if (value >= Widest || value <= -Widest) throw new RangeError('A BigInt of more than 128 bits cannot leave the script.');
        return ['n', '' + value];
      case 'function': case 'symbol': throw new TypeError(`A ${typeof value} cannot leave the script.`);
    }
    if (value === null) return null;
    if (depth > Deepest) throw new RangeError(`Values that leave the script are nested ${Deepest} deep at most; this one is deeper, or holds itself.`);
    if (value instanceof Time) return ['d', apply(getTime, value, [])];
    if (value instanceof Buffer) return ['b', apply(toHex, new Bytes(value), [])];
    if (isView(value)) return ['b', apply(toHex, new Bytes(value.buffer, value.byteOffset, value.byteLength), [])];
    if (value instanceof BpfEvent) return encode(value.toJSON(), depth);
    if (value instanceof Pairs || value instanceof Unique) return encode(arrayFrom(value), depth);
    const items = [];
    if (isArray(value)) {
      for (let i = 0; i < value.length; i++) items[i] = encode(value[i], depth + 1);
      return ['a', items];
    }
    if (value instanceof Failure) return encode('' + value, depth);
    const names = keys(value);
    for (let i = 0; i < names.length; i++) {
      const member = value[names[i]];
      if (typeof member === 'function') continue;
      items[items.length] = names[i];
      items[items.length] = encode(member, depth + 1);
    }
    return ['o', items];
  }

  function decode(value) {
    if (!isArray(value)) return value;
    const content = value[1];
    switch (value[0]) {
      case 'n': return Integer(content);
      case 'f': return asNumber(content);
      case 'b': return fromHex(content);
      case 'd': return new Time(content);
      case 'a': {
        const items = [];
        for (let i = 0; i < content.length; i++) items[i] = decode(content[i]);
        return items;
      }
      default: {
        const members = {};
        for (let i = 0; i < content.length; i += 2) defineProperty(members, content[i], { value: decode(content[i + 1]), writable: true, enumerable: true, configurable: true });
        return members;
      }
    }
  }

  function ask(operation, ...values) {
    const sent = [];
    for (let i = 0; i < values.length; i++) sent[i] = encode(values[i], 0);
    const answer = parse(call(operation, stringify(sent)));
    if (answer[0] === '=') return decode(answer[1]);
    const failure = new Failure(answer[2]);
    defineProperty(failure, 'code', { value: answer[1], enumerable: true });
    throw failure;
  }

  // ---- errors and promises ----
  function text(value) {
    try { return typeof value === 'string' ? value : '' + value; } catch { return 'an error that has no text'; }
  }

  function report(error, where) {
    let message = text(error), stack = '', code = '';
    try { if (error instanceof Failure) { stack = text(error.stack); code = text(error.code ?? ''); } } catch { /* a stack that throws is none */ }
    call('error', stringify([where, message, stack, code]));
  }

  function follow(promise, where, resolved) {
    pending++;
    apply(then, promise, [
      value => { pending--; if (resolved) attempt(resolved, value, where); },
      error => { pending--; report(error, where); }]);
  }

  function attempt(handler, value, where) {
    try {
      const result = handler(value);
      if (result instanceof Later) follow(result, where);
      return result;
    } catch (error) {
      report(error, where);
      return undefined;
    }
  }

  // ---- what the decoders that the host writes use ----
  const decoding = freeze({
    fromHex,
    u64(view, at) {
      const high = view.getUint32(at + 4, true);
      return high < 0x200000 ? high * 4294967296 + view.getUint32(at, true) : view.getBigUint64(at, true);
    },
    i64(view, at) {
      const high = view.getInt32(at + 4, true);
      const value = high * 4294967296 + view.getUint32(at, true);
      return high < 0x200000 && high >= -0x200000 && value !== -9007199254740992 ? value : view.getBigInt64(at, true);
    },
    // So many bits from a bit offset on, of up to 128.
    bits(view, at, offset, count, signed) {
      let value = 0n;
      for (let done = 0; done < count;) {
        const bit = offset + done, shift = bit & 7, take = count - done < 8 - shift ? count - done : 8 - shift;
        value |= Integer((view.getUint8(at + (bit >> 3)) >> shift) & ((1 << take) - 1)) << Integer(done);
        done += take;
      }
      if (signed && value >> Integer(count - 1)) value -= 1n << Integer(count);
      return value <= Safe && value >= -Safe ? asNumber(value) : value;
    },
    bytes(view, at, length) { return new Bytes(view.buffer, view.byteOffset + at, length); },
    // char[]: text up to its zero; bytes when it is none. Plain letters are most of it, and one call makes them text.
    text(view, at, length) {
      const all = view.all, end = at + length;
      let next = at;
      for (let letter; next < end && (letter = all[next]) !== 0; next++) if (letter < 32 || letter > 126) return this.anyText(view, at, length);
      return next === at ? '' : apply(fromCharCode, null, new Bytes(view.buffer, at, next - at));
    },
    anyText(view, at, length) {
      let result = '', i = 0;
      while (i < length) {
        const first = view.getUint8(at + i);
        if (first === 0) break;
        const more = first < 0x80 ? 0 : first >= 0xc2 && first < 0xe0 ? 1 : first >= 0xe0 && first < 0xf0 ? 2 : first >= 0xf0 && first < 0xf5 ? 3 : -1;
        if (more < 0 || i + more >= length) return this.bytes(view, at, length);
        let point = more === 0 ? first : first & (0x3f >> more);
        for (let k = 1; k <= more; k++) {
          const next = view.getUint8(at + i + k);
          if ((next & 0xc0) !== 0x80) return this.bytes(view, at, length);
          point = point << 6 | next & 0x3f;
        }
        if ((point < 32 && point !== 9 && point !== 10 && point !== 13) || (point >= 127 && point < 160) || (point >= 0xd800 && point < 0xe000)
          || (more === 2 && point < 0x800) || (more === 3 && (point < 0x10000 || point > 0x10ffff))) return this.bytes(view, at, length);
        result += String.fromCodePoint(point);
        i += more + 1;
      }
      return result;
    },
    list(view, at, count, stride, read) {
      const items = [];
      for (let i = 0; i < count; i++) items[i] = read(view, at + i * stride);
      return items;
    },
    tagged(view, at, length) {
      let result = '';
      for (let i = 0; i < length; i++) result += String.fromCharCode(view.getUint8(at + i));
      return decode(parse(result));
    },
    half(view, at) { return view.getFloat16(at, true); },
  });

  // ---- events ----
  class BpfEvent {
    #batch; #index; #data; #read = false;
    constructor(batch, index) { this.#batch = batch; this.#index = index; }
    get source() { return this.#batch.source; }
    get time() { return new Time(this.#batch.time); }
    get cpu() { const cpu = this.#batch.table[3 * this.#index + 2]; return cpu < 0 ? null : cpu; }
    get dropped() { return this.#batch.dropped; }
    get bytes() { const { table, view } = this.#batch, at = 3 * this.#index; return new Bytes(view.buffer, table[at], table[at + 1]); }
    get data() {
      if (this.#read) return this.#data;
      const { table, view, size, read } = this.#batch, at = 3 * this.#index;
      this.#data = read !== null && table[at + 1] >= size ? read(view, table[at], table[at + 1]) : this.bytes;
      this.#read = true;
      return this.#data;
    }
    toJSON() { return { time: this.time, source: this.source, cpu: this.cpu, data: this.data, dropped: this.dropped }; }
  }

  class Subscription {
    #id; #source;
    constructor(id, source) { this.#id = id; this.#source = source; }
    get source() { return this.#source; }
    get delivered() { return ask('delivered', this.#id); }
    get dropped() { return ask('dropped', this.#id); }
    stop() { subscriptions.delete(this.#id); timers.delete(this.#id); ask('cancel', this.#id); }
  }

  class BpfMap {
    #id;
    constructor(id, about) {
      this.#id = id;
      for (const name of ['name', 'type', 'keySize', 'valueSize', 'maxEntries']) defineProperty(this, name, { value: about[name], enumerable: true });
      freeze(this);
    }
    get(key) { return ask('map.get', this.#id, key) ?? undefined; }
    set(key, value) { ask('map.set', this.#id, key, value); return this; }
    delete(key) { return ask('map.delete', this.#id, key); }
    entries() { return ask('map.entries', this.#id); }
    *[Symbol.iterator]() { yield* this.entries(); }
  }
  for (const type of [BpfEvent, Subscription, BpfMap]) { delete type.prototype.constructor; freeze(type.prototype); }

  function requireFunction(handler, what) {
    if (typeof handler !== 'function') throw new TypeError(`${what} takes a function`);
  }

  // The stack of whoever registers a handler: a guest that is interrupted while it handles has none.
  function place() {
    try { return text(new Failure().stack); } catch { return ''; }
  }

  function subscribe(source, handler, whole, returns) {
    const opened = ask('on', text(source), whole, place());
    const read = opened.decoder === null ? null : new Compile('h', opened.decoder)(decoding);
    subscriptions.set(opened.id, { handler, whole, returns, source: opened.source, size: opened.size, read });
    return new Subscription(opened.id, opened.source);
  }

  const bpf = {
    get args() { return ask('args'); },
    get programs() { return ask('programs'); },
    on(source, handler, options) {
      requireFunction(handler, 'bpf.on');
      return subscribe(source, handler, options?.batch === true, false);
    },
    onBatch(source, handler) {
      requireFunction(handler, 'bpf.onBatch');
      return subscribe(source, handler, true, false);
    },
    every(milliseconds, handler) {
      requireFunction(handler, 'bpf.every');
      const id = ask('every', +milliseconds, place());
      timers.set(id, handler);
      return new Subscription(id, 'timer');
    },
    sleep(milliseconds) {
      return new Later(resolve => sleepers.set(ask('sleep', +milliseconds), resolve));
    },
    map(name) {
      const about = ask('map', name);
      return new BpfMap(about.id, about);
    },
    emit(value) { ask('emit', value); },
    stop() { stopped = true; ask('stop'); },
  };

  // ---- console ----
  function show(value, depth) {
    switch (typeof value) {
      case 'string': return depth === 0 ? value : stringify(value);
      case 'bigint': return value + 'n';
      case 'function': return `[function ${value.name}]`;
      case 'symbol': case 'undefined': return String(value);
    }
    if (value === null || typeof value !== 'object') return '' + value;
    if (value instanceof Failure) return depth === 0 ? text(value.stack ?? value) : text(value);
    if (value instanceof Time) return value.toISOString();
    if (isView(value) && !(value instanceof View)) return `[${value.join(' ')}]`;
    if (depth > 6) return '…';
    if (value instanceof BpfEvent) return show(value.toJSON(), depth);
    const parts = [];
    if (isArray(value)) {
      for (let i = 0; i < value.length; i++) parts[i] = show(value[i], depth + 1);
      return `[${parts.join(', ')}]`;
    }
    if (value instanceof Pairs || value instanceof Unique) return show(arrayFrom(value), depth);
    for (const name of keys(value)) parts[parts.length] = `${name}: ${show(value[name], depth + 1)}`;
    return parts.length === 0 ? '{}' : `{ ${parts.join(', ')} }`;
  }

  function write(level, values) {
    const parts = [];
    for (let i = 0; i < values.length; i++) parts[i] = show(values[i], 0);
    ask('console', level, parts.join(' '));
  }

  const console = {
    log(...values) { write('information', values); },
    info(...values) { write('information', values); },
    warn(...values) { write('warning', values); },
    error(...values) { write('error', values); },
    debug(...values) { write('debug', values); },
    trace(...values) { write('verbose', values); },
    assert(condition, ...values) { if (!condition) write('error', ['Assertion failed', ...values]); },
  };

  defineProperty(globalThis, 'bpf', { value: freeze(bpf), enumerable: true });
  defineProperty(globalThis, 'console', { value: freeze(console), writable: true, configurable: true });

  // ---- what the host calls ----
  return freeze({
    staging(least) { if (staging.byteLength < least) staging = new Buffer(least); return staging; },

    // The events of a batch, which keeps a copy of its own: events may be looked at later.
    load(id, used, table, count, time, dropped) {
      const subscription = subscriptions.get(id);
      if (subscription === undefined) { batch = null; return; }
      const buffer = apply(slice, staging, [0, used]);
      const view = new View(buffer);
      // Within reach of the decoders: reading a byte so is cheaper than a call.
      view.all = new Bytes(buffer);
      batch = { buffer, view, table: new Words(buffer, table, 3 * count), count, time, dropped,
        source: subscription.source, size: subscription.size, read: subscription.read };
    },

    // Calls the handler for events from one on, until a time has passed; gives the number of the first that is left.
    run(id, start, milliseconds) {
      const subscription = subscriptions.get(id);
      if (subscription === undefined || batch === null || stopped) return start;
      const { handler, source, returns } = subscription, current = batch;
      if (subscription.whole) {
        const events = [];
        for (let i = start; i < current.count; i++) events[i - start] = new BpfEvent(current, i);
        attempt(handler, events, source);
        return current.count;
      }
      const until = now() + milliseconds;
      for (let i = start; i < current.count;) {
        const result = attempt(handler, new BpfEvent(current, i++), source);
        if (returns && result !== undefined) {
          if (result instanceof Later) follow(result, source, value => { if (value !== undefined) ask('emit', value); });
          else attempt(bpf.emit, result, source);
        }
        if (stopped || now() >= until || !subscriptions.has(id)) return i;
      }
      return current.count;
    },

    fire(id) {
      const wake = sleepers.get(id);
      if (wake !== undefined) { sleepers.delete(id); wake(); return; }
      const handler = timers.get(id);
      if (handler !== undefined) attempt(handler, undefined, 'timer');
    },

    pending() { return pending; },
    track(promise) { if (promise instanceof Later) follow(promise, 'the script'); },
    watch(source) { watched = source; },

    // Called by the module that imports the script, when it has run.
    accept(module) {
      if (watched === null) return;
      if (typeof module.default !== 'function') throw new TypeError('the script exports no function as default: export default e => …');
      subscribe(watched, module.default, false, true);
    },
  });
})

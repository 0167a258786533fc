// Runs first in every engine, before any guest code. V8's own limits leave gaps: a native method over something with a huge
// length neither ends nor listens to an interrupt, and may end the whole process for want of memory; a resizable buffer is not
// counted as a buffer. Here those ways are closed; docs/javascript.md lists them.
(function () {
  'use strict';
  const { apply, construct, ownKeys, getOwnPropertyDescriptor, defineProperty } = Reflect;
  const { isArray } = Array;
  const isView = ArrayBuffer.isView;
  const Longest = 1 << 24;

  function tooLong(name) {
    return new RangeError(`${name}: more than ${Longest} elements or characters are not worked on at once`);
  }

  // The length of what a native method walks over; it must be one that cannot change under the call.
  function check(value, name) {
    if (typeof value === 'string') {
      if (value.length > Longest) throw tooLong(name);
      return value.length;
    }
    if (value === null || (typeof value !== 'object' && typeof value !== 'function')) return 0;
    if (isView(value)) return 0;
    const own = getOwnPropertyDescriptor(value, 'length');
    if (own === undefined) {
      if ('length' in value) throw new TypeError(`${name}: an object with an inherited length is no list`);
      return 0;
    }
    if (typeof own.value !== 'number') throw new TypeError(`${name}: an object whose length is no plain number is no list`);
    if (own.value > Longest) throw tooLong(name);
    return own.value;
  }

  function replace(holder, key, make) {
    const old = getOwnPropertyDescriptor(holder, key);
    if (old === undefined || typeof old.value !== 'function') return;
    const made = make(old.value);
    defineProperty(made, 'name', { value: old.value.name, configurable: true });
    defineProperty(made, 'length', { value: old.value.length, configurable: true });
    defineProperty(holder, key, { value: made, writable: true, configurable: true, enumerable: false });
  }

  // Arguments that are walked over too: text everywhere, lists where a method takes them.
  function checkArgument(value, name, takesLists) {
    if (typeof value === 'string') return check(value, name);
    if (!takesLists || value === null || typeof value !== 'object') return 0;
    if (name === 'concat' && !isArray(value)) {
      if (Symbol.isConcatSpreadable in value) throw new TypeError(`${name}: only arrays are spread`);
      return 0;
    }
    return check(value, name);
  }

  // A method written so is no constructor, as built-in ones are not.
  function guard(native, takesLists = native.name === 'concat') {
    return { method(...values) {
      let total = typeof this === 'function' ? 0 : check(this, native.name);
      for (let i = 0; i < values.length; i++) total += checkArgument(values[i], native.name, takesLists);
      if (total > Longest) throw tooLong(native.name);
      return apply(native, this, values);
    } }.method;
  }

  function guardAll(holder) {
    for (const key of ownKeys(holder)) if (key !== 'constructor') replace(holder, key, guard);
  }

  // Written out, so that it listens to interrupts: a list that holds itself many times over grows without end.
  function flat(list, depth, into) {
    check(list, 'flat');
    for (let i = 0; i < list.length; i++) {
      if (!(i in list)) continue;
      if (depth > 0 && isArray(list[i])) flat(list[i], depth - 1, into);
      else into[into.length] = list[i];
    }
    return into;
  }

  guardAll(Array.prototype);
  replace(Array.prototype, 'flat', () => ({ flat(depth = 1) { return flat(this, +depth, []); } }).flat);
  replace(Array.prototype, 'flatMap', () => ({ flatMap(each, self) { return flat(this.map(each, self), 1, []); } }).flatMap);
  defineProperty(Array.prototype, Symbol.iterator, { value: Array.prototype.values, writable: true, configurable: true, enumerable: false });
  replace(Array, 'from', native => guard(native, true));
  guardAll(String.prototype);
  for (const key of ['repeat', 'padStart', 'padEnd']) {
    replace(String.prototype, key, native => ({ method(count, fill) {
      const wanted = +count * (key === 'repeat' ? check(`${this}`, key) : 1);
      if (wanted > Longest) throw tooLong(key);
      return fill === undefined ? apply(native, this, [+count]) : apply(native, this, [+count, fill]);
    } }).method);
  }
  for (const key of ['exec', 'test', 'compile', Symbol.match, Symbol.matchAll, Symbol.replace, Symbol.search, Symbol.split]) replace(RegExp.prototype, key, guard);
  for (const key of ['apply', 'construct']) replace(Reflect, key, native => guard(native, true));
  replace(Function.prototype, 'apply', native => guard(native, true));

  // Buffers that can grow are not counted. Without options none comes into being: all others are made by this one.
  const Native = ArrayBuffer;
  function Guarded(length, options) {
    if (new.target === undefined) throw new TypeError("Constructor ArrayBuffer requires 'new'");
    if (options !== undefined) throw new RangeError('Array buffers have a fixed length here');
    return construct(Native, [length], new.target);
  }
  defineProperty(Guarded, 'name', { value: 'ArrayBuffer' });
  defineProperty(Guarded, 'isView', { value: isView, writable: true, configurable: true });
  defineProperty(Guarded, Symbol.species, { get() { return this; }, configurable: true });
  defineProperty(Guarded, 'prototype', { value: Native.prototype, writable: false });
  defineProperty(Native.prototype, 'constructor', { value: Guarded, writable: true, configurable: true });
  for (const key of ['resize', 'transfer', 'transferToFixedLength']) delete Native.prototype[key];
  defineProperty(globalThis, 'ArrayBuffer', { value: Guarded, writable: true, configurable: true });

  // Memory that is not counted, waiting that does not end, lengths that change while they are read, and lists made behind the scenes.
  for (const name of ['WebAssembly', 'SharedArrayBuffer', 'Atomics', 'Proxy']) delete globalThis[name];
  delete Array.fromAsync;
})();

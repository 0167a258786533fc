// How long the programs of a hook take, as a histogram in powers of two: one object for each bucket that has something in it.
//   Invoke-BpfScript ./latency-histogram.js -ArgumentList xdp:eth0 -Count 100
const hook = bpf.args[0] ?? 'xdp:eth0';
const wanted = bpf.args[1] ?? 100;
const buckets = [];
let seen = 0;

const subscription = bpf.on(`hook:${hook}`, e => {
  for (const { durationNanoseconds } of e.data.results) {
    const bucket = Math.max(0, Math.ceil(Math.log2(durationNanoseconds)));
    buckets[bucket] = (buckets[bucket] ?? 0) + 1;
  }
  if (++seen < wanted) return;
  buckets.forEach((count, bucket) => bpf.emit({ upToNanoseconds: 2 ** bucket, runs: count }));
  subscription.stop();
});
console.log(`listening to ${hook}`);

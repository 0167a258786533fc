// Which ports were refused most often: counts the events of packet_counter and gives the first few when asked or at the end.
//   Invoke-BpfScript ./top-talkers.js -ArgumentList 3 -Timeout 1
const most = bpf.args[0] ?? 5;
const talkers = new Map();

bpf.onBatch('ringbuf:events', events => {
  for (const { data } of events) {
    const talker = talkers.get(data.port) ?? { port: data.port, packets: 0, bytes: 0 };
    talker.packets++;
    talker.bytes += data.length;
    talkers.set(data.port, talker);
  }
});

// What has come by now is enough for a table.
bpf.every(100, () => {
  if (talkers.size === 0) return;
  const ranking = [...talkers.values()].sort((a, b) => b.packets - a.packets);
  for (const talker of ranking.slice(0, most)) bpf.emit(talker);
  bpf.stop();
});

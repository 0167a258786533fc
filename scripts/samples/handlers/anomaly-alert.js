// Warns when many packets of one kind are dropped within a few events: a default export for Watch-BpfRingBuffer.
//   Watch-BpfRingBuffer events -JavaScript ./anomaly-alert.js -Timeout 0
import { Window } from './window.js';

const window = new Window(20);
const Share = 0.8;
let alarmed = '';

export default function (e) {
  const reason = e.data.reason;
  window.add(reason);
  const share = window.share(reason);
  if (!window.full || share < Share || alarmed === reason) return undefined;
  alarmed = reason;
  console.warn(`${Math.round(share * 100)} % of the last ${window.size} drops are ${reason}`);
  return { reason, share, sequence: e.data.sequence };
}

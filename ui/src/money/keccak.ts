/** Keccak-256, by which functions of contracts are called: what the browser has by itself is the later SHA-3. */
const MASK = 0xffffffffffffffffn;
const RATE = 136;

/** The constants of the rounds, by the register that defines them. */
const CONSTANTS: bigint[] = (() => {
  let register = 1;
  return Array.from({ length: 24 }, () => {
    let constant = 0n;
    for (let power = 0; power < 7; power += 1) {
      if (register & 1) constant |= 1n << BigInt((1 << power) - 1);
      register = register & 0x80 ? ((register << 1) ^ 0x171) & 0xff : register << 1;
    }
    return constant;
  });
})();

const turned = (lane: bigint, by: number): bigint => (by === 0 ? lane : ((lane << BigInt(by)) | (lane >> BigInt(64 - by))) & MASK);

function permute(state: bigint[]): void {
  const lane = (index: number) => state[index] ?? 0n;
  for (const constant of CONSTANTS) {
    const columns = [0, 1, 2, 3, 4].map((x) => lane(x) ^ lane(x + 5) ^ lane(x + 10) ^ lane(x + 15) ^ lane(x + 20));
    const column = (x: number) => columns[x % 5] ?? 0n;
    for (let index = 0; index < 25; index += 1) {
      const x = index % 5;
      state[index] = lane(index) ^ column(x + 4) ^ turned(column(x + 1), 1);
    }
    let [x, y, held] = [1, 0, lane(1)];
    for (let step = 0; step < 24; step += 1) {
      [x, y] = [y, (2 * x + 3 * y) % 5];
      const at = x + 5 * y;
      const next = lane(at);
      state[at] = turned(held, (((step + 1) * (step + 2)) / 2) % 64);
      held = next;
    }
    for (let row = 0; row < 25; row += 5) {
      const before = [0, 1, 2, 3, 4].map((at) => lane(row + at));
      const of = (at: number) => before[at % 5] ?? 0n;
      for (let at = 0; at < 5; at += 1) state[row + at] = of(at) ^ (~of(at + 1) & MASK & of(at + 2));
    }
    state[0] = lane(0) ^ constant;
  }
}

/** The hash of a text, in hexadecimal without `0x`. */
export function keccak256(text: string): string {
  const bytes = new TextEncoder().encode(text);
  const padded = new Uint8Array(Math.ceil((bytes.length + 1) / RATE) * RATE);
  padded.set(bytes);
  padded[bytes.length] = 1;
  padded[padded.length - 1] = (padded[padded.length - 1] ?? 0) | 0x80;
  const state = Array.from({ length: 25 }, () => 0n);
  const view = new DataView(padded.buffer);
  for (let block = 0; block < padded.length; block += RATE) {
    for (let at = 0; at < RATE / 8; at += 1) state[at] = (state[at] ?? 0n) ^ view.getBigUint64(block + at * 8, true);
    permute(state);
  }
  const hash = new DataView(new ArrayBuffer(32));
  for (let at = 0; at < 4; at += 1) hash.setBigUint64(at * 8, state[at] ?? 0n, true);
  return Array.from(new Uint8Array(hash.buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

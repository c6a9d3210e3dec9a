/** A QR code (ISO 18004) of a short text: bytes, correction of level M, versions 1 to 13. */

/** For each version: how many bytes of correction a block has, and how many blocks there are. */
const BLOCKS: [correction: number, count: number][] = [[10, 1], [16, 1], [26, 1], [18, 2], [24, 2], [16, 4], [18, 4], [22, 4], [22, 5], [26, 5], [30, 5], [22, 8], [22, 9]];

/** How many modules carry data and correction. */
function roomOf(version: number): number {
  let room = (16 * version + 128) * version + 64;
  if (version >= 2) {
    const count = Math.floor(version / 7) + 2;
    room -= (25 * count - 10) * count - 55;
    if (version >= 7) room -= 36;
  }
  return room;
}

const EXP = new Uint8Array(512);
const LOG = new Uint8Array(256);
for (let power = 0, value = 1; power < 255; power += 1) {
  EXP[power] = value;
  EXP[power + 255] = value;
  LOG[value] = power;
  value = value & 0x80 ? ((value << 1) ^ 0x11d) & 0xff : value << 1;
}
const times = (a: number, b: number): number => (a === 0 || b === 0 ? 0 : (EXP[(LOG[a] ?? 0) + (LOG[b] ?? 0)] ?? 0));

/** The bytes by which damage is mended (Reed and Solomon). */
function correctionOf(data: number[], count: number): number[] {
  let divisor = [1];
  for (let degree = 0; degree < count; degree += 1) {
    const root = EXP[degree] ?? 1;
    divisor = [...divisor, 0].map((value, at) => value ^ times(at > 0 ? (divisor[at - 1] ?? 0) : 0, root));
  }
  const rest = [...data, ...Array.from({ length: count }, () => 0)];
  data.forEach((_, at) => {
    const factor = rest[at] ?? 0;
    divisor.forEach((value, offset) => (rest[at + offset] = (rest[at + offset] ?? 0) ^ times(value, factor)));
  });
  return rest.slice(data.length);
}

function codewords(bytes: Uint8Array, version: number): number[] {
  const [correction, count] = BLOCKS[version - 1] ?? [0, 1];
  const total = Math.floor(roomOf(version) / 8);
  const room = total - correction * count;
  let bits = "0100" + bytes.length.toString(2).padStart(version < 10 ? 8 : 16, "0") + Array.from(bytes, (byte) => byte.toString(2).padStart(8, "0")).join("");
  bits += "0".repeat(Math.min(4, room * 8 - bits.length));
  bits += "0".repeat((8 - (bits.length % 8)) % 8);
  const data = (bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2));
  for (let pad = 0; data.length < room; pad += 1) data.push(pad % 2 === 0 ? 0xec : 0x11);
  // Short blocks come first; of the long ones each has one byte more.
  const short = Math.floor(room / count);
  const longer = room % count;
  const blocks: number[][] = [];
  for (let block = 0, at = 0; block < count; block += 1) {
    const size = short + (block >= count - longer ? 1 : 0);
    blocks.push(data.slice(at, at + size));
    at += size;
  }
  const mending = blocks.map((block) => correctionOf(block, correction));
  const woven = (lists: number[][]) => Array.from({ length: Math.max(...lists.map(({ length }) => length)) }, (_, at) => lists.flatMap((list) => (at < list.length ? [list[at] ?? 0] : []))).flat();
  return [...woven(blocks), ...woven(mending)];
}

function alignments(version: number): number[] {
  if (version === 1) return [];
  const count = Math.floor(version / 7) + 2;
  const step = Math.ceil((version * 4 + 4) / (count * 2 - 2)) * 2;
  const places = [6];
  for (let at = version * 4 + 10; places.length < count; at -= step) places.splice(1, 0, at);
  return places;
}

const MASKS: ((x: number, y: number) => boolean)[] = [
  (x, y) => (x + y) % 2 === 0,
  (_, y) => y % 2 === 0,
  (x) => x % 3 === 0,
  (x, y) => (x + y) % 3 === 0,
  (x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2 === 0,
  (x, y) => ((x * y) % 2) + ((x * y) % 3) === 0,
  (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2 === 0,
  (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2 === 0,
];

/** The modules of the code, row by row; nothing where the text is too long. */
export function qrOf(text: string): boolean[][] | undefined {
  const bytes = new TextEncoder().encode(text);
  const version = BLOCKS.findIndex(([correction, count], at) => Math.floor(roomOf(at + 1) / 8) - correction * count >= bytes.length + (at + 1 < 10 ? 2 : 3)) + 1;
  if (version === 0) return undefined;
  const size = version * 4 + 17;
  const fixed = Array.from({ length: size }, () => Array.from({ length: size }, (): boolean | undefined => undefined));
  const put = (x: number, y: number, dark: boolean) => {
    const row = fixed[y];
    if (row && x >= 0 && x < size) row[x] = dark;
  };
  for (let at = 0; at < size; at += 1) {
    put(6, at, at % 2 === 0);
    put(at, 6, at % 2 === 0);
  }
  for (const [cx, cy] of [[3, 3], [size - 4, 3], [3, size - 4]] as const) {
    for (let dy = -4; dy <= 4; dy += 1) {
      for (let dx = -4; dx <= 4; dx += 1) {
        const far = Math.max(Math.abs(dx), Math.abs(dy));
        put(cx + dx, cy + dy, far !== 2 && far !== 4);
      }
    }
  }
  const places = alignments(version);
  const last = places.length - 1;
  places.forEach((cx, i) =>
    places.forEach((cy, j) => {
      if ((i === 0 && j === 0) || (i === 0 && j === last) || (i === last && j === 0)) return;
      for (let dy = -2; dy <= 2; dy += 1) for (let dx = -2; dx <= 2; dx += 1) put(cx + dx, cy + dy, Math.max(Math.abs(dx), Math.abs(dy)) !== 1);
    }),
  );
  if (version >= 7) {
    let rest = version;
    for (let step = 0; step < 12; step += 1) rest = (rest << 1) ^ ((rest >>> 11) * 0x1f25);
    const bits = (version << 12) | rest;
    for (let at = 0; at < 18; at += 1) {
      const dark = ((bits >>> at) & 1) === 1;
      put(size - 11 + (at % 3), Math.floor(at / 3), dark);
      put(Math.floor(at / 3), size - 11 + (at % 3), dark);
    }
  }
  format(put, size, 0);
  const words = codewords(bytes, version);
  const data: [x: number, y: number, dark: boolean][] = [];
  for (let right = size - 1, at = 0; right >= 1; right -= 2) {
    if (right === 6) right = 5;
    for (let step = 0; step < size; step += 1) {
      for (const x of [right, right - 1]) {
        const y = ((right + 1) & 2) === 0 ? size - 1 - step : step;
        if (fixed[y]?.[x] !== undefined) continue;
        data.push([x, y, ((((words[at >>> 3] ?? 0) >>> (7 - (at & 7))) & 1) === 1)]);
        at += 1;
      }
    }
  }
  const drawn = MASKS.map((mask, index) => {
    for (const [x, y, dark] of data) put(x, y, dark !== mask(x, y));
    format(put, size, index);
    return fixed.map((row) => row.map((dark) => dark === true));
  });
  return drawn.reduce((best, one) => (penalty(one) < penalty(best) ? one : best));
}

/** Which correction and which mask is used, twice. */
function format(put: (x: number, y: number, dark: boolean) => void, size: number, mask: number): void {
  let rest = mask;
  for (let step = 0; step < 10; step += 1) rest = (rest << 1) ^ ((rest >>> 9) * 0x537);
  const bits = ((mask << 10) | rest) ^ 0x5412;
  const bit = (at: number) => ((bits >>> at) & 1) === 1;
  for (let at = 0; at <= 5; at += 1) put(8, at, bit(at));
  put(8, 7, bit(6));
  put(8, 8, bit(7));
  put(7, 8, bit(8));
  for (let at = 9; at < 15; at += 1) put(14 - at, 8, bit(at));
  for (let at = 0; at < 8; at += 1) put(size - 1 - at, 8, bit(at));
  for (let at = 8; at < 15; at += 1) put(8, size - 15 + at, bit(at));
  put(8, size - 8, true);
}

/** How hard a code is to read: long runs, squares, what looks like a finder, too much of one colour. */
function penalty(rows: boolean[][]): number {
  const size = rows.length;
  let sum = 0;
  let dark = 0;
  const columns = rows.map((_, x) => rows.map((row) => row[x] === true));
  for (const line of [...rows, ...columns]) {
    const text = line.map((one) => (one ? "1" : "0")).join("");
    for (const run of text.match(/0{5,}|1{5,}/g) ?? []) sum += run.length - 2;
    for (const pattern of ["10111010000", "00001011101"]) for (let at = text.indexOf(pattern); at >= 0; at = text.indexOf(pattern, at + 1)) sum += 40;
  }
  for (let y = 0; y < size; y += 1) {
    for (let x = 0; x < size; x += 1) {
      const one = rows[y]?.[x];
      if (one) dark += 1;
      if (x + 1 < size && y + 1 < size && rows[y]?.[x + 1] === one && rows[y + 1]?.[x] === one && rows[y + 1]?.[x + 1] === one) sum += 3;
    }
  }
  return sum + Math.floor(Math.abs((dark * 20) / (size * size) - 10)) * 10;
}

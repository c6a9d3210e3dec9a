/** Which lines of a text came and went (Myers, “An O(ND) difference algorithm”). */
export type Line = { kind: "same" | "added" | "removed"; text: string; /** Its number in the text before. */ old?: number; /** Its number in the text after. */ now?: number };

/** Texts that differ in more lines than these are shown one after the other. */
const MOST = 1_500;

export function linesOf(before: string, after: string): Line[] {
  const [a, b] = [before.split("\n"), after.split("\n")];
  let top = 0;
  while (top < a.length && top < b.length && a[top] === b[top]) top += 1;
  let end = 0;
  while (end < a.length - top && end < b.length - top && a[a.length - 1 - end] === b[b.length - 1 - end]) end += 1;
  const kinds = [...same(top), ...between(a.slice(top, a.length - end), b.slice(top, b.length - end)), ...same(end)];
  let [old, now] = [0, 0];
  return kinds.map((kind): Line => {
    if (kind !== "added") old += 1;
    if (kind !== "removed") now += 1;
    const text = (kind === "removed" ? a[old - 1] : b[now - 1]) ?? "";
    return { kind, text, ...(kind !== "added" && { old }), ...(kind !== "removed" && { now }) };
  });
}

type Kind = Line["kind"];
const same = (count: number): Kind[] => Array.from({ length: count }, () => "same" as const);
const whole = (a: string[], b: string[]): Kind[] => [...a.map(() => "removed" as const), ...b.map(() => "added" as const)];

function between(a: string[], b: string[]): Kind[] {
  if (a.length === 0 || b.length === 0) return whole(a, b);
  const most = Math.min(a.length + b.length, MOST);
  /** How far each diagonal has come, for each number of changes. */
  const trace: Int32Array[] = [];
  const far = new Int32Array(2 * most + 3);
  const at = (of: Int32Array, diagonal: number) => of[diagonal + most + 1] ?? 0;
  const goesDown = (of: Int32Array, diagonal: number, changes: number) => diagonal === -changes || (diagonal !== changes && at(of, diagonal - 1) < at(of, diagonal + 1));
  for (let changes = 0; changes <= most; changes += 1) {
    trace.push(far.slice());
    for (let diagonal = -changes; diagonal <= changes; diagonal += 2) {
      let x = goesDown(far, diagonal, changes) ? at(far, diagonal + 1) : at(far, diagonal - 1) + 1;
      while (x < a.length && x - diagonal < b.length && a[x] === b[x - diagonal]) x += 1;
      far[diagonal + most + 1] = x;
      if (x >= a.length && x - diagonal >= b.length) return back(trace, a.length, b.length, at, goesDown);
    }
  }
  return whole(a, b);
}

/** The way that was gone, from its end. */
function back(trace: Int32Array[], endX: number, endY: number, at: (of: Int32Array, diagonal: number) => number, goesDown: (of: Int32Array, diagonal: number, changes: number) => boolean): Kind[] {
  const kinds: Kind[] = [];
  let [x, y] = [endX, endY];
  for (let changes = trace.length - 1; changes >= 0; changes -= 1) {
    const before = trace[changes] ?? new Int32Array();
    const down = goesDown(before, x - y, changes);
    const fromX = changes === 0 ? 0 : down ? at(before, x - y + 1) : at(before, x - y - 1);
    const fromY = changes === 0 ? 0 : fromX - (down ? x - y + 1 : x - y - 1);
    const [startX, startY] = changes === 0 ? [0, 0] : down ? [fromX, fromY + 1] : [fromX + 1, fromY];
    for (; x > startX && y > startY; x -= 1, y -= 1) kinds.push("same");
    if (changes > 0) kinds.push(down ? "added" : "removed");
    [x, y] = [fromX, fromY];
  }
  return kinds.reverse();
}

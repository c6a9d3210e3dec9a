/** What was, what is, and what was taken back. */
export type History<T> = { past: T[]; present: T; future: T[]; tag: string | undefined };

/** So many steps can be taken back. */
const KEPT = 200;

export function begin<T>(present: T): History<T> {
  return { past: [], present, future: [], tag: undefined };
}

/** A step. Steps with the same tag that follow one another are one: a text that is typed is taken back as a whole. */
export function step<T>(history: History<T>, next: T, tag?: string): History<T> {
  if (next === history.present) return history;
  if (tag !== undefined && tag === history.tag) return { ...history, present: next, future: [] };
  return { past: [...history.past, history.present].slice(-KEPT), present: next, future: [], tag };
}

export function undo<T>(history: History<T>): History<T> {
  const before = history.past.at(-1);
  if (before === undefined) return history;
  return { past: history.past.slice(0, -1), present: before, future: [history.present, ...history.future], tag: undefined };
}

export function redo<T>(history: History<T>): History<T> {
  const [next, ...future] = history.future;
  if (next === undefined) return history;
  return { past: [...history.past, history.present], present: next, future, tag: undefined };
}

import { diffArrays } from "diff";

/** Which lines of a text came and went. */
export type Line = { kind: "same" | "added" | "removed"; text: string; /** Its number in the text before. */ old?: number; /** Its number in the text after. */ now?: number };

/** Texts that differ in more lines than these are shown one after the other. */
const MOST = 1_500;

export function linesOf(before: string, after: string): Line[] {
  const [a, b] = [before.split("\n"), after.split("\n")];
  const changes = diffArrays(a, b, { maxEditLength: MOST }) ?? [
    { value: a, removed: true, added: false },
    { value: b, removed: false, added: true },
  ];
  let [old, now] = [0, 0];
  return changes.flatMap(({ value, added, removed }) =>
    value.map((text): Line => {
      if (added) return { kind: "added", text, now: (now += 1) };
      if (removed) return { kind: "removed", text, old: (old += 1) };
      return { kind: "same", text, old: (old += 1), now: (now += 1) };
    }),
  );
}

import { isObject, isSame, type Json } from "../api/exactJson";

export type Change = { path: string; before: Json | undefined; after: Json | undefined };

/** So deep it is looked; what differs further down is shown as a whole. */
const DEPTH = 3;

/** What differs between two values, by its path. */
export function changesBetween(before: Json | undefined, after: Json | undefined, path = "", depth = 0): Change[] {
  if (isSame(before, after)) return [];
  if (depth < DEPTH && isObject(before) && isObject(after)) {
    const names = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...names].flatMap((name) => changesBetween(before[name], after[name], path ? `${path}.${name}` : name, depth + 1));
  }
  const isNothing = (value: Json | undefined) => value === undefined || value === null;
  return isNothing(before) && isNothing(after) ? [] : [{ path, before, after }];
}

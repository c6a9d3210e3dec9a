/** Names of nodes, as the engine has them: a letter, then at most 63 letters, digits, hyphens and underscores. */
export const ROOT = "root";
const LONGEST = 64;

export function isWellFormed(id: string): boolean {
  return /^[A-Za-z][\w-]{0,63}$/.test(id);
}

/** A name that is not taken: the wished one, or it with a number behind it. */
export function freeId(wished: string, taken: (id: string) => boolean): string {
  const plain = wished.replaceAll(/[^\w-]+/g, "-").replace(/^[^A-Za-z]+/, "").slice(0, LONGEST) || "node";
  if (!taken(plain)) return plain;
  const stem = plain.replace(/-\d+$/, "");
  for (let number = 2; ; number += 1) {
    const id = `${stem.slice(0, LONGEST - 1 - String(number).length)}-${number}`;
    if (!taken(id)) return id;
  }
}

/** Why a node cannot be called that, or nothing. */
export function nameFault(id: string, taken: (id: string) => boolean): string | undefined {
  if (!isWellFormed(id)) return "A name is a letter, then at most 63 letters, digits, hyphens and underscores";
  if (taken(id)) return `There is a node “${id}” already`;
  return undefined;
}

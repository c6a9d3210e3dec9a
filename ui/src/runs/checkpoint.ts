type Checkpoint = { origin: string; size: bigint; root: string };

/** A signed note of C2SP: origin, size and root, a line each. */
export function readCheckpoint(note: string): Checkpoint {
  const [origin = "", size = "", root = ""] = note.split("\n");
  if (!/^\d+$/.test(size)) throw new Error("The checkpoint of the log could not be read");
  return { origin, size: BigInt(size), root };
}

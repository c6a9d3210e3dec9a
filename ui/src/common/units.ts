import { ExactNumber, type Json } from "../api/exactJson";

const SIZES = ["B", "KiB", "MiB", "GiB", "TiB"];

/** A number of bytes in the unit that suits it. */
export function bytes(count: number): string {
  let size = count;
  let unit = 0;
  while (size >= 1024 && unit < SIZES.length - 1) {
    size /= 1024;
    unit += 1;
  }
  return `${unit === 0 ? size : size.toFixed(size < 10 ? 1 : 0)} ${SIZES[unit]}`;
}

/** A number with its thousands apart, to the last digit, however long it is. */
export function exact(value: Json | undefined): string {
  const text = value instanceof ExactNumber ? value.text : String(value);
  const parts = /^(-?)(\d+)(\.\d+)?$/.exec(text);
  if (!parts) return text;
  return `${parts[1]}${BigInt(parts[2] ?? 0).toLocaleString()}${parts[3] ?? ""}`;
}

/** “1 run”, “2 runs”. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString()} ${count === 1 ? one : many}`;
}

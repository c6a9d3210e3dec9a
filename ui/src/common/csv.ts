import { ExactNumber, writeJson, type Json, type JsonObject } from "../api/exactJson";

/** Rows as CSV with a head. Texts that a spreadsheet would take for a formula are told to be texts. */
export function toCsv(columns: string[], rows: JsonObject[]): string {
  return [columns.map(cell), ...rows.map((row) => columns.map((column) => cell(plain(row[column]))))].map((line) => line.join(",")).join("\r\n");
}

/** A value as one line of text, exactly. */
export function plain(value: Json | undefined): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "string") return value;
  return value instanceof ExactNumber ? value.text : writeJson(value);
}

function cell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) && !/^-?\d+(\.\d+)?$/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

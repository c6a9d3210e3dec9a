/** A content of a workflow: `draft`, `live`, or the number of a version. */
export type Edition = string;

function readEdition(value: unknown): Edition | undefined {
  const text = typeof value === "number" ? String(value) : value;
  return typeof text === "string" && /^(draft|live|[1-9]\d{0,8})$/.test(text) ? text : undefined;
}

export function nameOf(edition: Edition): string {
  if (edition === "draft") return "the draft";
  return edition === "live" ? "what is live" : `version ${edition}`;
}

export type EditionSearch = { from?: Edition; to?: Edition };

export function parseEditions(search: Record<string, unknown>): EditionSearch {
  const [from, to] = [readEdition(search["from"]), readEdition(search["to"])];
  return { ...(from && { from }), ...(to && { to }) };
}

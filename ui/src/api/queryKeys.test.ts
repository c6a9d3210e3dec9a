import { expect, test } from "vitest";

const sources = import.meta.glob<string>(["../**/*.ts", "../**/*.tsx", "!../**/*.test.*"], { query: "?raw", import: "default", eager: true });

const ASKS = /(?:\bqueryKey: |\busePages\(\s*)\[([^\]]*)\]/g;
const REQUEST = /api\.get\(\s*"([^"]+)"/;

/** What two keys must have in common to be able to be the same: their words, and how many values they have. */
const shape = (key: string) =>
  key
    .split(/,(?![^{]*\})/)
    .map((part) => (part.trim().startsWith('"') ? part.trim() : "_"))
    .join(", ");

test("no two questions keep their answers under the same key", () => {
  // given each key under which an answer is kept, and what is asked for it
  const asked = new Map<string, Map<string, string>>();
  for (const [file, text] of Object.entries(sources)) {
    for (const { 0: whole, 1: key = "", index } of text.matchAll(ASKS)) {
      // What is asked stands right after its key; a key alone names what is to be asked again.
      const request = REQUEST.exec(text.slice(index + whole.length, index + whole.length + 400))?.[1];
      if (request === undefined || /(?:invalidate|refetch|remove|cancel)Queries\(\{ $/.test(text.slice(0, index))) continue;
      const paged = whole.startsWith("usePages") ? "pages of " : "";
      const places = asked.get(shape(key)) ?? new Map<string, string>();
      asked.set(shape(key), places.set(paged + request, file));
    }
  }
  expect(asked.size).toBeGreaterThan(50);

  // then each stands for one
  const shared = [...asked].filter(([, requests]) => requests.size > 1).map(([key, requests]) => [key, Object.fromEntries(requests)]);
  expect(shared).toEqual([]);
});

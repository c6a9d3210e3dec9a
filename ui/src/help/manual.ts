import MiniSearch from "minisearch";
import { queryOptions, useQuery } from "@tanstack/react-query";
import file from "./manual.json?url";

/** A heading of a page of the manual with what stands below it. Of a page in a folder, `page` is `folder~page`: an address with a dot is a file. */
export type Section = { page: string; level: number; title: string; heading: string; anchor: string; text: string };
export type Manual = { sections: Section[]; answer: (question: string) => Section[] };

/** Words of a question that say nothing of what is asked for. */
const EMPTY = new Set("a about an and any are as at be by can could did do does for from get has have how i if in is it its me my of on or our should so that the their there these this to was we what when where which who why will with would you your".split(" "));
const MOST = 8;

/** Words, and names such as `http_status` whole and in their parts. */
const wordsOf = (text: string): string[] => text.split(/[^\p{L}\p{N}_]+/u).flatMap((word) => (word.includes("_") ? [word, ...word.split("_")] : word)).filter(Boolean);

/** The manual, in which a question finds the sections that answer it best. */
export function manualOf(sections: Section[]): Manual {
  const index = new MiniSearch<Section & { id: number }>({
    fields: ["heading", "title", "text"],
    tokenize: wordsOf,
    processTerm: (word) => (EMPTY.has(word.toLowerCase()) ? null : word.toLowerCase()),
    searchOptions: { boost: { heading: 3, title: 2 }, prefix: (word) => word.length > 3, fuzzy: (word) => (word.length > 4 ? 0.25 : false) },
  });
  index.addAll(sections.map((section, id) => ({ ...section, id })).filter(({ text }) => text !== ""));
  const answer = (question: string) =>
    index
      .search(question)
      .slice(0, MOST)
      .flatMap(({ id }) => sections[id as number] ?? []);
  return { sections, answer };
}

/** Where a link on a page leads to in the manual; nothing where it leads out of it. */
export function placeFrom(page: string, link: string): { page: string; anchor: string } | undefined {
  const [, file, anchor = ""] = /^([\w./-]+\.md)?(?:#([\w-]+))?$/.exec(link) ?? [];
  if (file === undefined) return anchor ? { page, anchor } : undefined;
  const path = new URL(file, `https://manual/docs/${page.replace("~", "/")}`).pathname;
  const [, to] = /^\/docs\/((?:nodes\/)?[\w-]+)\.md$/.exec(path) ?? [];
  return to === undefined ? undefined : { page: to.replace("/", "~"), anchor };
}

/** The manual of this version, which comes with the app. */
export const manualQuery = queryOptions({
  queryKey: ["fixed", "manual"],
  queryFn: async () => {
    const told = await fetch(new Request(new URL(file, location.href)));
    if (!told.ok) throw new Error(`the manual did not come (${told.status})`);
    return manualOf((await told.json()) as Section[]);
  },
  staleTime: Infinity,
  gcTime: Infinity,
});

export function useManual() {
  return useQuery(manualQuery);
}

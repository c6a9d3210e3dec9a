import type { Page } from "@playwright/test";
import { isSettled } from "./app";

/**
 * The pages of the app, as its router has them: a new one is among them by itself. What stands for a parameter is found
 * as a reader finds it, by the links of other pages.
 */

/** `tab` is one of its tabs other than the first that is shown. */
export type Place = { route: string; path: string; tab?: string };

/** The addresses of all pages, parameters as `$name`. */
async function routesOf(page: Page): Promise<string[]> {
  const paths = await page.evaluate(() => {
    const { __TSR_ROUTER__: router } = globalThis as unknown as { __TSR_ROUTER__: { routesByPath: Record<string, unknown> } };
    return Object.keys(router.routesByPath);
  });
  // The first one leads to another.
  return paths.filter((path) => path !== "/");
}

async function linksOf(page: Page): Promise<string[]> {
  const paths = await page.locator("a[href]").evaluateAll((links) => links.map((link) => (link as HTMLAnchorElement).pathname));
  return [...new Set(paths)];
}

/** Each parameter of a route, as the address up to it: `id` of a wallet is none of a connector. */
function parametersOf(route: string): string[] {
  const parts = route.split("/");
  return parts.flatMap((part, index) => (part.startsWith("$") ? [parts.slice(0, index + 1).join("/")] : []));
}

/** What the parameters of a route are in an address, where it is one of that route. */
function read(route: string, path: string): [parameter: string, value: string][] {
  const [parts, given] = [route.split("/"), path.split("/")];
  const isOne = parts.length === given.length && parts.every((part, index) => part.startsWith("$") || part === given[index]);
  if (!isOne) return [];
  return parts.flatMap((part, index) => (part.startsWith("$") ? [[parts.slice(0, index + 1).join("/"), given[index] ?? ""] as [string, string]] : []));
}

/** An address of a route out of what is known of its parameters. */
function filled(route: string, known: Map<string, string>): string | undefined {
  if (parametersOf(route).some((parameter) => !known.has(parameter))) return undefined;
  const parts = route.split("/");
  return parts.map((part, index) => (part.startsWith("$") ? known.get(parts.slice(0, index + 1).join("/")) : part)).join("/");
}

/** What no link says: the parameters of routes, as `/workflows/$workflowId`; what stands behind `?`, by route; and further addresses of interest. */
export type Given = { parameters: Record<string, string>; searches?: Record<string, string>; further?: { route: string; path: string }[] };

/**
 * Opens each page of the router with each of its tabs, and does something with it.
 *
 * Fails where a page is led to by nothing: then `seed.ts` has to make what it shows, or the parameter is given.
 */
export async function walk(page: Page, { parameters, searches = {}, further = [] }: Given, visit: (place: Place) => Promise<void>): Promise<Place[]> {
  const known = new Map(Object.entries(parameters));
  await page.goto("/");
  await isSettled(page);
  const routes = await routesOf(page);
  const visited: Place[] = [];
  const look = async (place: Place) => {
    visited.push(place);
    await visit(place);
    for (const link of await linksOf(page)) {
      // A page with an address of its own is not one with a parameter there.
      if (routes.includes(link)) continue;
      for (const [parameter, value] of routes.flatMap((route) => read(route, link))) if (!known.has(parameter)) known.set(parameter, value);
    }
  };
  for (;;) {
    const open = routes.filter((route) => !visited.some((place) => place.route === route));
    const next = open.map((route) => ({ route, path: filled(route, known) })).find(({ path }) => path !== undefined);
    if (next?.path !== undefined) {
      await opened(page, { route: next.route, path: next.path + (searches[next.route] ?? "") }, look);
      continue;
    }
    if (open.length > 0) throw new Error(`No link leads to ${open.join(", ")}: make in ui/e2e/support/seed.ts what such a page shows`);
    for (const place of further) {
      await page.goto(place.path);
      await isSettled(page);
      await look(place);
    }
    return visited;
  }
}

/** Opens a page, and then each of its tabs. */
async function opened(page: Page, place: Place, look: (place: Place) => Promise<void>): Promise<void> {
  await page.goto(place.path);
  await isSettled(page);
  await look(place);
  const others = page.locator("main [role=tab]:visible:not([aria-selected=true])");
  for (const id of await others.evaluateAll((found) => found.map((tab) => tab.id))) {
    const tab = page.locator(`[id="${id}"]`);
    const name = await tab.textContent();
    await tab.click();
    await isSettled(page);
    await look({ ...place, tab: name ?? id });
  }
}

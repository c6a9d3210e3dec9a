import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { open } from "../../test/page";
import { manualOf, placeFrom, type Section } from "./manual";
import file from "./manual.json?url";
import written from "./manual.json";

const sections = written as Section[];
const answers = { [`GET ${file}`]: () => new Response(JSON.stringify(sections)) };

describe("the manual", () => {
  it.each([
    ["How do I run a failed run again from a node?", /rerun|again/i],
    ["legal hold", /hold/i],
    ["How do I verify a bundle without the server?", /audit verify/i],
    ["What does http_status mean?", /http_status/],
    ["Wehbook signature", /webhook/i],
  ])("answers “%s”", (question, said) => {
    const found = manualOf(sections).answer(question);
    expect(found.slice(0, 3).map(({ heading, title, text }) => `${title} ${heading} ${text}`).join("\n")).toMatch(said);
  });

  it("says nothing to what has no word of it", () => {
    expect(manualOf(sections).answer("what is the how")).toEqual([]);
    expect(manualOf(sections).answer("xylophonqwz")).toEqual([]);
  });

  it("leads from page to page, and to places that are there", () => {
    const places = new Set(sections.flatMap(({ page, anchor }) => [`${page}#`, `${page}#${anchor}`]));
    const links = sections.flatMap(({ page, text }) => [...text.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, link = ""]) => placeFrom(page, link) ?? []));
    expect(links.length).toBeGreaterThan(300);
    expect([...new Set(links.map(({ page, anchor }) => `${page}#${anchor}`))].filter((place) => !places.has(place))).toEqual([]);
  });

  it("has no two places of one name on a page", () => {
    const places = sections.map(({ page, anchor }) => `${page}#${anchor}`);
    expect(places.filter((place, index) => places.indexOf(place) !== index)).toEqual([]);
  });
});

describe("help", () => {
  it("is asked by its key from everywhere, and shows the best answer whole", async () => {
    const { router } = await open("/workflows", answers);
    await screen.findByRole("heading", { name: "Workflows" });
    await userEvent.keyboard("{Control>}i{/Control}");
    const box = await screen.findByRole("searchbox", { name: "Your question" });
    expect(box).toHaveFocus();

    await userEvent.type(box, "legal hold");
    const found = await screen.findByRole("region", { name: "Answers" });
    const [best, second] = await within(found).findAllByRole("group");
    expect(best).toHaveAttribute("open");
    expect(best).toHaveTextContent(/hold/i);
    expect(second).not.toHaveAttribute("open");

    await userEvent.click(within(best as HTMLElement).getByRole("link", { name: "Read the page" }));
    expect(router.state.location.pathname).toBe("/manual/retention");
    expect(await screen.findByRole("heading", { level: 1, name: "Retention" })).toBeVisible();
    expect(screen.getByRole("heading", { name: "Legal hold" })).toHaveAttribute("id", "legal-hold");
  });

  it("teaches what can be asked, and with what to begin", async () => {
    await open("/help", answers);
    const question = await screen.findByRole("link", { name: /approve a payment/ });
    expect(question.getAttribute("href")).toMatch(/^\/help\?q=/);
    expect(within(await screen.findByRole("region", { name: "Pages" })).getAllByRole("link").length).toBeGreaterThan(8);
  });

  it("says that a page is not there", async () => {
    await open("/manual/nothing-of-this-name", answers);
    expect(await screen.findByText("There is no such page")).toBeVisible();
  });

  it("links pages to pages, and what is not of the manual to nowhere", async () => {
    await open("/manual/retention", answers);
    await screen.findByRole("heading", { level: 1, name: "Retention" });
    const links = screen.getAllByRole("link").map((link) => link.getAttribute("href") ?? "");
    const inner = links.filter((href) => href.startsWith("/manual/"));
    expect(inner.length).toBeGreaterThan(0);
    const pages = new Set(sections.map(({ page }) => page));
    for (const href of inner) expect(pages).toContain(href.replace(/^\/manual\//, "").replace(/#.*/, ""));
  });
});

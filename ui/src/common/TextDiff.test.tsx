import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { linesOf } from "./lines";
import { TextDiff } from "./TextDiff";

const told = (before: string, after: string) => linesOf(before, after).map(({ kind, text }) => `${{ same: " ", added: "+", removed: "-" }[kind]}${text}`);

describe("the difference of two texts", () => {
  it("is the lines that went and came, in order, with their numbers", () => {
    expect(told("a\nb\nc\nd", "a\nx\nc\nd\ne")).toEqual([" a", "-b", "+x", " c", " d", "+e"]);
    expect(linesOf("a\nb", "b")).toEqual([{ kind: "removed", text: "a", old: 1 }, { kind: "same", text: "b", old: 2, now: 1 }]);
  });

  it("can always be put together again", () => {
    let seed = 7;
    const chance = (below: number) => (seed = (seed * 48_271) % 2_147_483_647) % below;
    for (let round = 0; round < 200; round += 1) {
      const [a, b] = [1, 2].map(() => Array.from({ length: chance(12) + 1 }, () => "abcd"[chance(4)]).join("\n")) as [string, string];
      const lines = linesOf(a, b);
      expect(lines.filter(({ kind }) => kind !== "added").map(({ text }) => text).join("\n")).toBe(a);
      expect(lines.filter(({ kind }) => kind !== "removed").map(({ text }) => text).join("\n")).toBe(b);
    }
  });

  it("shows each change by a word and a sign, as text, and folds what is far from it", async () => {
    const many = Array.from({ length: 40 }, (_, index) => `line ${index}`).join("\n");
    render(<TextDiff label="Draft against live" before={many} after={`${many}\n<b>new</b>`} />);
    expect(screen.getByText("New:")).toBeInTheDocument();
    expect(document.querySelector("b")).toBeNull();
    expect(screen.queryByText("line 3")).toBeNull();
    await userEvent.click(screen.getByRole("button", { name: "37 lines that are the same" }));
    expect(screen.getByText("line 3")).toBeVisible();
  });

  it("says so when there is none", () => {
    render(<TextDiff label="It" before="a" after="a" />);
    expect(screen.getByText(/the same, letter by letter/)).toBeVisible();
  });
});

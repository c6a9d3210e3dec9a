import { render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import type { Definition } from "../api/types";
import { GraphDiff } from "./GraphDiff";

const before: Definition = { nodes: { root: { type: "manual", payload: {}, children: ["a", "b"] }, a: { type: "log", payload: { message: "one" } }, b: { type: "log", payload: { message: "two" } } } };
const after: Definition = { nodes: { root: { type: "manual", payload: {}, children: ["a", "c"] }, a: { type: "log", payload: { message: "<i>one</i>" } }, c: { type: "delay", payload: { delay: "1s" } } } };

describe("the graph of differences", () => {
  it("has what came and what went in one graph, each by a word", () => {
    render(<GraphDiff label="Draft against live" before={before} after={after} />);
    const words = Object.fromEntries([...document.querySelectorAll(".react-flow__node")].map((node) => [node.getAttribute("data-id"), node.getAttribute("aria-label")]));
    expect(words).toEqual({ root: "root: The same", a: "a: Changed", b: "b: Gone", c: "c: New" });
  });

  it("is stepped through by keys, each change with what was and what is", async () => {
    render(<GraphDiff label="Draft against live" before={before} after={after} />);
    await userEvent.click(screen.getByRole("button", { name: /The next change/ }));
    const first = screen.getByRole("region", { name: "What changed of a" });
    expect(within(first).getByText("/payload/message")).toBeVisible();
    expect(within(first).getByText("<i>one</i>")).toBeVisible();
    await userEvent.keyboard("j");
    expect(screen.getByRole("region", { name: "What changed of c" })).toBeVisible();
    expect(screen.getByText("2 of 3")).toBeVisible();
    await userEvent.keyboard("kk");
    expect(screen.getByRole("region", { name: "What changed of b" })).toBeVisible();
  });
});

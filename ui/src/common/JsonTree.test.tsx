import { fireEvent, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import { parseJson } from "../api/exactJson";
import { JsonTree } from "./JsonTree";

const value = parseJson('{"wei":123456789012345678901234567890,"deep":{"deeper":{"deepest":{"name":"needle"}}},"hay":["a","b"],"html":"<b>x</b>"}');

describe("the tree", () => {
  it("shows numbers exactly and markup as text", () => {
    render(<JsonTree value={value} label="it" />);
    expect(screen.getByText("123456789012345678901234567890")).toBeVisible();
    expect(screen.getByText(/<b>x<\/b>/)).toBeVisible();
  });

  it("finds what is folded away, and hides what does not fit", async () => {
    render(<JsonTree value={value} label="it" />);
    expect(screen.queryByText("needle")).toBeNull();
    await userEvent.type(screen.getByRole("searchbox"), "needle");
    expect(await screen.findByText("needle")).toBeVisible();
    expect(screen.queryByText(/hay/)).toBeNull();
  });

  it("unfolds a thousand entries a part at a time", async () => {
    render(<JsonTree value={Array.from({ length: 1000 }, (_, index) => index)} label="it" />);
    await userEvent.click(screen.getByRole("button", { expanded: false }));
    expect(screen.getByText(/900 more/)).toBeVisible();
  });

  it("stays fluid with ten megabytes, whose text is not made before it is copied", async () => {
    const rows = Array.from({ length: 60_000 }, (_, index) => ({ id: index, name: `customer ${index}`, note: "n".repeat(100), deep: { code: `code-${index}` } }));
    const large = { rows, text: "x".repeat(3_000_000) };
    const parts = new Set<unknown>([large, rows, ...rows, ...rows.map(({ deep }) => deep)]);
    const written = vi.spyOn(JSON, "stringify");
    const began = performance.now();
    render(<JsonTree value={large} label="it" />);
    fireEvent.change(screen.getByRole("searchbox"), { target: { value: "customer 1" } });
    expect(await screen.findAllByText("customer 1")).not.toHaveLength(0);
    expect(document.querySelectorAll(".tree *").length).toBeLessThan(2_000);
    // The browser of the tests writes objects of its own, to remember colours by them.
    expect(written.mock.calls.filter(([it]) => parts.has(it))).toHaveLength(0);
    // Generous, for machines that do much else; here it is some hundred milliseconds.
    expect(performance.now() - began).toBeLessThan(15_000);
  });
});

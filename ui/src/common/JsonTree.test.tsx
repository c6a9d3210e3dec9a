import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
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
});

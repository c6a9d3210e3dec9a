import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { describe, expect, it, vi } from "vitest";
import { Finder } from "./Finder";

const all = ["Delay", "Fail", "Log"].map((label) => ({ key: label, kind: "logic", label, note: "<b>what it does</b>" }));

function Sample({ onChoose }: { onChoose: (label: string) => void }) {
  const [words, setWords] = useState("");
  const items = all.filter(({ label }) => label.toLowerCase().includes(words));
  return <Finder label="What it does" placeholder="" words={words} onWords={setWords} items={items} onChoose={({ label }) => onChoose(label)} empty="Nothing does that" />;
}

describe("the finder", () => {
  it("is used by keys alone, and goes round at its ends", async () => {
    const choose = vi.fn();
    render(<Sample onChoose={choose} />);
    const box = screen.getByRole("combobox", { name: "What it does" });
    expect(box).toHaveFocus();
    const marked = () => document.getElementById(box.getAttribute("aria-activedescendant") ?? "");
    expect(marked()).toHaveTextContent("Delay");
    await userEvent.keyboard("{ArrowUp}");
    expect(marked()).toHaveTextContent("Log");
    await userEvent.keyboard("{ArrowDown}{ArrowDown}{Enter}");
    expect(choose).toHaveBeenLastCalledWith("Fail");
    await userEvent.keyboard("log{Enter}");
    expect(choose).toHaveBeenLastCalledWith("Log");
    expect(document.querySelector("b")).toBeNull();
  });

  it("chooses nothing where nothing fits", async () => {
    const choose = vi.fn();
    render(<Sample onChoose={choose} />);
    await userEvent.keyboard("xyz{ArrowDown}{Enter}");
    expect(screen.getByText("Nothing does that")).toBeVisible();
    expect(choose).not.toHaveBeenCalled();
  });
});

import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import type { Json } from "../api/exactJson";
import { DataView } from "./DataView";
import { EXAMPLE } from "./example";
import { InterfaceForm } from "./InterfaceForm";
import type { Component } from "./model";

describe("an interface that asks", () => {
  it("asks for what is shown, requires it, and sends nothing that is hidden", async () => {
    const onSend = vi.fn();
    render(<InterfaceForm component={EXAMPLE} data={{ amount: 5 }} faults={[]} onSend={onSend} />);
    expect(screen.queryByLabelText(/Reason/)).not.toBeInTheDocument();
    expect(screen.queryByLabelText(/Who else agrees/)).not.toBeInTheDocument();
    await userEvent.selectOptions(screen.getByLabelText(/Decision/), "Refuse");
    await userEvent.click(screen.getByRole("button", { name: "Send" }));
    expect(screen.getByText("Say why.")).toBeVisible();
    expect(onSend).not.toHaveBeenCalled();
    await userEvent.type(screen.getByLabelText(/Reason/), "twice");
    await userEvent.selectOptions(screen.getByLabelText(/Decision/), "Pay");
    await userEvent.click(screen.getByRole("button", { name: "Send" }));
    expect(onSend).toHaveBeenCalledWith({ decision: "pay" });
  });

  it("asks what depends on the data that are shown", () => {
    render(<InterfaceForm component={EXAMPLE} data={{ amount: 5000 }} faults={[]} onSend={() => {}} />);
    expect(screen.getByLabelText(/Who else agrees/)).toBeVisible();
  });

  it("sends the button that was pressed, after its question, and rejects by the one that rejects", async () => {
    const component: Component = {
      name: "Approve",
      componentType: "Custom",
      customProps: { displayType: "card" },
      actions: [
        { actionKey: "approve", label: "Approve", style: "primary", confirmation: "Really?" },
        { actionKey: "reject", label: "Reject", style: "danger" },
        { actionKey: "later", label: "Later", style: "secondary", visibleIf: { data: "/amount", lessThan: 3 } },
      ],
    };
    const [onSend, onReject] = [vi.fn(), vi.fn()];
    render(<InterfaceForm component={component} data={{ amount: 5 }} faults={[]} onSend={onSend} onReject={onReject} />);
    expect(screen.getByText("5")).toBeVisible();
    expect(screen.queryByRole("button", { name: "Later" })).not.toBeInTheDocument();
    await userEvent.click(screen.getByRole("button", { name: "Reject" }));
    expect(onReject).toHaveBeenCalledOnce();
    await userEvent.click(screen.getByRole("button", { name: "Approve" }));
    expect(onSend).not.toHaveBeenCalled();
    expect(screen.getByText("Really?")).toBeVisible();
    await userEvent.click(screen.getAllByRole("button", { name: "Approve" }).at(-1) as HTMLElement);
    expect(onSend).toHaveBeenCalledWith({ action: "approve" });
  });

  it("is a dialog where it says so, and shows what others wrote as text", async () => {
    const component: Component = { name: "<img src=x>", componentType: "Modal", fields: [{ fieldKey: "ok", label: "<b>Ok</b>", type: "boolean", validationRules: [{ type: "required" }] }] };
    const onSend = vi.fn();
    render(<InterfaceForm component={component} data={undefined} faults={[]} onSend={onSend} />);
    await userEvent.click(screen.getByRole("button", { name: "<img src=x>" }));
    await userEvent.click(screen.getByRole("button", { name: "Send" }));
    expect(screen.getByText("is required")).toBeVisible();
    await userEvent.click(screen.getByRole("checkbox", { name: /<b>Ok<\/b>/ }));
    await userEvent.click(screen.getByRole("button", { name: "Send" }));
    expect(onSend).toHaveBeenCalledWith({ ok: true });
  });
});

describe("an interface that shows", () => {
  const display = (displayType: "table" | "card"): Component => ({
    name: "Payments",
    componentType: "Display",
    customProps: {
      displayType,
      dataKey: "/output/items",
      columns: [{ key: "to", label: "To" }, { key: "/sum/amount", label: "Amount" }],
      flagConfig: [
        { flag: "error", label: "Too much", column: "/sum/amount", when: { data: "/sum/amount", greaterThan: 100 } },
        { flag: "pending", label: "Not sent", when: { field: "hash", filled: false } },
      ],
    },
  });
  const data: Json = { output: { items: [{ to: "Ada", sum: { amount: 7 }, hash: "0x1" }, { to: "Bob", sum: { amount: 700 } }] } };

  it.each(["table", "card"] as const)("has rows with flags, in words and not in colours alone: %s", (type) => {
    render(<DataView component={display(type)} data={data} />);
    expect(screen.getByText("Ada")).toBeVisible();
    expect(screen.getAllByText("Too much")).toHaveLength(1);
    expect(screen.getAllByText("Not sent")).toHaveLength(1);
    expect(screen.getByText("Error:")).toBeInTheDocument();
  });

  it("says when there is nothing", () => {
    render(<DataView component={display("table")} data={{ output: null }} />);
    expect(screen.getByText("There is nothing to show yet.")).toBeVisible();
  });
});

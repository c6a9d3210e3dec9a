import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { open, page } from "../../test/page";
import { toCsv } from "../common/csv";
import { exact } from "../common/units";
import { ExactNumber, parseJson } from "../api/exactJson";
import { columnsOf, formOf, fromForm, toForm } from "./columns";
import { conditionsOf, filterOf, nextSort } from "./tableView";

const schema = {
  type: "object",
  required: ["customer"],
  properties: {
    customer: { type: "string", unique: true },
    amount: { type: "number", minimum: 0 },
    state: { type: "string", enum: ["open", "paid"] },
    due: { type: "string", format: "date-time" },
    meta: {},
  },
};
const table = { id: "tbl_1", name: "payments", version: 3, schema, indexes: [{ name: "by_state", columns: ["state"], unique: false }], createdAt: "2026-11-30T10:00:00Z", updatedAt: "2026-11-30T10:00:00Z" };
const row = { id: 7, version: 2, customer: "acme", amount: "123456789012345678901234567890.000000000000000001", state: "open", due: "2026-12-01T12:00:00+00:00", meta: { a: 1 }, created_at: "2026-11-30T10:00:00Z", updated_at: "2026-11-30T11:00:00Z" };
const answers = {
  "GET /v1/tables": () => page([table]),
  "GET /v1/tables/payments": () => table,
  "GET /v1/tables/payments/rows": () => page([row]),
};

// Without a height nothing of a long list is in sight.
beforeEach(() => void vi.spyOn(Element.prototype, "clientHeight", "get").mockReturnValue(600));

describe("tables", () => {
  it("are listed, and dropped only once their name is written out", async () => {
    const { requests } = await open("/tables", { ...answers, "DELETE /v1/tables/payments": () => ({ name: "payments" }) });
    await userEvent.click(await screen.findByRole("button", { name: "Drop…" }));
    const dialog = screen.getByRole("dialog", { name: "Drop this table" });
    expect(within(dialog).getByRole("button", { name: "Drop the table" })).toBeDisabled();
    await userEvent.type(within(dialog).getByRole("textbox"), "payments");
    await userEvent.click(within(dialog).getByRole("button", { name: "Drop the table" }));
    await waitFor(() => expect(requests.some(({ line }) => line === "DELETE /v1/tables/payments?force=true&expectedVersion=3")).toBe(true));
  });

  it("are made by their columns", async () => {
    const { requests } = await open("/tables", { ...answers, "POST /v1/tables": () => table });
    await userEvent.click(await screen.findByRole("button", { name: "New table" }));
    await userEvent.type(screen.getByLabelText("Name · required"), "payments");
    await userEvent.type(screen.getByLabelText("Column"), "amount");
    await userEvent.selectOptions(screen.getByLabelText("Holds"), "number");
    await userEvent.click(screen.getByLabelText("Required"));
    await userEvent.click(screen.getByRole("button", { name: "Make the table" }));
    await waitFor(() => expect(requests).toContainEqual({ line: "POST /v1/tables", body: { name: "payments", schema: { type: "object", required: ["amount"], properties: { amount: { type: "number" } } } } }));
  });

  it("show their rows exactly, and read them in the order that a head asks for", async () => {
    const { requests } = await open("/tables/payments", answers);
    expect(await screen.findByText("123,456,789,012,345,678,901,234,567,890.000000000000000001")).toBeVisible();
    await userEvent.click(screen.getByRole("button", { name: "amount" }));
    await waitFor(() => expect(requests.some(({ line }) => line.includes("sort=amount"))).toBe(true));
    expect(await screen.findByRole("columnheader", { name: "amount" })).toHaveAttribute("aria-sort", "ascending");
  });

  it("narrow their rows by conditions", async () => {
    const { requests } = await open("/tables/payments", answers);
    await userEvent.selectOptions(await screen.findByLabelText("Column"), "amount");
    await userEvent.selectOptions(screen.getByLabelText("Comparison"), "gte");
    await userEvent.type(screen.getByLabelText("Value"), "10.5");
    await userEvent.click(screen.getByRole("button", { name: "Add the condition" }));
    await waitFor(() => expect(requests.some(({ line }) => decodeURIComponent(line).includes('filter={"amount":{"gte":"10.5"}}'))).toBe(true));
  });

  it("write a row over the version that was seen, and no digit is lost", async () => {
    const { requests } = await open("/tables/payments", { ...answers, "PUT /v1/tables/payments/rows/7": () => ({ row }) });
    await userEvent.click(await screen.findByRole("button", { name: "Open row 7" }));
    const customer = await screen.findByLabelText("Customer · required");
    await userEvent.clear(customer);
    await userEvent.type(customer, "beta");
    await userEvent.click(screen.getByRole("button", { name: "Write it" }));
    await waitFor(() => {
      const written = requests.find(({ line }) => line === "PUT /v1/tables/payments/rows/7")?.body;
      expect(written).toMatchObject({ expectedVersion: 2, row: { customer: "beta", amount: row.amount, state: "open" } });
    });
  });

  it("are not written where a value breaks a rule of its column", async () => {
    const { requests } = await open("/tables/payments", answers);
    await userEvent.click(await screen.findByRole("button", { name: "New row" }));
    await userEvent.click(screen.getByRole("button", { name: "Put it in" }));
    expect(await screen.findByText("is required")).toBeVisible();
    expect(requests.some(({ line }) => line.startsWith("POST"))).toBe(false);
  });

  it("tell what a change breaks, and are changed only where that is meant", async () => {
    const { requests } = await open("/tables/payments?tab=columns", { ...answers, "POST /v1/tables/payments/changes": () => table });
    await userEvent.click((await screen.findAllByRole("button", { name: "Remove…" }))[0] as HTMLElement);
    expect(screen.getByRole("button", { name: "Change the table" })).toBeDisabled();
    await userEvent.click(screen.getByLabelText(/I know that workflows/));
    await userEvent.click(screen.getByRole("button", { name: "Change the table" }));
    await waitFor(() => expect(requests).toContainEqual({ line: "POST /v1/tables/payments/changes", body: { changes: [{ removeColumn: "customer" }], force: true, expectedVersion: 3 } }));
  });

  it("show their history from the ledger", async () => {
    const lines = ['{"position":3,"stream":"table/tbl_1","type":"table.created","recordedAt":"2026-11-30T10:00:00Z","payload":{"name":"payments"},"metadata":{"actor":"ada"}}', '{"position":4,"stream":"table/tbl_2","type":"table.created","payload":{},"metadata":{}}'];
    await open("/tables/payments?tab=history", { ...answers, "GET /v1/ledger/export": () => new Response(lines.join("\n")) });
    expect(await screen.findByText("ada")).toBeVisible();
    expect(screen.getAllByText("table.created")).toHaveLength(1);
  });
});

describe("a query", () => {
  it("is asked by Ctrl Enter, answered in a grid, and remembered", async () => {
    const { requests } = await open("/query", { ...answers, "POST /v1/data/query": () => ({ rows: [{ state: "open", sum: "99999999999999999999.5" }], rowsAffected: 1, hasMore: false }) });
    await userEvent.type(await screen.findByLabelText("Statement"), "select 1{Control>}{Enter}{/Control}");
    expect(await screen.findByText("99,999,999,999,999,999,999.5")).toBeVisible();
    expect(requests.some(({ line, body }) => line === "POST /v1/data/query" && (body as { sql: string }).sql === "select 1")).toBe(true);
    expect(within(screen.getByRole("region", { name: "Asked before" })).getByText("select 1")).toBeVisible();
  });
});

describe("schemas", () => {
  const known = { id: "sch_1", namespace: "sales", name: "order", version: "1.1.0", reference: "sales/order@1.1.0", description: "An order", schema: { type: "object" }, isDeprecated: false, metadata: { owner: null, compatibility: "BACKWARD", tags: [] }, changes: [], versions: [{ version: "1.0.0", isDeprecated: true, createdBy: "ada", createdAt: "2026-11-30T10:00:00Z" }, { version: "1.1.0", isDeprecated: false, createdBy: "ada", createdAt: "2026-11-30T10:00:00Z" }] };
  const all = { "GET /v1/validation/schemas/sch_1": () => known };

  it("are listed by namespace and name", async () => {
    await open("/schemas", { "GET /v1/validation/schemas": () => page([{ ...known, versions: 2, owner: null, tags: [], compatibility: "BACKWARD", createdAt: "", updatedAt: "2026-11-30T10:00:00Z" }]) });
    expect(await screen.findByRole("link", { name: "sales/order" })).toBeVisible();
  });

  it("tell what a new version would break, and what is wrong with a document", async () => {
    await open("/schemas/sch_1", {
      ...all,
      "POST /v1/validation/schemas/sch_1/compatibility": () => ({ compatible: false, level: "BACKWARD", bump: "MAJOR", suggestedVersion: "2.0.0", changes: [{ type: "ADDED_REQUIRED_PROPERTY", path: "/required", message: "needs a total", severity: "BREAKING", breaks: ["BACKWARD"] }] }),
      "POST /v1/validation/validate": () => ({ valid: false, errors: [{ path: "/id", message: "is required" }], meta: { schemaId: "sch_1", version: "1.1.0", durationMs: 1, mode: "x", errorCount: 1, isDeprecated: false } }),
    });
    await userEvent.click(await screen.findByRole("button", { name: "Compare" }));
    expect(await screen.findByText("needs a total")).toBeVisible();
    await userEvent.click(screen.getByRole("button", { name: "Check it" }));
    expect(await screen.findByText("is required")).toBeVisible();
  });

  it("are deprecated by version", async () => {
    const { requests } = await open("/schemas/sch_1", { ...all, "POST /v1/validation/schemas/sch_1/deprecate": () => known });
    await userEvent.click(await screen.findByRole("button", { name: "Deprecate" }));
    await waitFor(() => expect(requests).toContainEqual({ line: "POST /v1/validation/schemas/sch_1/deprecate", body: { version: "1.1.0", isDeprecated: true } }));
  });
});

describe("storage and knowledge", () => {
  it("keep a value over the version that was seen", async () => {
    const { requests } = await open("/storage", {
      "GET /v1/organization/storage/default": () => page([{ key: "rate", version: 4, updatedBy: "ada", updatedAt: "2026-11-30T10:00:00Z" }]),
      "GET /v1/organization/storage/default/rate": () => ({ store: "default", key: "rate", value: "1.08", version: 4, updatedBy: "ada", updatedAt: "2026-11-30T10:00:00Z" }),
      "PUT /v1/organization/storage/default/rate": () => ({}),
    });
    await userEvent.click(await screen.findByRole("button", { name: "rate" }));
    await userEvent.click(await screen.findByRole("button", { name: "Change it" }));
    const value = screen.getByLabelText("Value");
    await userEvent.clear(value);
    await userEvent.type(value, "5");
    await userEvent.click(screen.getByRole("button", { name: "Keep it" }));
    await waitFor(() => expect(requests).toContainEqual({ line: "PUT /v1/organization/storage/default/rate", body: { value: 5, expectedVersion: 4 } }));
  });

  it("find a document by its words, which are marked", async () => {
    await open("/knowledge", { "GET /v1/knowledge/documents": () => page([]), "GET /v1/knowledge/search": () => ({ items: [{ documentId: "doc_1", title: "Refunds", tags: [], version: 1, part: 0, rank: 1, snippet: "paid in **fourteen days**", passage: "" }] }) });
    await userEvent.type(await screen.findByLabelText("Search the documents"), "fourteen");
    expect((await screen.findByText("fourteen days")).tagName).toBe("MARK");
  });

  it("show an earlier version of a document", async () => {
    const { requests } = await open("/knowledge/doc_1", { "GET /v1/knowledge/documents/doc_1": (_, url) => ({ id: "doc_1", title: "Refunds", text: url.searchParams.has("version") ? "old" : "new", tags: [], version: Number(url.searchParams.get("version") ?? 2), updatedBy: "ada" }) });
    expect(await screen.findByText("new")).toBeVisible();
    await userEvent.click(screen.getByRole("button", { name: "The one before" }));
    expect(await screen.findByText("old")).toBeVisible();
    expect(requests.some(({ line }) => line.includes("version=1"))).toBe(true);
  });
});

describe("values of rows", () => {
  const columns = columnsOf(schema);

  it("keep what was not touched, and say that what was emptied is no value", () => {
    const shown = toForm(columns, parseJson('{"customer":"a","amount":1,"state":null}') as never);
    expect(shown).toEqual({ customer: "a", amount: "1" });
    expect(fromForm(columns, { ...shown, amount: "" }, false)).toEqual({ customer: "a", amount: null, state: null, due: null, meta: null });
    expect(fromForm(columns, { customer: "a", amount: "" }, true)).toEqual({ customer: "a" });
  });

  it("are checked by the rules of their columns", () => {
    const form = formOf(columns);
    expect(form["required"]).toEqual(["customer"]);
    expect(form["properties"]).toMatchObject({ amount: { type: "string" }, due: { format: "date-time" } });
  });

  it("are conditions and back", () => {
    const conditions = conditionsOf('{"amount":{"gte":"10","lt":"20"},"state":"open"}');
    expect(conditions).toHaveLength(3);
    expect(filterOf(conditions)).toBe('{"amount":{"gte":"10","lt":"20"},"state":{"eq":"open"}}');
    expect([nextSort(undefined, "a"), nextSort("a", "a"), nextSort("-a", "a")]).toEqual(["a", "-a", undefined]);
  });

  it("are written as CSV that no spreadsheet takes for a formula", () => {
    expect(toCsv(["a", "b"], [{ a: '=1+1', b: new ExactNumber("123456789012345678901") }, { a: 'say "x",\n', b: null }])).toBe(`a,b\r\n'=1+1,123456789012345678901\r\n"say ""x"",\n",`);
    expect(exact(new ExactNumber("-1234567890123456789012"))).toBe("-1,234,567,890,123,456,789,012");
  });
});

import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { asObject } from "../api/exactJson";
import { at } from "../../test/mock/world.mjs";
import { open, page, type Answers } from "../../test/page";
import { qrOf } from "./qr";

const all = ["workflows:read", "workflows:write", "workflows:publish", "runs:read", "members:manage"];
const roles = [
  { id: "owner", name: "Owner", isBuiltIn: true, permissions: all, members: 1 },
  { id: "role_1", name: "Auditor", isBuiltIn: false, permissions: ["runs:read"], members: 2 },
];
const who = (permissions: string[], kind = "admin"): Answers => ({ "GET /v1/whoami": () => ({ actor: "user_me", kind, organization: { id: "org_1", name: "Northwind", foundedAt: null }, permissions }) });
const everything = [...all, "organization:read", "organization:manage", "installation:manage", "keys:read", "keys:manage", "audit:read", "retention:manage", "holds:manage", "events:manage", "connectors:read", "connectors:write"];

describe("roles", () => {
  it("are made by a grid, and nobody gives what they do not have", async () => {
    const { requests } = await open("/members?tab=roles", { ...who(["members:manage", "runs:read", "workflows:read", "workflows:write"]), "GET /v1/organization/roles": () => ({ items: roles }), "POST /v1/organization/roles": () => roles[1] });
    await userEvent.click(await screen.findByRole("button", { name: "New role" }));
    await userEvent.type(await screen.findByLabelText(/^Name/), "Editor");
    expect(screen.getByRole("checkbox", { name: "workflows:publish" })).toBeDisabled();
    await userEvent.click(screen.getByRole("button", { name: "workflows" }));
    await userEvent.click(screen.getByRole("checkbox", { name: "runs:read" }));
    await userEvent.click(screen.getByRole("button", { name: "Make the role" }));
    await waitFor(() => expect(requests).toContainEqual({ line: "POST /v1/organization/roles", body: { name: "Editor", permissions: ["workflows:read", "workflows:write", "runs:read"] } }));
  });

  it("of the house are shown and not changed; one that is held is not removed", async () => {
    await open("/members?tab=roles", { ...who(everything), "GET /v1/organization/roles": () => ({ items: roles }) });
    const [look] = await screen.findAllByRole("button", { name: "What it may" });
    if (look) await userEvent.click(look);
    expect(screen.getByText(/never changes/)).toBeVisible();
    expect(screen.getByRole("checkbox", { name: "workflows:publish" })).toBeChecked();
    await userEvent.click(screen.getByRole("button", { name: "Close" }));
    await userEvent.click(screen.getByRole("button", { name: "Remove…" }));
    expect(screen.getByText(/2 members have it/)).toBeVisible();
    expect(within(screen.getByRole("dialog")).getByRole("button", { name: "Remove" })).toBeDisabled();
  });
});

describe("users of the installation", () => {
  const user = { id: "user_1", email: "ada@example.com", name: "Ada", isSuspended: false, hasPassword: true, hasSecondFactor: true, registeredAt: at(0), loggedInAt: at(1) };

  it("are suspended with a reason, and get a token that is shown once", async () => {
    const { requests } = await open("/members?tab=users", { ...who(everything), "GET /v1/users": () => page([user]), "POST /v1/users/user_1/suspend": () => user, "POST /v1/users/user_1/reset": () => ({ user, resetToken: "ckp_once" }) });
    await userEvent.click(await screen.findByRole("button", { name: "Suspend…" }));
    await userEvent.type(screen.getByLabelText("Why"), "left");
    await userEvent.click(within(screen.getByRole("dialog")).getByRole("button", { name: "Suspend" }));
    await waitFor(() => expect(requests).toContainEqual({ line: "POST /v1/users/user_1/suspend", body: { reason: "left" } }));
    await userEvent.click(await screen.findByRole("button", { name: "Reset…" }));
    await userEvent.click(screen.getByRole("button", { name: "Make the token" }));
    expect(await screen.findByText("ckp_once")).toBeVisible();
  });

  it("are nobody's business but the operator's", async () => {
    await open("/members", { ...who(all), "GET /v1/organization/members": () => page([]) });
    await screen.findByRole("tab", { name: "Roles" });
    await waitFor(() => expect(screen.queryByRole("tab", { name: "Users of the installation" })).toBeNull());
  });
});

describe("service accounts and keys", () => {
  const account = { id: "sa_1", name: "Importer", description: null, permissions: ["runs:read", "workflows:read"], createdBy: "admin", createdAt: at(0) };

  it("get a key with no more than the account may", async () => {
    const { requests } = await open("/keys?tab=accounts", { ...who(everything), "GET /v1/service-accounts": () => page([account]), "POST /v1/api-keys": () => ({ key: "ck_live_once" }) });
    const row = await screen.findByRole("row", { name: /Importer/ });
    await userEvent.click(within(row).getByRole("button", { name: "New key" }));
    const dialog = await screen.findByRole("dialog");
    await userEvent.type(within(dialog).getByLabelText(/^Name/), "At home");
    await userEvent.click(within(dialog).getByText("May all that its owner may"));
    expect(within(dialog).queryByRole("checkbox", { name: "workflows:publish" })).toBeNull();
    await userEvent.click(within(dialog).getByRole("checkbox", { name: "runs:read" }));
    await userEvent.click(within(dialog).getByRole("button", { name: "Make the key" }));
    expect(await screen.findByText("ck_live_once")).toBeVisible();
    expect(requests.find(({ line }) => line === "POST /v1/api-keys")?.body).toMatchObject({ name: "At home", serviceAccountId: "sa_1", scopes: ["runs:read"] });
  });

  it("sign tokens with another key, at once where one was stolen", async () => {
    const { requests } = await open("/keys?tab=tokens", { ...who(everything), "GET /v1/token-keys": () => ({ items: [{ kid: "k1", isSigning: true, isBelieved: true, addedAt: at(0) }] }), "POST /v1/token-keys/rotate": () => ({ items: [] }) });
    await userEvent.click(await screen.findByRole("button", { name: "Sign with another key" }));
    await userEvent.click(screen.getByRole("checkbox"));
    await userEvent.click(screen.getByRole("button", { name: "Rotate" }));
    await waitFor(() => expect(requests).toContainEqual({ line: "POST /v1/token-keys/rotate", body: { now: true } }));
  });
});

describe("settings", () => {
  it("say what is wanted of drafts", async () => {
    const { requests } = await open("/settings", { ...who(everything), "GET /v1/organization/publication-policy": () => ({ reviewRequired: false }), "GET /v1/organization/event-policy": () => ({ definitionsRequired: false }), "PUT /v1/organization/publication-policy": () => ({ reviewRequired: true }) });
    await userEvent.click(await screen.findByLabelText("A draft needs the approval of somebody else"));
    await waitFor(() => expect(requests).toContainEqual({ line: "PUT /v1/organization/publication-policy", body: { reviewRequired: true } }));
  });

  it("delete runs only after the word was typed", async () => {
    const { requests } = await open("/settings?tab=retention", { ...who(everything), "GET /v1/retention": () => ({ deleteAfterDays: null, waiting: null, holds: [] }), "GET /v1/retention/segments": () => page([]), "PUT /v1/retention": () => ({ holds: [] }) });
    await userEvent.click(await screen.findByRole("button", { name: "Change" }));
    await userEvent.click(screen.getByLabelText("Deleted for good after so many days"));
    const settle = screen.getByRole("button", { name: "Settle it" });
    expect(settle).toBeDisabled();
    await userEvent.type(screen.getByLabelText(/to confirm/), "delete");
    await userEvent.click(settle);
    await waitFor(() => expect(requests).toContainEqual({ line: "PUT /v1/retention", body: { deleteAfterDays: 2555 } }));
  });

  it("place a hold on a run", async () => {
    const { requests } = await open("/settings?tab=holds", { ...who(everything), "GET /v1/retention": () => ({ deleteAfterDays: null, waiting: null, holds: [] }), "POST /v1/retention/holds": () => ({ holds: [] }) });
    await userEvent.click(await screen.findByRole("button", { name: "Place a hold" }));
    await userEvent.selectOptions(screen.getByLabelText(/What is held/), "run");
    await userEvent.type(screen.getByLabelText(/^Run/), "run_1");
    await userEvent.type(screen.getByLabelText(/^Why/), "Case 7");
    await userEvent.click(screen.getByRole("button", { name: "Place it" }));
    await waitFor(() => expect(requests).toContainEqual({ line: "POST /v1/retention/holds", body: { scope: { kind: "run", run_id: "run_1" }, reason: "Case 7" } }));
  });

  it("shred a subject only when it was typed twice", async () => {
    const { requests } = await open("/settings?tab=subjects", { ...who(everything), "GET /v1/retention/subjects": () => page([]), "POST /v1/retention/shredding": () => ({}) });
    await userEvent.click(await screen.findByRole("button", { name: "Shred the data of a subject" }));
    await userEvent.type(screen.getByLabelText(/^Subject/), "customer-7");
    await userEvent.type(screen.getByLabelText(/^Why/), "asked for");
    await userEvent.type(screen.getByLabelText(/to confirm/), "customer-");
    expect(screen.getByRole("button", { name: "Destroy it for good" })).toBeDisabled();
    await userEvent.type(screen.getByLabelText(/to confirm/), "7");
    await userEvent.click(screen.getByRole("button", { name: "Destroy it for good" }));
    await waitFor(() => expect(requests).toContainEqual({ line: "POST /v1/retention/shredding", body: { subject: "customer-7", reason: "asked for" } }));
  });
});

describe("the audit log", () => {
  it("is narrowed in the address, and shows what more there is", async () => {
    const line = { position: 7, at: at(0), outcome: "allowed", action: "api_key.issued", actor: "admin", subject: "key_1", address: "127.0.0.1", times: 1, detail: { name: "CI" } };
    const { requests, router } = await open("/audit?action=api_key.", { ...who(everything), "GET /v1/organization/audit-log": () => page([line]) });
    expect(await screen.findByText("api_key.issued")).toBeVisible();
    expect(requests.some(({ line: made }) => made === "GET /v1/organization/audit-log?limit=50&action=api_key.")).toBe(true);
    await userEvent.selectOptions(screen.getByLabelText("Outcome"), "refused");
    await waitFor(() => expect(asObject(router.state.location.search)).toEqual({ action: "api_key.", outcome: "refused" }));
  });
});

describe("a connector", () => {
  const connector = { id: "conn_1", type: "gmail", name: "Mail", description: null, owner: "organization", visibility: "organization", status: "pending", statusReason: null, checkedAt: null, data: { clientSecret: "••••1234" }, scopes: null, expiresAt: null, version: 1, createdBy: "admin", createdAt: at(0), updatedAt: at(0) };
  const types = { "GET /v1/connector-types": () => page([{ type: "gmail", name: "Gmail", auth: "oauth2", hosts: ["gmail.googleapis.com"], testable: true, guide: "", dataSchema: { type: "object", properties: {} } }]) };

  it("sends whoever grants access to the provider, and says what was granted", async () => {
    let held: Record<string, unknown> = connector;
    await open("/connectors/conn_1", {
      ...who(everything),
      ...types,
      "GET /v1/connectors/conn_1": () => held,
      "POST /v1/connectors/oauth/start": () => ({ connectorId: "conn_1", authorizationUrl: "https://provider.example/auth?state=x", expiresAt: at(600) }),
    });
    expect(await screen.findByText("••••1234")).toBeVisible();
    await userEvent.click(await screen.findByRole("button", { name: "Grant access" }));
    expect(await screen.findByRole("link", { name: "Open the provider" })).toHaveAttribute("href", "https://provider.example/auth?state=x");
    held = { ...connector, status: "connected", scopes: "mail.read mail.send", updatedAt: new Date().toISOString(), version: 2 };
    expect(await screen.findByText("Access is granted", undefined, { timeout: 10_000 })).toBeVisible();
    expect(screen.getByText("mail.send")).toBeVisible();
  });

  it("tells what a test found", async () => {
    await open("/connectors/conn_1", { ...who(everything), ...types, "GET /v1/connectors/conn_1": () => ({ ...connector, status: "connected" }), "POST /v1/connectors/conn_1/test": () => ({ status: "failing", statusReason: "the provider answers 401", checkedAt: at(1) }) });
    await userEvent.click(await screen.findByRole("button", { name: "Test" }));
    expect(await screen.findByText("the provider answers 401")).toBeVisible();
  });

  it("is disconnected although it is used only when its name was typed", async () => {
    const refusal = () => new Response(JSON.stringify({ code: "connector-in-use", title: "x", message: "live workflows use it", details: [{ path: "/workflows/0", message: "Pay a supplier" }] }), { status: 409 });
    const { requests } = await open("/connectors/conn_1", { ...who(everything), ...types, "GET /v1/connectors/conn_1": () => connector, "DELETE /v1/connectors/conn_1": (_, url) => (url.searchParams.get("force") ? connector : refusal()), "GET /v1/connectors": () => page([]) });
    await userEvent.click(await screen.findByRole("button", { name: "Disconnect" }));
    const dialog = screen.getByRole("dialog");
    await userEvent.click(within(dialog).getByRole("button", { name: "Disconnect" }));
    expect(await within(dialog).findByText("Pay a supplier")).toBeVisible();
    expect(within(dialog).getByRole("button", { name: "Disconnect all the same" })).toBeDisabled();
    await userEvent.type(within(dialog).getByLabelText("Its name, to confirm"), "Mail");
    await userEvent.click(within(dialog).getByRole("button", { name: "Disconnect all the same" }));
    await waitFor(() => expect(requests.map(({ line }) => line)).toContain("DELETE /v1/connectors/conn_1?force=true"));
  });

  it("names the workflows that use it", async () => {
    await open("/connectors/conn_1", {
      ...who(everything),
      ...types,
      "GET /v1/connectors/conn_1": () => connector,
      "GET /v1/workflows": () => page([{ id: "wf_1", name: "Pay a supplier", status: "active" }]),
      "GET /v1/workflows/wf_1": () => ({ id: "wf_1", name: "Pay a supplier", status: "active", definition: { nodes: { mail: { type: "http-request", connector: { type: "gmail", id: "conn_1" } } } } }),
    });
    await waitFor(async () => {
      await userEvent.click(await screen.findByRole("button", { name: "Look through the workflows" }));
      expect(await screen.findByRole("link", { name: "Pay a supplier" }, { timeout: 2_000 })).toBeVisible();
    });
  });
});

describe("one's own account", () => {
  it("has nothing to change for a key", async () => {
    await open("/account", who(everything));
    expect(await screen.findByText("You are here with a key")).toBeVisible();
  });
});

describe("a QR code", () => {
  it("has the size that its text needs, with its three finders", () => {
    const rows = qrOf("otpauth://totp/Chainkeel:ada@example.com?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Chainkeel&algorithm=SHA1&digits=6&period=30");
    const size = rows?.length ?? 0;
    expect((size - 17) % 4).toBe(0);
    for (const [x, y] of [[0, 0], [size - 7, 0], [0, size - 7]] as const) {
      expect(Array.from({ length: 7 }, (_, at) => rows?.[y]?.[x + at])).toEqual([true, true, true, true, true, true, true]);
      expect(rows?.[y + 1]?.slice(x, x + 7)).toEqual([true, false, false, false, false, false, true]);
    }
    expect(qrOf("x".repeat(400))).toBeUndefined();
  });
});

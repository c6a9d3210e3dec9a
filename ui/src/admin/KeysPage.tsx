import "./admin.css";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { KeyRound } from "lucide-react";
import { useState } from "react";
import { api, type Data } from "../api/client";
import { Button } from "../common/Button";
import { OrderDialog } from "../common/Dialog";
import { Empty } from "../common/Empty";
import { Field } from "../common/Field";
import { Instant } from "../common/Instant";
import { Listing } from "../common/Listing";
import { Table } from "../common/Table";
import { Theirs } from "../common/Theirs";
import { useOrder } from "../common/useOrder";
import { usePages } from "../common/usePages";
import { Page } from "../frame/Page";
import { useMay, useWhoami } from "../frame/whoami";
import { Tabs } from "../common/Tabs";
import { KEY_TABS } from "./adminViews";
import { RightsGrid } from "./RightsGrid";
import { Secret } from "./Secret";
import { ServiceAccounts } from "./ServiceAccounts";
import { TokenKeys } from "./TokenKeys";

type Key = Data<"/v1/api-keys">["items"][number];

/** Keys of programs, the accounts that they belong to, and the keys that sign tokens of people. */
export function KeysPage() {
  const may = useMay("keys:manage");
  const operates = useMay("installation:manage");
  const { tab = "keys" } = useSearch({ from: "/keys" });
  const navigate = useNavigate();
  const [making, setMaking] = useState<{ account: string }>();
  return (
    <Page
      title="Keys and service accounts"
      lead="Programs show a key with each request. A key can do what its owner may, or less."
      actions={
        may && (
          <Button look="primary" icon={<KeyRound size={16} aria-hidden />} onClick={() => setMaking({ account: "" })}>
            New key
          </Button>
        )
      }
    >
      <section className="panel" aria-label="Keys and service accounts">
        <Tabs panel="keys-room" tabs={KEY_TABS.filter(([name]) => name !== "tokens" || operates)} shown={tab} onShow={(name) => void navigate({ to: "/keys", search: name === "keys" ? {} : { tab: name }, replace: true })} />
        <div role="tabpanel" id="keys-room" aria-labelledby={`tab-${tab}`}>
          {tab === "keys" && <Keys may={may} />}
          {tab === "accounts" && <ServiceAccounts may={may} onKey={(account) => setMaking({ account })} />}
          {tab === "tokens" && <TokenKeys />}
        </div>
      </section>
      {making && <MakeDialog account={making.account} onClose={() => setMaking(undefined)} />}
    </Page>
  );
}

function Keys({ may }: { may: boolean }) {
  const [isRevoked, setRevoked] = useState(false);
  const keys = usePages(["keys", isRevoked], (cursor) => api.get("/v1/api-keys", { params: { query: { isRevoked, limit: 50, ...(cursor && { cursor }) } } }));
  return (
    <>
      <label className="row body">
        <input type="checkbox" checked={isRevoked} onChange={(event) => setRevoked(event.target.checked)} />
        Those that were revoked
      </label>
      <Listing
        query={keys}
        empty={
          <Empty title={isRevoked ? "None was revoked" : "No key yet"}>
            <p>Make one for each program, with no more than it needs, so that one can be revoked without the others.</p>
          </Empty>
        }
      >
        <Table heads={["Name", "Owner", "May", "Last used", isRevoked ? "Revoked" : "Expires"]} hasActions>
          {keys.items.map((key) => (
            <KeyRow key={key.id} of={key} may={may && !isRevoked} />
          ))}
        </Table>
      </Listing>
    </>
  );
}

function KeyRow({ of, may }: { of: Key; may: boolean }) {
  const [isRevoking, setRevoking] = useState(false);
  const revoke = useOrder(() => api.delete("/v1/api-keys/{id}", { params: { path: { id: of.id } } }), "The key opens nothing any more", () => setRevoking(false));
  return (
    <tr>
      <td>
        <Theirs clip>{of.name}</Theirs>
      </td>
      <td>
        <code className="theirs">{of.owner}</code>
      </td>
      <td className="small">{of.scopes && of.scopes.length > 0 ? <Theirs clip>{of.scopes.join(", ")}</Theirs> : "all that its owner may"}</td>
      <td>
        <Instant at={of.lastUsedAt} form="relative" />
      </td>
      <td>{(of.revokedAt ?? of.expiresAt) ? <Instant at={of.revokedAt ?? of.expiresAt} /> : <span className="quiet">never</span>}</td>
      <td>
        {may && <Button onClick={() => setRevoking(true)}>Revoke…</Button>}
        {isRevoking && (
          <OrderDialog title="Revoke this key" verb="Revoke" look="danger" busy={revoke.isPending} error={revoke.error} onOrder={() => revoke.mutate(undefined)} onClose={() => setRevoking(false)}>
            <p>
              Whoever shows <Theirs>{of.name}</Theirs> is refused from now on, on every server. It cannot be taken back.
            </p>
          </OrderDialog>
        )}
      </td>
    </tr>
  );
}

function MakeDialog({ account: given, onClose }: { account: string; onClose: () => void }) {
  const { data: who } = useWhoami();
  const [name, setName] = useState("");
  const [account, setAccount] = useState(given);
  const [scopes, setScopes] = useState<string[]>([]);
  const [days, setDays] = useState("90");
  const accounts = usePages(["service-accounts"], (cursor) => api.get("/v1/service-accounts", { params: { query: { limit: 100, ...(cursor && { cursor }) } } }));
  const make = useOrder(() =>
    api.post("/v1/api-keys", {
      body: {
        name: name.trim(),
        ...(account && { serviceAccountId: account }),
        ...(scopes.length > 0 && { scopes }),
        ...(days && { expiresAt: new Date(Date.now() + Number(days) * 86_400_000).toISOString() }),
      },
    }),
  );
  if (make.data) {
    return (
      <Secret title="The key" secret={make.data.key} onClose={onClose}>
        Give it to the program as CHAINKEEL_API_KEY.
      </Secret>
    );
  }
  const owned = accounts.items.find(({ id }) => id === account)?.permissions ?? who?.permissions ?? [];
  return (
    <OrderDialog wide title="New key" verb="Make the key" busy={make.isPending} error={make.error} disabled={name.trim() === ""} onOrder={() => make.mutate(undefined)} onClose={onClose}>
      <Field label="Name" hint="Which program it is for." isRequired>
        {(control) => <input {...control} className="input" maxLength={100} value={name} onChange={(event) => setName(event.target.value)} />}
      </Field>
      <Field label="Owner" hint="A key of yours ends with your membership; one of a service account does not.">
        {(control) => (
          <select {...control} className="input" value={account} onChange={(event) => {
              setAccount(event.target.value);
              setScopes([]);
            }}>
            <option value="">Myself</option>
            {accounts.items.map((item) => (
              <option key={item.id} value={item.id}>
                {item.name}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field label="Expires">
        {(control) => (
          <select {...control} className="input" value={days} onChange={(event) => setDays(event.target.value)}>
            <option value="30">in 30 days</option>
            <option value="90">in 90 days</option>
            <option value="365">in a year</option>
            <option value="">never</option>
          </select>
        )}
      </Field>
      <details>
        <summary>{scopes.length === 0 ? "May all that its owner may" : `May ${scopes.length} things`}</summary>
        <RightsGrid all={owned} mine={owned} chosen={scopes} onChange={setScopes} label="What the key may at most" />
      </details>
    </OrderDialog>
  );
}

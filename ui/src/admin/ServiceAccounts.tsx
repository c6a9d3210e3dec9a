import { Bot } from "lucide-react";
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
import { RightsGrid } from "./RightsGrid";
import { useGivable } from "./useRoles";

type Account = Data<"/v1/service-accounts">["items"][number];

/** The accounts of programs: what their keys may do at most. */
export function ServiceAccounts({ may, onKey }: { may: boolean; onKey: (accountId: string) => void }) {
  const accounts = usePages(["service-accounts"], (cursor) => api.get("/v1/service-accounts", { params: { query: { limit: 100, ...(cursor && { cursor }) } } }));
  const [editing, setEditing] = useState<Account | "new">();
  const [removing, setRemoving] = useState<Account>();
  return (
    <>
      {may && (
        <div className="row body">
          <Button look="primary" icon={<Bot size={16} aria-hidden />} onClick={() => setEditing("new")}>
            New service account
          </Button>
        </div>
      )}
      <Listing
        query={accounts}
        empty={
          <Empty title="No program has an account">
            <p>A service account belongs to the organization, not to a person: its keys go on when somebody leaves. Give it what the program needs, and a key for each place where it runs.</p>
          </Empty>
        }
      >
        <Table heads={["Account", "May", "Made"]} hasActions>
          {accounts.items.map((account) => (
            <tr key={account.id}>
              <td>
                <Theirs clip>{account.name}</Theirs>
                <div className="small quiet">{account.description ? <Theirs clip>{account.description}</Theirs> : <code>{account.id}</code>}</div>
              </td>
              <td className="small">
                <Theirs clip>{account.permissions.join(", ")}</Theirs>
              </td>
              <td>
                <Instant at={account.createdAt} />
              </td>
              <td>
                {may && (
                  <div className="row">
                    <Button onClick={() => onKey(account.id)}>New key</Button>
                    <Button onClick={() => setEditing(account)}>Change</Button>
                    <Button onClick={() => setRemoving(account)}>Remove…</Button>
                  </div>
                )}
              </td>
            </tr>
          ))}
        </Table>
      </Listing>
      {editing && <AccountDialog account={editing === "new" ? undefined : editing} onClose={() => setEditing(undefined)} />}
      {removing && <RemoveDialog account={removing} onClose={() => setRemoving(undefined)} />}
    </>
  );
}

function AccountDialog({ account, onClose }: { account: Account | undefined; onClose: () => void }) {
  const { all, mine } = useGivable();
  const [name, setName] = useState(account?.name ?? "");
  const [description, setDescription] = useState(account?.description ?? "");
  const [permissions, setPermissions] = useState<string[]>(account?.permissions ?? []);
  const save = useOrder(
    () => {
      const body = { name: name.trim(), description: description.trim(), permissions };
      return account ? api.put("/v1/service-accounts/{id}", { params: { path: { id: account.id } }, body }) : api.post("/v1/service-accounts", { body });
    },
    account ? "It is changed for all its keys" : "The account is made. It has no key yet.",
    onClose,
  );
  return (
    <OrderDialog
      wide
      title={account ? "Change this service account" : "New service account"}
      verb={account ? "Change it" : "Make the account"}
      busy={save.isPending}
      error={save.error}
      disabled={name.trim() === "" || permissions.length === 0}
      onOrder={() => save.mutate(undefined)}
      onClose={onClose}
    >
      <Field label="Name" hint="Which program it is." isRequired>
        {(control) => <input {...control} className="input" maxLength={100} value={name} onChange={(event) => setName(event.target.value)} />}
      </Field>
      <Field label="What it is for">{(control) => <input {...control} className="input" maxLength={500} value={description} onChange={(event) => setDescription(event.target.value)} />}</Field>
      <RightsGrid all={all} mine={mine} chosen={permissions} onChange={setPermissions} label="What its keys may at most" />
    </OrderDialog>
  );
}

function RemoveDialog({ account, onClose }: { account: Account; onClose: () => void }) {
  const remove = useOrder(() => api.delete("/v1/service-accounts/{id}", { params: { path: { id: account.id } } }), "Its keys open nothing any more", onClose);
  return (
    <OrderDialog title="Remove this service account" verb="Remove" look="danger" busy={remove.isPending} error={remove.error} onOrder={() => remove.mutate(undefined)} onClose={onClose}>
      <p>
        All keys of <Theirs>{account.name}</Theirs> open nothing from now on, on every server. What was done with them stays on the ledger.
      </p>
    </OrderDialog>
  );
}

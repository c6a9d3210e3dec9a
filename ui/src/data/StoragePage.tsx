import "./data.css";
import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useState } from "react";
import { api, sinceWritten } from "../api/client";
import { parseJson, writeJson, type Json } from "../api/exactJson";
import { Button } from "../common/Button";
import { OrderDialog } from "../common/Dialog";
import { Empty } from "../common/Empty";
import { Field } from "../common/Field";
import { Instant } from "../common/Instant";
import { jsonFault, JsonText } from "../common/JsonField";
import { JsonTree } from "../common/JsonTree";
import { Listing, Loading } from "../common/Listing";
import { ProblemNote } from "../common/ProblemNote";
import { SearchBox } from "../common/SearchBox";
import { Table } from "../common/Table";
import { Theirs } from "../common/Theirs";
import { useOrder } from "../common/useOrder";
import { usePages } from "../common/usePages";
import { Page } from "../frame/Page";
import { useMay } from "../frame/whoami";

const FIRST = "default";

/** Keys and values that workflows keep from one run to the next. */
export function StoragePage() {
  const may = useMay("storage:write");
  const [store, setStore] = useState(FIRST);
  const [prefix, setPrefix] = useState("");
  const [open, setOpen] = useState<string>();
  const keys = usePages(["storage", store, prefix], (cursor) => {
    const minPosition = sinceWritten();
    return api.get("/v1/organization/storage/{store}", { params: { path: { store }, query: { limit: 100, ...(prefix && { prefix }), ...(cursor ? { cursor } : minPosition && { minPosition }) } } });
  });
  return (
    <Page
      title="Storage"
      lead="Values that workflows keep from one run to the next, by store and key. Each write stays on the ledger."
      actions={
        may && (
          <Button look="primary" icon={<Plus size={16} aria-hidden />} onClick={() => setOpen("")}>
            New value
          </Button>
        )
      }
    >
      <div className="row">
        <SearchBox value={store} onChange={(next) => setStore(next || FIRST)} label="Store" />
        <SearchBox value={prefix} onChange={setPrefix} label="Keys that begin with" />
      </div>
      <section className="panel" aria-label="Keys">
        <Listing
          query={keys}
          empty={
            <Empty title={`Nothing in the store “${store}”`}>
              <p>Stores are there as soon as something is kept in them, by the nodes of storage or by “New value”. Write another store’s name above to look into it.</p>
            </Empty>
          }
        >
          <Table heads={["Key", "Version", "By", "Changed"]}>
            {keys.items.map((entry) => (
              <tr key={entry.key}>
                <td>
                  <button type="button" className="link" onClick={() => setOpen(entry.key)}>
                    <Theirs>{entry.key}</Theirs>
                  </button>
                </td>
                <td>{entry.version.toLocaleString()}</td>
                <td>
                  <Theirs>{entry.updatedBy}</Theirs>
                </td>
                <td>
                  <Instant at={entry.updatedAt} />
                </td>
              </tr>
            ))}
          </Table>
        </Listing>
      </section>
      {open !== undefined && <EntryDialog key={open} store={store} name={open} may={may} onClose={() => setOpen(undefined)} />}
    </Page>
  );
}

function EntryDialog({ store, name, may, onClose }: { store: string; name: string; may: boolean; onClose: () => void }) {
  const isNew = name === "";
  const [key, setKey] = useState(name);
  const [text, setText] = useState<string | undefined>(isNew ? '""' : undefined);
  const entry = useQuery({ queryKey: ["storage-entry", store, name], queryFn: () => api.get("/v1/organization/storage/{store}/{key}", { params: { path: { store, key: name } } }), enabled: !isNew });
  const path = { store, key: key.trim() };
  const expected = entry.data ? { expectedVersion: entry.data.version } : {};
  const write = useOrder(() => api.put("/v1/organization/storage/{store}/{key}", { params: { path }, body: { value: parseJson(text ?? "null") as never, ...expected } }), "The value is kept", onClose);
  const remove = useOrder(() => api.delete("/v1/organization/storage/{store}/{key}", { params: { path, query: expected } }), "The value is gone", onClose);
  const fault = text === undefined ? undefined : jsonFault(text);
  return (
    <OrderDialog wide title={isNew ? "New value" : `${store} / ${name}`} verb="Keep it" busy={write.isPending} error={write.error ?? remove.error} disabled={!may || text === undefined || fault !== undefined || key.trim() === ""} onOrder={() => write.mutate(undefined)} onClose={onClose}>
      {isNew && (
        <Field label="Key" isRequired>
          {(control) => <input {...control} className="input" value={key} onChange={(event) => setKey(event.target.value)} />}
        </Field>
      )}
      {!isNew && entry.isPending && <Loading lines={3} />}
      {entry.isError && <ProblemNote error={entry.error} />}
      {entry.data && text === undefined && <JsonTree value={entry.data.value as Json} label="the value" />}
      {text !== undefined && (
        <JsonText label="Value" hint="Any JSON." fault={fault} rows={10} value={text} onChange={setText} />
      )}
      {entry.data && (
        <div className="row small quiet spread">
          <span>
            Version {entry.data.version.toLocaleString()} by <Theirs>{entry.data.updatedBy}</Theirs>, <Instant at={entry.data.updatedAt} form="full" />
          </span>
          {may && (
            <span className="row">
              {text === undefined && <Button onClick={() => setText(writeJson(entry.data.value, 2))}>Change it</Button>}
              <Button look="danger" busy={remove.isPending} onClick={() => remove.mutate(undefined)}>
                Remove it
              </Button>
            </span>
          )}
        </div>
      )}
    </OrderDialog>
  );
}

import "./admin.css";
import { useQuery } from "@tanstack/react-query";
import { Plug } from "lucide-react";
import { useState } from "react";
import { api, type Data } from "../api/client";
import { asObject, type Json } from "../api/exactJson";
import { asProblem } from "../api/problem";
import { Button } from "../common/Button";
import { OrderDialog } from "../common/Dialog";
import { Empty } from "../common/Empty";
import { Field } from "../common/Field";
import { Instant } from "../common/Instant";
import { Listing } from "../common/Listing";
import { Status } from "../common/Status";
import { Table } from "../common/Table";
import { Theirs } from "../common/Theirs";
import { failed } from "../common/toasts";
import { useOrder } from "../common/useOrder";
import { usePages } from "../common/usePages";
import { check } from "../forms/check";
import { SchemaForm } from "../forms/SchemaForm";
import { Page } from "../frame/Page";
import { useMay } from "../frame/whoami";

type Connector = Data<"/v1/connectors">["items"][number];
const RULES = { allowsExpressions: false };

/** The credentials with which workflows reach others. */
export function ConnectorsPage() {
  const may = useMay("connectors:write");
  const [isMaking, setMaking] = useState(false);
  const connectors = usePages(["connectors"], (cursor) => api.get("/v1/connectors", { params: { query: { limit: 50, ...(cursor && { cursor }) } } }));
  return (
    <Page
      title="Connectors"
      lead="Credentials for providers. They are sealed when they arrive, and no answer ever shows them."
      actions={
        may && (
          <Button look="primary" icon={<Plug size={16} aria-hidden />} onClick={() => setMaking(true)}>
            Connect
          </Button>
        )
      }
    >
      <section className="panel" aria-label="Connectors">
        <Listing
          query={connectors}
          empty={
            <Empty title="Nothing is connected">
              <p>Nodes that reach a provider name a connector, so that one credential is kept in one place, tested, and renewed for all of them.</p>
            </Empty>
          }
        >
          <Table heads={["Status", "Name", "Provider", "Tested"]} hasActions>
            {connectors.items.map((connector) => (
              <ConnectorRow key={connector.id} connector={connector} may={may} />
            ))}
          </Table>
        </Listing>
      </section>
      {isMaking && <ConnectDialog onClose={() => setMaking(false)} />}
    </Page>
  );
}

function ConnectorRow({ connector, may }: { connector: Connector; may: boolean }) {
  const [isRemoving, setRemoving] = useState(false);
  const path = { params: { path: { id: connector.id } } };
  const test = useOrder(() => api.post("/v1/connectors/{id}/test", path), "Tested");
  const remove = useOrder(() => api.delete("/v1/connectors/{id}", path), "The credentials are gone", () => setRemoving(false));
  return (
    <tr>
      <td>
        <Status of={connector.status} />
      </td>
      <td>
        <Theirs clip>{connector.name}</Theirs>
        {connector.statusReason && (
          <div className="small tone-bad">
            <Theirs clip>{connector.statusReason}</Theirs>
          </div>
        )}
      </td>
      <td>{connector.type}</td>
      <td>
        <Instant at={connector.checkedAt} form="relative" />
      </td>
      <td>
        {may && (
          <div className="row">
            <Button busy={test.isPending} onClick={() => test.mutate(undefined, { onError: failed })}>
              Test
            </Button>
            <Button onClick={() => setRemoving(true)}>Remove…</Button>
          </div>
        )}
        {isRemoving && (
          <OrderDialog title="Remove this connector" verb="Remove" look="danger" busy={remove.isPending} error={remove.error} onOrder={() => remove.mutate(undefined)} onClose={() => setRemoving(false)}>
            <p>Its credentials are destroyed. One that live workflows use is refused here: change these first.</p>
          </OrderDialog>
        )}
      </td>
    </tr>
  );
}

function ConnectDialog({ onClose }: { onClose: () => void }) {
  const types = useQuery({ queryKey: ["fixed", "connector-types"], queryFn: async () => (await api.get("/v1/connector-types", { params: { query: { limit: 100 } } })).items, staleTime: 600_000 });
  const [type, setType] = useState("");
  const [name, setName] = useState("");
  const [data, setData] = useState<Json | undefined>({});
  const [isTried, setTried] = useState(false);
  const chosen = types.data?.find((known) => known.type === type);
  const schema = asObject(chosen?.dataSchema);
  const connect = useOrder(
    () => api.post("/v1/connectors", { body: { type, name: name.trim(), data: (data ?? {}) as Record<string, never> } }),
    "Connected",
    onClose,
  );
  const order = () => {
    setTried(true);
    if (check(schema, data ?? {}, schema, RULES).length === 0) connect.mutate(undefined);
  };
  const faults = connect.error
    ? asProblem(connect.error)
        .at("/data")
        .map(({ path, message }) => ({ path: path.slice("/data".length), message }))
    : [];
  return (
    <OrderDialog wide title="Connect a provider" verb="Connect" busy={connect.isPending} error={connect.error} disabled={!chosen || name.trim() === ""} onOrder={order} onClose={onClose}>
      <Field label="Provider" hint={chosen?.description} isRequired>
        {(control) => (
          <select
            {...control}
            className="input"
            value={type}
            onChange={(event) => {
              setType(event.target.value);
              setData({});
              setTried(false);
              setName(types.data?.find((known) => known.type === event.target.value)?.name ?? "");
            }}
          >
            <option value="">Choose…</option>
            {types.data?.map((known) => (
              <option key={known.type} value={known.type}>
                {known.name}
              </option>
            ))}
          </select>
        )}
      </Field>
      {chosen && (
        <>
          {chosen.guide && <p className="guide quiet">{chosen.guide}</p>}
          <Field label="Name" isRequired>
            {(control) => <input {...control} className="input" maxLength={100} value={name} onChange={(event) => setName(event.target.value)} />}
          </Field>
          <SchemaForm key={type} schema={schema} value={data} onChange={setData} isTried={isTried} faults={faults} />
        </>
      )}
    </OrderDialog>
  );
}

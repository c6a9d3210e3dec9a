import "../runs/runs.css";
import "./admin.css";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { Plug } from "lucide-react";
import { useState } from "react";
import { api } from "../api/client";
import { asObject, type Json } from "../api/exactJson";
import { faultsAt } from "../api/problem";
import { Button } from "../common/Button";
import { OrderDialog } from "../common/Dialog";
import { Empty } from "../common/Empty";
import { Field } from "../common/Field";
import { Instant } from "../common/Instant";
import { Listing } from "../common/Listing";
import { Status } from "../common/Status";
import { Table } from "../common/Table";
import { Theirs } from "../common/Theirs";
import { useOrder } from "../common/useOrder";
import { usePages } from "../common/usePages";
import { check } from "../forms/check";
import { SchemaForm } from "../forms/SchemaForm";
import { Page } from "../frame/Page";
import { useMay } from "../frame/whoami";
import { useConnectorTypes } from "./useConnectorTypes";

const RULES = { allowsExpressions: false };
const STATUSES = ["pending", "connected", "failing", "expired"];

/** The credentials with which workflows reach others. */
export function ConnectorsPage() {
  const may = useMay("connectors:write");
  const { connect } = useSearch({ from: "/connectors" });
  const [isMaking, setMaking] = useState(connect !== undefined);
  const [status, setStatus] = useState("");
  const { nameOf } = useConnectorTypes();
  const connectors = usePages(["connectors", status], (cursor) => api.get("/v1/connectors", { params: { query: { limit: 50, ...(status && { status }), ...(cursor && { cursor }) } } }));
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
      <div className="row">
        <select className="input choose" aria-label="Status" value={status} onChange={(event) => setStatus(event.target.value)}>
          <option value="">In any state</option>
          {STATUSES.map((one) => (
            <option key={one}>{one}</option>
          ))}
        </select>
      </div>
      <section className="panel" aria-label="Connectors">
        <Listing
          query={connectors}
          empty={
            <Empty title={status ? "None stands so" : "Nothing is connected"}>
              <p>Nodes that reach a provider name a connector, so that one credential is kept in one place, tested, and renewed for all of them.</p>
            </Empty>
          }
        >
          <Table heads={["Status", "Name", "Provider", "Seen by", "Tested"]}>
            {connectors.items.map((connector) => (
              <tr key={connector.id}>
                <td>
                  <Status of={connector.status} />
                </td>
                <td>
                  <Link to="/connectors/$id" params={{ id: connector.id }}>
                    <Theirs clip>{connector.name}</Theirs>
                  </Link>
                  {connector.statusReason && (
                    <div className="small tone-bad">
                      <Theirs clip>{connector.statusReason}</Theirs>
                    </div>
                  )}
                </td>
                <td>{nameOf(connector.type)}</td>
                <td>{connector.visibility === "private" ? "its owner alone" : "the organization"}</td>
                <td>
                  <Instant at={connector.checkedAt} form="relative" />
                </td>
              </tr>
            ))}
          </Table>
        </Listing>
      </section>
      {isMaking && <ConnectDialog first={connect} onClose={() => setMaking(false)} />}
    </Page>
  );
}

/** `first` is the type that is chosen already. */
function ConnectDialog({ first = "", onClose }: { first?: string | undefined; onClose: () => void }) {
  const { list } = useConnectorTypes();
  const navigate = useNavigate();
  const [type, setType] = useState(first);
  const [named, setName] = useState<string>();
  const [visibility, setVisibility] = useState("organization");
  const [data, setData] = useState<Json | undefined>({});
  const [isTried, setTried] = useState(false);
  const chosen = list.find((known) => known.type === type);
  const name = named ?? chosen?.name ?? "";
  const schema = asObject(chosen?.dataSchema);
  const connect = useOrder(
    () => api.post("/v1/connectors", { body: { type, name: name.trim(), visibility, data: (data ?? {}) as Record<string, never> } }),
    "Connected",
    ({ id }) => void navigate({ to: "/connectors/$id", params: { id } }),
  );
  const order = () => {
    setTried(true);
    if (check(schema, data ?? {}, schema, RULES).length === 0) connect.mutate(undefined);
  };
  return (
    <OrderDialog wide title="Connect a provider" verb={chosen?.auth === "oauth2" ? "Go on to granting access" : "Connect"} busy={connect.isPending} error={connect.error} disabled={!chosen || name.trim() === ""} onOrder={order} onClose={onClose}>
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
              setName(undefined);
            }}
          >
            <option value="">Choose…</option>
            {list.map((known) => (
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
          {chosen.hosts.length > 0 && (
            <p className="small quiet">
              Its credentials go to <code>{chosen.hosts.join(", ")}</code> and nowhere else.
            </p>
          )}
          <Field label="Name" isRequired>
            {(control) => <input {...control} className="input" maxLength={100} value={name} onChange={(event) => setName(event.target.value)} />}
          </Field>
          <VisibilityField value={visibility} onChange={setVisibility} />
          <SchemaForm key={type} schema={schema} value={data} onChange={setData} isTried={isTried} faults={faultsAt(connect.error, "/data")} />
        </>
      )}
    </OrderDialog>
  );
}

export function VisibilityField({ value, onChange }: { value: string; onChange: (visibility: string) => void }) {
  return (
    <Field label="Seen and used by">
      {(control) => (
        <select {...control} className="input" value={value} onChange={(event) => onChange(event.target.value)}>
          <option value="organization">Everybody in the organization</option>
          <option value="private">Its owner alone</option>
        </select>
      )}
    </Field>
  );
}

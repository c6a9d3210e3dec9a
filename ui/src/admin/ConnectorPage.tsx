import "./admin.css";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { api, type Data } from "../api/client";
import { asObject, type Json } from "../api/exactJson";
import { asProblem, faultsAt } from "../api/problem";
import { Button } from "../common/Button";
import { Copy } from "../common/Copy";
import { OrderDialog } from "../common/Dialog";
import { Field } from "../common/Field";
import { Instant } from "../common/Instant";
import { Loading } from "../common/Listing";
import { ProblemNote } from "../common/ProblemNote";
import { Status } from "../common/Status";
import { Theirs } from "../common/Theirs";
import { useOrder } from "../common/useOrder";
import { check } from "../forms/check";
import { SchemaForm } from "../forms/SchemaForm";
import { Page } from "../frame/Page";
import { useMay } from "../frame/whoami";
import { Access } from "./Access";
import { VisibilityField } from "./ConnectorsPage";
import { Users } from "./ConnectorUsers";
import { useConnectorTypes } from "./useConnectorTypes";

export type Connector = Data<"/v1/connectors/{id}">;

/** One connector: how it stands, what is known of its credentials, who uses it. */
export function ConnectorPage() {
  const { id } = useParams({ from: "/connectors/$id" });
  const connector = useQuery({
    queryKey: ["connector", id],
    queryFn: () => api.get("/v1/connectors/{id}", { params: { path: { id } } }),
    // Somebody may grant access in another tab.
    refetchInterval: ({ state }) => (state.data?.status === "pending" ? 2_000 : false),
  });
  const { typeOf, nameOf } = useConnectorTypes();
  const crumbs = <Link to="/connectors">Connectors</Link>;
  if (!connector.data) {
    return (
      <Page title="Connector" crumbs={crumbs}>
        {connector.isError ? <ProblemNote error={connector.error} onRetry={() => void connector.refetch()} /> : <Loading />}
      </Page>
    );
  }
  const one = connector.data;
  const type = typeOf(one.type);
  return (
    <Page
      title={one.name}
      heading={
        <span className="row">
          <Status of={one.status} />
          <Theirs clip>{one.name}</Theirs>
        </span>
      }
      lead={one.description ? <Theirs>{one.description}</Theirs> : nameOf(one.type)}
      crumbs={crumbs}
      actions={<ConnectorActions connector={one} isTestable={type?.testable ?? false} />}
    >
      {one.statusReason && (
        <p className="note bad">
          <Theirs>{one.statusReason}</Theirs>
        </p>
      )}
      {type?.auth === "oauth2" && <Access connector={one} />}
      <section className="panel" aria-label="What it is">
        <header>
          <h2>What it is</h2>
        </header>
        <dl className="facts body">
          <dt>Provider</dt>
          <dd>{nameOf(one.type)}</dd>
          <dt>Credentials</dt>
          <dd>
            <Masked data={asObject(one.data)} />
          </dd>
          {type && (
            <>
              <dt>Go to</dt>
              <dd>
                <code className="theirs">{type.hosts.join(", ") || "the host in its data"}</code>
              </dd>
            </>
          )}
          <dt>Tested</dt>
          <dd>
            <Instant at={one.checkedAt} />
          </dd>
          {one.expiresAt && (
            <>
              <dt>Access ends</dt>
              <dd>
                <Instant at={one.expiresAt} form="full" />
              </dd>
            </>
          )}
          <dt>Owner</dt>
          <dd>{one.owner === "organization" ? "the organization" : <Theirs>{one.owner}</Theirs>}</dd>
          <dt>Seen by</dt>
          <dd>{one.visibility === "private" ? "its owner alone" : "everybody in the organization"}</dd>
          <dt>Connected</dt>
          <dd>
            <Instant at={one.createdAt} /> by <Theirs>{one.createdBy}</Theirs>; version {one.version}, <Instant at={one.updatedAt} />
          </dd>
          <dt>Id</dt>
          <dd className="row">
            <code className="theirs">{one.id}</code>
            <Copy text={one.id} what="its id" />
          </dd>
        </dl>
      </section>
      <Users connectorId={one.id} />
    </Page>
  );
}

/** Its data; of what is secret, the last letters at most. */
function Masked({ data }: { data: Record<string, Json> }) {
  const entries = Object.entries(data);
  if (entries.length === 0) return <span className="quiet">nothing of its own</span>;
  return (
    <ul className="masked">
      {entries.map(([name, value]) => (
        <li key={name}>
          <span className="quiet">{name}</span> <code className="theirs">{typeof value === "string" ? value : JSON.stringify(value)}</code>
        </li>
      ))}
    </ul>
  );
}

function ConnectorActions({ connector, isTestable }: { connector: Connector; isTestable: boolean }) {
  const may = useMay("connectors:write");
  const [open, setOpen] = useState<"edit" | "remove">();
  const test = useOrder(() => api.post("/v1/connectors/{id}/test", { params: { path: { id: connector.id } } }));
  const close = () => setOpen(undefined);
  if (!may) return null;
  return (
    <>
      {isTestable && (
        <Button busy={test.isPending} onClick={() => test.mutate(undefined)}>
          Test
        </Button>
      )}
      <Button onClick={() => setOpen("edit")}>Change</Button>
      <Button look="danger" onClick={() => setOpen("remove")}>
        Disconnect
      </Button>
      {test.data && (
        <p role="status" className={test.data.status === "connected" ? "tone-good" : "tone-bad"}>
          {test.data.status === "connected" ? "It works." : <Theirs>{test.data.statusReason ?? `It is ${test.data.status}.`}</Theirs>}
        </p>
      )}
      {test.isError && <ProblemNote error={test.error} />}
      {open === "edit" && <EditDialog connector={connector} onClose={close} />}
      {open === "remove" && <RemoveDialog connector={connector} onClose={close} />}
    </>
  );
}

function EditDialog({ connector, onClose }: { connector: Connector; onClose: () => void }) {
  const { typeOf } = useConnectorTypes();
  const schema = asObject(typeOf(connector.type)?.dataSchema);
  const [name, setName] = useState(connector.name);
  const [description, setDescription] = useState(connector.description ?? "");
  const [visibility, setVisibility] = useState(connector.visibility);
  const [replaces, setReplaces] = useState(false);
  const [data, setData] = useState<Json | undefined>({});
  const [isTried, setTried] = useState(false);
  const save = useOrder(
    () =>
      api.put("/v1/connectors/{id}", {
        params: { path: { id: connector.id } },
        body: { expectedVersion: connector.version, name: name.trim(), description: description.trim(), visibility, ...(replaces && { data: (data ?? {}) as Record<string, never> }) },
      }),
    "Changed",
    onClose,
  );
  const order = () => {
    setTried(true);
    if (!replaces || check(schema, data ?? {}, schema, { allowsExpressions: false }).length === 0) save.mutate(undefined);
  };
  return (
    <OrderDialog wide title="Change this connector" verb="Change it" busy={save.isPending} error={save.error} disabled={name.trim() === ""} onOrder={order} onClose={onClose}>
      <Field label="Name" isRequired>
        {(control) => <input {...control} className="input" maxLength={100} value={name} onChange={(event) => setName(event.target.value)} />}
      </Field>
      <Field label="What it is for">{(control) => <input {...control} className="input" value={description} onChange={(event) => setDescription(event.target.value)} />}</Field>
      <VisibilityField value={visibility} onChange={setVisibility} />
      <label className="row">
        <input type="checkbox" checked={replaces} onChange={(event) => setReplaces(event.target.checked)} />
        Replace its credentials: all of them, since none is ever shown
      </label>
      {replaces && <SchemaForm schema={schema} value={data} onChange={setData} isTried={isTried} faults={faultsAt(save.error, "/data")} />}
    </OrderDialog>
  );
}

/** Disconnecting is refused while live workflows use it; then they are named, and it is asked once more. */
function RemoveDialog({ connector, onClose }: { connector: Connector; onClose: () => void }) {
  const navigate = useNavigate();
  const [typed, setTyped] = useState("");
  const remove = useOrder(
    (force: boolean) => api.delete("/v1/connectors/{id}", { params: { path: { id: connector.id }, ...(force && { query: { force } }) } }),
    "The credentials are gone",
    () => void navigate({ to: "/connectors" }),
  );
  const isUsed = remove.error !== null && asProblem(remove.error).status === 409;
  return (
    <OrderDialog
      title="Disconnect"
      verb={isUsed ? "Disconnect all the same" : "Disconnect"}
      look="danger"
      busy={remove.isPending}
      error={remove.error}
      disabled={isUsed && typed !== connector.name}
      onOrder={() => remove.mutate(isUsed)}
      onClose={onClose}
    >
      <p>
        The credentials of <Theirs>{connector.name}</Theirs> are destroyed, for good.
      </p>
      {isUsed && (
        <>
          <p>Live workflows use it, and fail where they do. They are named below; change these first, or type the name of the connector.</p>
          <Field label="Its name, to confirm">{(control) => <input {...control} className="input" autoComplete="off" value={typed} onChange={(event) => setTyped(event.target.value)} />}</Field>
        </>
      )}
    </OrderDialog>
  );
}

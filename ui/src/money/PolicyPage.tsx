import "./money.css";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "../api/client";
import { asObject } from "../api/exactJson";
import { Button } from "../common/Button";
import { OrderDialog } from "../common/Dialog";
import { Instant } from "../common/Instant";
import { JsonTree } from "../common/JsonTree";
import { Loading } from "../common/Listing";
import { ProblemNote } from "../common/ProblemNote";
import { Status } from "../common/Status";
import { Theirs } from "../common/Theirs";
import { useOrder } from "../common/useOrder";
import { Page } from "../frame/Page";
import { useMay } from "../frame/whoami";
import { DefineDialog, ModeField } from "./DefineDialog";
import { PolicyWords } from "./PolicyWords";
import { SimulateDialog } from "./SimulateDialog";
import type { Policy } from "./types";
import { Who } from "../frame/Who";

/** One policy: what it says, how it is applied, and the change of it that waits. */
export function PolicyPage() {
  const { name } = useParams({ from: "/policies/$name" });
  const policy = useQuery({ queryKey: ["policy", name], queryFn: () => api.get("/v1/policies/{name}", { params: { path: { name } } }), refetchInterval: 15_000 });
  const crumbs = <Link to="/policies">Policies</Link>;
  if (!policy.data) {
    return (
      <Page title="Policy" crumbs={crumbs}>
        {policy.isError ? <ProblemNote error={policy.error} onRetry={() => void policy.refetch()} /> : <Loading />}
      </Page>
    );
  }
  const { current, waiting } = policy.data;
  return (
    <Page
      title={name}
      heading={
        <span className="row">
          {current && <Status of={current.mode} />}
          <Theirs clip>{name}</Theirs>
        </span>
      }
      lead={
        current && (
          <>
            Version {current.version}, by <Who id={current.by} />, <Instant at={current.at} />
          </>
        )
      }
      crumbs={crumbs}
      actions={<PolicyActions policy={policy.data} />}
    >
      {waiting && <Waiting policy={policy.data} />}
      {current && (
        <section className="panel" aria-label="What it says">
          <header>
            <h2>What it says</h2>
          </header>
          <PolicyWords document={asObject(current.document)} />
          <details className="rule">
            <summary>As it is written</summary>
            <JsonTree value={asObject(current.document)} label="the policy" />
          </details>
        </section>
      )}
    </Page>
  );
}

function Waiting({ policy: { name, waiting } }: { policy: Policy }) {
  const may = useMay("policies:manage");
  const withdraw = useOrder(() => api.post("/v1/policies/{name}/withdraw", { params: { path: { name } } }), "The change is withdrawn");
  if (!waiting) return null;
  return (
    <section className="note wait" aria-label="A change that waits">
      <div className="stack grow">
        <div className="row spread">
          <h2>
            A change counts from <Instant at={waiting.countsFrom} />
          </h2>
          {may && (
            <Button busy={withdraw.isPending} onClick={() => withdraw.mutate(undefined)}>
              Withdraw it
            </Button>
          )}
        </div>
        <p>
          <Who id={waiting.by} /> wants it. {waiting.next ? "It lets more through than before:" : "It removes the policy: what it allowed is denied from then on."}
        </p>
        {withdraw.isError && <ProblemNote error={withdraw.error} />}
        {waiting.next && (
          <details>
            <summary>What it would say ({waiting.next.mode})</summary>
            <PolicyWords document={asObject(waiting.next.document)} />
          </details>
        )}
      </div>
    </section>
  );
}

function PolicyActions({ policy }: { policy: Policy }) {
  const { name, current } = policy;
  const may = useMay("policies:manage");
  const navigate = useNavigate();
  const [open, setOpen] = useState<"mode" | "define" | "ask" | "remove">();
  const [mode, setMode] = useState(current?.mode ?? "enforce");
  const close = () => setOpen(undefined);
  const apply = useOrder(() => api.post("/v1/policies/{name}/mode", { params: { path: { name } }, body: { mode } }), "It is applied so, or waits until it counts", close);
  const remove = useOrder(() => api.delete("/v1/policies/{name}", { params: { path: { name } } }), "It is removed, or waits until it is", () => void navigate({ to: "/policies" }));
  const document = asObject(current?.document);
  return (
    <>
      <Button onClick={() => setOpen("ask")}>Ask it</Button>
      {may && current && (
        <>
          <Button onClick={() => setOpen("mode")}>Mode</Button>
          <Button look="primary" onClick={() => setOpen("define")}>
            Change
          </Button>
          <Button look="danger" onClick={() => setOpen("remove")}>
            Remove
          </Button>
        </>
      )}
      {open === "ask" && <SimulateDialog document={document} onClose={close} />}
      {open === "define" && <DefineDialog name={name} document={document} mode={current?.mode ?? "enforce"} onClose={close} />}
      {open === "mode" && (
        <OrderDialog title="How it is applied" verb="Apply it so" busy={apply.isPending} error={apply.error} onOrder={() => apply.mutate(undefined)} onClose={close}>
          <ModeField value={mode} onChange={setMode} />
        </OrderDialog>
      )}
      {open === "remove" && (
        <OrderDialog title="Remove this policy" verb="Remove" look="danger" busy={remove.isPending} error={remove.error} onOrder={() => remove.mutate(undefined)} onClose={close}>
          <p>What it allowed is denied from then on, and what it denied is denied no longer. Where changes wait, this one does, too.</p>
        </OrderDialog>
      )}
    </>
  );
}

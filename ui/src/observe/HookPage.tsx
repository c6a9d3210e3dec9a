import "./observe.css";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { Secret } from "../admin/Secret";
import { api, type Data } from "../api/client";
import { Button } from "../common/Button";
import { OrderDialog } from "../common/Dialog";
import { Field } from "../common/Field";
import { Instant } from "../common/Instant";
import { Loading } from "../common/Listing";
import { ProblemNote } from "../common/ProblemNote";
import { Status } from "../common/Status";
import { Theirs } from "../common/Theirs";
import { toInstant } from "../common/time";
import { counted } from "../common/units";
import { useOrder } from "../common/useOrder";
import { Page } from "../frame/Page";
import { useMay } from "../frame/whoami";
import { HookDeliveries } from "./HookDeliveries";
import { HookDialog } from "./HookDialog";
import { useToggle } from "./HooksPage";

type Standing = Data<"/v1/execution-webhooks/{id}">;
type Open = "change" | "secret" | "replay" | "remove";

/** One hook: how its endpoint stands, and what it was told. */
export function HookPage() {
  const { hookId } = useParams({ from: "/hooks/$hookId" });
  const hook = useQuery({ queryKey: ["hook", hookId], queryFn: () => api.get("/v1/execution-webhooks/{id}", { params: { path: { id: hookId } } }), refetchInterval: 5_000 });
  const crumbs = <Link to="/hooks">Hooks</Link>;
  if (!hook.data) {
    return (
      <Page title="Hook" crumbs={crumbs}>
        {hook.isError ? <ProblemNote error={hook.error} onRetry={() => void hook.refetch()} /> : <Loading />}
      </Page>
    );
  }
  return <OneHook hook={hook.data} />;
}

function OneHook({ hook }: { hook: Standing }) {
  const may = useMay("events:manage");
  const navigate = useNavigate();
  const view = useSearch({ from: "/hooks/$hookId" });
  const [open, setOpen] = useState<Open>();
  const close = () => setOpen(undefined);
  const path = { params: { path: { id: hook.id } } };
  const toggle = useToggle(hook);
  const test = useOrder(
    () => api.post("/v1/execution-webhooks/{id}/test", path),
    "A test is on its way",
    ({ deliveryId }) => void navigate({ to: "/hooks/$hookId", params: { hookId: hook.id }, search: { delivery: deliveryId }, replace: true }),
  );
  const remove = useOrder(() => api.delete("/v1/execution-webhooks/{id}", path), "It is told nothing more", () => void navigate({ to: "/hooks" }));
  return (
    <Page
      title={hook.name}
      crumbs={<Link to="/hooks">Hooks</Link>}
      lead={hook.description ? <Theirs>{hook.description}</Theirs> : undefined}
      actions={
        may && (
          <>
            <Button look="primary" busy={test.isPending} onClick={() => test.mutate(undefined)}>
              Test
            </Button>
            <Button busy={toggle.isPending} onClick={() => toggle.mutate(undefined)}>
              {hook.enabled ? "Disable" : "Enable"}
            </Button>
            <Button onClick={() => setOpen("change")}>Change…</Button>
            <Button onClick={() => setOpen("replay")}>Replay…</Button>
            <Button onClick={() => setOpen("secret")}>New secret…</Button>
            <Button look="danger" onClick={() => setOpen("remove")}>
              Remove…
            </Button>
          </>
        )
      }
    >
      {(test.isError || toggle.isError) && <ProblemNote error={test.error ?? toggle.error} />}
      <dl className="facts">
        <dt>State</dt>
        <dd>
          <Status of={hook.enabled ? "enabled" : "disabled"} /> {hook.disabledAt && !hook.enabled && <Instant at={hook.disabledAt} />} {hook.disabledReason === "gone" && <span className="tone-bad">Its endpoint answered 410: it is gone.</span>}
        </dd>
        <dt>URL</dt>
        <dd>
          <Theirs>{hook.url}</Theirs>
        </dd>
        <dt>Told of</dt>
        <dd>
          <Theirs>{hook.subscribedEventTypes.join(", ")}</Theirs>
        </dd>
        <dt>Waiting</dt>
        <dd>
          {counted(hook.waiting, "delivery", "deliveries")}, {hook.retrying.toLocaleString()} of them to be tried again{hook.replays > 0 && `, ${counted(hook.replays, "replay")} under way`}
        </dd>
        <dt>Last success</dt>
        <dd>
          <Instant at={hook.lastSuccessAt} form="relative" />
        </dd>
        {hook.formerSecretUntil && (
          <>
            <dt>Former secret</dt>
            <dd>
              signs, too, until <Instant at={hook.formerSecretUntil} />
            </dd>
          </>
        )}
      </dl>
      <HookDeliveries hookId={hook.id} view={view} />
      {open === "change" && <HookDialog hook={hook} onClose={close} />}
      {open === "secret" && <SecretDialog hook={hook} onClose={close} />}
      {open === "replay" && <ReplayDialog hook={hook} onClose={close} />}
      {open === "remove" && (
        <OrderDialog title="Remove this hook" verb="Remove" look="danger" busy={remove.isPending} error={remove.error} onOrder={() => remove.mutate(undefined)} onClose={close}>
          <p>Its endpoint is told nothing more, for good: its secrets are forgotten, and what waits is given up.</p>
        </OrderDialog>
      )}
    </Page>
  );
}

const OVERLAPS: [string, number][] = [
  ["for a day", 86_400_000],
  ["for a week", 604_800_000],
  ["not at all", 0],
];

function SecretDialog({ hook, onClose }: { hook: Standing; onClose: () => void }) {
  const [overlapMs, setOverlap] = useState(86_400_000);
  const make = useOrder(() => api.post("/v1/execution-webhooks/{id}/regenerate-secret", { params: { path: { id: hook.id } }, body: { overlapMs } }));
  if (make.data) {
    return (
      <Secret title="The new secret" secret={make.data.secret} onClose={onClose}>
        Give it to whoever receives, before the one of before ends.
      </Secret>
    );
  }
  return (
    <OrderDialog title="Make a new secret" verb="Make it" busy={make.isPending} error={make.error} onOrder={() => make.mutate(undefined)} onClose={onClose}>
      <Field label="The one of before signs, too," hint="Meanwhile the receiver takes the new one over.">
        {(control) => (
          <select {...control} className="input" value={overlapMs} onChange={(event) => setOverlap(Number(event.target.value))}>
            {OVERLAPS.map(([label, ms]) => (
              <option key={ms} value={ms}>
                {label}
              </option>
            ))}
          </select>
        )}
      </Field>
    </OrderDialog>
  );
}

function ReplayDialog({ hook, onClose }: { hook: Standing; onClose: () => void }) {
  const [by, setBy] = useState<"time" | "position">("time");
  const [from, setFrom] = useState("");
  const [to, setTo] = useState("");
  const replay = useOrder(
    () => {
      const body = by === "time" ? { since: toInstant(from), until: toInstant(to) } : { ...(from && { from: Number(from) }), ...(to && { to: Number(to) }) };
      return api.post("/v1/execution-webhooks/{id}/replay", { params: { path: { id: hook.id } }, body });
    },
    "The stretch is told again",
    onClose,
  );
  const type = by === "time" ? "datetime-local" : "number";
  return (
    <OrderDialog title="Tell a stretch again" verb="Replay" busy={replay.isPending} error={replay.error} disabled={!from} onOrder={() => replay.mutate(undefined)} onClose={onClose}>
      <p>What happened in a stretch of the ledger, of at most a million positions, is told again under the ids of before. One delivery is replayed in the list below.</p>
      <Field label="By">
        {(control) => (
          <select
            {...control}
            className="input"
            value={by}
            onChange={(event) => {
              setBy(event.target.value as typeof by);
              setFrom("");
              setTo("");
            }}
          >
            <option value="time">time, in your zone</option>
            <option value="position">position on the ledger</option>
          </select>
        )}
      </Field>
      <Field label="From" isRequired>
        {(control) => <input {...control} className="input" type={type} value={from} onChange={(event) => setFrom(event.target.value)} />}
      </Field>
      <Field label="Until" hint="Empty: until now.">
        {(control) => <input {...control} className="input" type={type} value={to} onChange={(event) => setTo(event.target.value)} />}
      </Field>
    </OrderDialog>
  );
}

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Secret } from "../admin/Secret";
import { api, type Data } from "../api/client";
import { Button } from "../common/Button";
import { OrderDialog } from "../common/Dialog";
import { Empty } from "../common/Empty";
import { Field } from "../common/Field";
import { Instant } from "../common/Instant";
import { Listing } from "../common/Listing";
import { ProblemNote } from "../common/ProblemNote";
import { Status } from "../common/Status";
import { Table } from "../common/Table";
import { Theirs } from "../common/Theirs";
import { useOrder } from "../common/useOrder";
import { usePages } from "../common/usePages";
import { useMay } from "../frame/whoami";

const DAY = 86_400_000;

type Subscription = Data<"/v1/event-subscriptions">["items"][number];

/** Endpoints of the outside to which events are sent. */
export function EventSubscriptions() {
  const may = useMay("events:manage");
  const [isMaking, setMaking] = useState(false);
  const [secret, setSecret] = useState<{ text: string | null | undefined }>();
  const subscriptions = usePages(["event-subscriptions"], (cursor) => api.get("/v1/event-subscriptions", { params: { query: { limit: 50, ...(cursor && { cursor }) } } }));
  return (
    <>
      {may && (
        <div className="row">
          <Button look="primary" onClick={() => setMaking(true)}>
            Subscribe an endpoint
          </Button>
        </div>
      )}
      <section className="panel" aria-label="Subscriptions">
        <Listing
          query={subscriptions}
          empty={
            <Empty title="Nobody outside is told of events">
              <p>A subscription sends the events that fit a pattern to an endpoint, signed as Standard Webhooks has it. What happens in runs goes by hooks.</p>
            </Empty>
          }
        >
          <Table heads={["Events", "Endpoint", "State", "Waiting", "Made"]} hasActions>
            {subscriptions.items.map((subscription) => (
              <SubscriptionRow key={subscription.id} of={subscription} may={may} onSecret={(text) => setSecret({ text })} />
            ))}
          </Table>
        </Listing>
      </section>
      {isMaking && (
        <SubscribeDialog
          onClose={() => setMaking(false)}
          onMade={(text) => {
            setMaking(false);
            setSecret({ text });
          }}
        />
      )}
      {secret && (
        <Secret title="The secret of the subscription" secret={secret.text} onClose={() => setSecret(undefined)}>
          Whoever receives verifies with it that an event is from here.
        </Secret>
      )}
    </>
  );
}

function SubscriptionRow({ of, may, onSecret }: { of: Subscription; may: boolean; onSecret: (secret: string | null | undefined) => void }) {
  const [open, setOpen] = useState<"rotate" | "remove">();
  const path = { params: { path: { id: of.id } } };
  const close = () => setOpen(undefined);
  const standing = useQuery({ queryKey: ["event-subscription", of.id], queryFn: () => api.get("/v1/event-subscriptions/{id}", path), refetchInterval: 15_000 });
  const isActive = of.status === "active";
  const toggle = useOrder(() => api.post("/v1/event-subscriptions/{id}/status", { ...path, body: { status: isActive ? "suspended" : "active" } }), isActive ? "Nothing is sent until it is resumed" : "Events are sent again");
  const remove = useOrder(() => api.delete("/v1/event-subscriptions/{id}", path), "Nothing more is sent", close);
  const rotate = useOrder(() => api.post("/v1/event-subscriptions/{id}/rotate-secret", { ...path, body: { overlapMs: DAY } }), undefined, ({ secret }) => {
    close();
    onSecret(secret);
  });
  return (
    <tr>
      <td>
        <code className="theirs">{of.pattern}</code>
      </td>
      <td>
        <Theirs clip>{of.url}</Theirs>
      </td>
      <td>
        <Status of={of.status} />
        {toggle.isError && <ProblemNote error={toggle.error} />}
      </td>
      <td>
        {standing.data ? standing.data.waiting.toLocaleString() : "–"}
        {standing.data && standing.data.dead > 0 && <div className="small tone-bad">{standing.data.dead.toLocaleString()} given up</div>}
      </td>
      <td>
        <Instant at={of.at} />
      </td>
      <td>
        {may && (
          <span className="row">
            <Button busy={toggle.isPending} onClick={() => toggle.mutate(undefined)}>
              {isActive ? "Suspend" : "Resume"}
            </Button>
            <Button onClick={() => setOpen("rotate")}>New secret…</Button>
            <Button onClick={() => setOpen("remove")}>Remove…</Button>
          </span>
        )}
        {open === "rotate" && (
          <OrderDialog title="Make a new secret" verb="Make it" busy={rotate.isPending} error={rotate.error} onOrder={() => rotate.mutate(undefined)} onClose={close}>
            <p>The one of before signs, too, for a day. The new one is shown once.</p>
          </OrderDialog>
        )}
        {open === "remove" && (
          <OrderDialog title="Remove this subscription" verb="Remove" look="danger" busy={remove.isPending} error={remove.error} onOrder={() => remove.mutate(undefined)} onClose={close}>
            <p>Nothing more is sent, for good. Its secrets are forgotten, and what waits becomes dead letters.</p>
          </OrderDialog>
        )}
      </td>
    </tr>
  );
}

function SubscribeDialog({ onClose, onMade }: { onClose: () => void; onMade: (secret: string | null | undefined) => void }) {
  const [pattern, setPattern] = useState("");
  const [url, setUrl] = useState("https://");
  const subscribe = useOrder(() => api.post("/v1/event-subscriptions", { body: { pattern, url } }), "Events are sent from here on", ({ secret }) => onMade(secret));
  return (
    <OrderDialog title="Subscribe an endpoint" verb="Subscribe" busy={subscribe.isPending} error={subscribe.error} disabled={!pattern} onOrder={() => subscribe.mutate(undefined)} onClose={onClose}>
      <Field label="Events" hint="A name, or a pattern as order.*" isRequired>
        {(control) => <input {...control} className="input" value={pattern} onChange={(event) => setPattern(event.target.value.trim())} />}
      </Field>
      <Field label="URL" isRequired>
        {(control) => <input {...control} className="input" type="url" value={url} onChange={(event) => setUrl(event.target.value)} />}
      </Field>
    </OrderDialog>
  );
}

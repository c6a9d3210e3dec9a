import "./observe.css";
import { useRef, useState } from "react";
import { api } from "../api/client";
import type { DeadLetter } from "../api/types";
import { Button } from "../common/Button";
import { OrderDialog } from "../common/Dialog";
import { Empty } from "../common/Empty";
import { Field } from "../common/Field";
import { Instant } from "../common/Instant";
import { Listing } from "../common/Listing";
import { ProblemNote } from "../common/ProblemNote";
import { SearchBox } from "../common/SearchBox";
import { Status } from "../common/Status";
import { Table } from "../common/Table";
import { Theirs } from "../common/Theirs";
import { toInstant } from "../common/time";
import { useOrder } from "../common/useOrder";
import { counted } from "../common/units";
import { usePages } from "../common/usePages";
import { Page } from "../frame/Page";
import { useMay } from "../frame/whoami";

type Bulk = "reprocess" | "purge";

/** Events with which a part of the house could not deal, and what becomes of them. */
export function DeadLettersPage() {
  const may = useMay("events:manage");
  const [reaction, setReaction] = useState("");
  const [status, setStatus] = useState<"" | "dead" | "discarded">("");
  const [bulk, setBulk] = useState<Bulk>();
  const letters = usePages(
    ["dead-letters", reaction, status],
    (cursor) => api.get("/v1/dead-letters", { params: { query: { limit: 50, ...(reaction && { reaction }), ...(status && { status }), ...(cursor && { cursor }) } } }),
    { refetchInterval: 15_000 },
  );
  const again = useOrder((ids: string[]) => api.post("/v1/dead-letters/reprocess", { body: { ids } }), "It is tried again");
  const [discarding, setDiscarding] = useState<DeadLetter>();
  const groups = new Map<string, DeadLetter[]>();
  for (const letter of letters.items) {
    const cause = `${letter.reaction}\n${letter.reason}`;
    groups.set(cause, [...(groups.get(cause) ?? []), letter]);
  }
  return (
    <Page
      title="Dead letters"
      lead="Events that a part of the house gave up after several tries. They wait here; nothing is lost."
      actions={
        may && (
          <>
            <Button onClick={() => setBulk("reprocess")}>Try many again…</Button>
            <Button look="danger" onClick={() => setBulk("purge")}>
              Purge…
            </Button>
          </>
        )
      }
    >
      <div className="row">
        <SearchBox value={reaction} onChange={setReaction} label="Which part: execution-hooks…" />
        <select className="input choose" aria-label="State" value={status} onChange={(event) => setStatus(event.target.value as typeof status)}>
          <option value="">Waiting and discarded</option>
          <option value="dead">Waiting</option>
          <option value="discarded">Discarded</option>
        </select>
      </div>
      {again.isError && <ProblemNote error={again.error} />}
      <section className="stack" aria-label="Dead letters">
        <Listing
          query={letters}
          empty={
            <Empty title={reaction || status ? "No dead letter fits" : "Nothing was given up"}>
              <p>When a reaction fails on an event again and again, the event is set aside here with the reason, so that what follows it is not held up.</p>
            </Empty>
          }
        >
          {[...groups].map(([key, list]) => (
            <Group key={key} letters={list} may={may} busy={again.isPending} onAgain={(ids) => again.mutate(ids)} onDiscard={setDiscarding} />
          ))}
        </Listing>
      </section>
      {discarding && <DiscardDialog letter={discarding} onClose={() => setDiscarding(undefined)} />}
      {bulk && <BulkDialog bulk={bulk} reaction={reaction} onClose={() => setBulk(undefined)} />}
    </Page>
  );
}

type GroupProps = { letters: DeadLetter[]; may: boolean; busy: boolean; onAgain: (ids: string[]) => void; onDiscard: (letter: DeadLetter) => void };
/** The API tries so many again at once. */
const AT_ONCE = 50;

function Group({ letters, may, busy, onAgain, onDiscard }: GroupProps) {
  const [first] = letters;
  if (!first) return null;
  return (
    <div className="panel">
      <header>
        <div className="grow">
          <h2>
            <Theirs>{first.reaction}</Theirs> <span className="quiet">· {letters.length}</span>
          </h2>
          <p className="small">
            <Theirs clip>{first.reason}</Theirs>
          </p>
        </div>
        {may && (
          <Button busy={busy} onClick={() => onAgain(letters.slice(0, AT_ONCE).map(({ id }) => id))}>
            Try {letters.length > 1 ? "all " : ""}again
          </Button>
        )}
      </header>
      <Table heads={["Status", "Event", "Position", "Tries", "Set aside"]} hasActions>
        {letters.map((letter) => (
          <tr key={letter.id}>
            <td>
              <Status of={letter.status} />
            </td>
            <td>
              <code className="theirs">{letter.eventType}</code>
              <div className="small quiet theirs">
                {letter.aggregateType}/{letter.aggregateId} · {letter.sequence}
              </div>
            </td>
            <td>{letter.position.toLocaleString()}</td>
            <td>{letter.tries}</td>
            <td>
              <Instant at={letter.setAsideAt} />
            </td>
            <td>{may && !letter.discardedAt && <Button onClick={() => onDiscard(letter)}>Discard…</Button>}</td>
          </tr>
        ))}
      </Table>
    </div>
  );
}

function DiscardDialog({ letter, onClose }: { letter: DeadLetter; onClose: () => void }) {
  const [notes, setNotes] = useState("");
  const discard = useOrder(
    () => api.post("/v1/dead-letters/{id}/discard", { params: { path: { id: letter.id } }, body: notes ? { notes } : {} }),
    "It is discarded",
    onClose,
  );
  return (
    <OrderDialog title="Discard this event" verb="Discard" look="danger" busy={discard.isPending} error={discard.error} onOrder={() => discard.mutate(undefined)} onClose={onClose}>
      <p>The part that gave it up never deals with it. The event itself stays on the ledger.</p>
      <Field label="Why" hint="For those who ask later.">
        {(control) => <textarea {...control} className="input" maxLength={2000} value={notes} onChange={(event) => setNotes(event.target.value)} />}
      </Field>
    </OrderDialog>
  );
}

/** An order for all that fit: the server does some at a time, and is asked until there are none left or somebody stops. */
function BulkDialog({ bulk, reaction: from, onClose }: { bulk: Bulk; reaction: string; onClose: () => void }) {
  const [reaction, setReaction] = useState(from);
  const [before, setBefore] = useState("");
  const [count, setCount] = useState(0);
  const isStopped = useRef(false);
  const isPurge = bulk === "purge";
  const order = useOrder(async () => {
    // What comes back while this goes on was set aside later, and is left alone.
    const body = { before: toInstant(before) ?? new Date().toISOString(), ...(reaction && { reaction }) };
    let all = 0;
    isStopped.current = false;
    setCount(0);
    for (let some = 1; some > 0 && !isStopped.current; ) {
      some = isPurge ? (await api.post("/v1/dead-letters/purge", { body })).purged : (await api.post("/v1/dead-letters/reprocess", { body })).reprocessed;
      all += some;
      setCount(all);
    }
    return all;
  });
  const close = () => {
    isStopped.current = true;
    onClose();
  };
  return (
    <OrderDialog title={isPurge ? "Forget what was discarded" : "Try many again"} verb={isPurge ? "Forget them" : "Try them again"} look={isPurge ? "danger" : "primary"} busy={order.isPending} error={order.error} onOrder={() => order.mutate(undefined)} onClose={close}>
      <p>{isPurge ? "Dead letters that somebody discarded are forgotten, for good. What nobody has discarded stays." : "What succeeds is gone from here; what fails again comes back with its history."}</p>
      <Field label="Of which part" hint="Empty: of every part.">
        {(control) => <input {...control} className="input" value={reaction} onChange={(event) => setReaction(event.target.value.trim())} />}
      </Field>
      <Field label={isPurge ? "Discarded before" : "Set aside before"} hint="In your zone; empty: all until now.">
        {(control) => <input {...control} className="input" type="datetime-local" value={before} onChange={(event) => setBefore(event.target.value)} />}
      </Field>
      {(order.isPending || order.isSuccess) && (
        <p role="status">
          {counted(count, "dead letter")} {isPurge ? "forgotten" : "handed back"} {order.isPending ? "so far; “Back” stops after these." : "in all."}
        </p>
      )}
    </OrderDialog>
  );
}

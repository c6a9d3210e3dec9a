import "./observe.css";
import { useState } from "react";
import { api } from "../api/client";
import type { DeadLetter } from "../api/types";
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
import { Page } from "../frame/Page";
import { useMay } from "../frame/whoami";

/** Events with which a part of the house could not deal, and what becomes of them. */
export function DeadLettersPage() {
  const may = useMay("events:manage");
  const letters = usePages(["dead-letters"], (cursor) => api.get("/v1/dead-letters", { params: { query: { limit: 50, ...(cursor && { cursor }) } } }), { refetchInterval: 15_000 });
  const again = useOrder((ids: string[]) => api.post("/v1/dead-letters/reprocess", { body: { ids } }), "It is tried again");
  const [discarding, setDiscarding] = useState<DeadLetter>();
  const groups = new Map<string, DeadLetter[]>();
  for (const letter of letters.items) {
    const cause = `${letter.reaction}\n${letter.reason}`;
    groups.set(cause, [...(groups.get(cause) ?? []), letter]);
  }
  return (
    <Page title="Dead letters" lead="Events that a part of the house gave up after several tries. They wait here; nothing is lost.">
      {again.isError && <ProblemNote error={again.error} />}
      <section className="stack" aria-label="Dead letters">
        <Listing
          query={letters}
          empty={
            <Empty title="Nothing was given up">
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

import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "../api/client";
import { Button } from "../common/Button";
import { OrderDialog } from "../common/Dialog";
import { Empty } from "../common/Empty";
import { Field } from "../common/Field";
import { Instant } from "../common/Instant";
import { Listing } from "../common/Listing";
import { Table } from "../common/Table";
import { Theirs } from "../common/Theirs";
import { lasting } from "../common/time";
import { useOrder } from "../common/useOrder";
import { usePages } from "../common/usePages";
import { useMay } from "../frame/whoami";

/** Events that are awaited in an order. */
export function EventSequences() {
  const may = useMay("events:manage");
  const navigate = useNavigate();
  const [isMaking, setMaking] = useState(false);
  const sequences = usePages(["event-sequences"], (cursor) => api.get("/v1/event-sequences", { params: { query: { limit: 50, ...(cursor && { cursor }) } } }));
  return (
    <>
      {may && (
        <div className="row">
          <Button look="primary" onClick={() => setMaking(true)}>
            Define a sequence
          </Button>
        </div>
      )}
      <section className="panel" aria-label="Sequences">
        <Listing
          query={sequences}
          empty={
            <Empty title="No sequence is defined">
              <p>A sequence says which events belong together and in which order: an order is created, paid, shipped. Each order is an instance, and one that stands still is seen.</p>
            </Empty>
          }
        >
          <Table heads={["Sequence", "Version", "Events", "In time", "Out of order", "Made"]}>
            {sequences.items.map((sequence) => (
              <tr key={sequence.name}>
                <td>
                  <Link to="/sequence" search={{ name: sequence.name }}>
                    <Theirs clip>{sequence.name}</Theirs>
                  </Link>
                </td>
                <td>{sequence.version}</td>
                <td className="small">
                  <Theirs>{sequence.events.map(({ eventId }) => eventId).join(" → ")}</Theirs>
                </td>
                <td>{lasting(sequence.timeoutMs)}</td>
                <td>{sequence.outOfOrder}</td>
                <td>
                  <Instant at={sequence.at} />
                </td>
              </tr>
            ))}
          </Table>
        </Listing>
      </section>
      {isMaking && <DefineSequence onClose={() => setMaking(false)} onMade={(name) => void navigate({ to: "/sequence", search: { name } })} />}
    </>
  );
}

function DefineSequence({ onClose, onMade }: { onClose: () => void; onMade: (name: string) => void }) {
  const [name, setName] = useState("");
  const [text, setText] = useState("");
  const [hours, setHours] = useState("24");
  const [outOfOrder, setOutOfOrder] = useState<"hold" | "fail" | "ignore">("hold");
  const events = text.split("\n").map((line) => line.trim()).filter(Boolean);
  const define = useOrder(
    () => api.post("/v1/event-sequences", { body: { name, events: events.map((eventId, index) => ({ eventId, order: index + 1 })), timeoutMs: Math.round(Number(hours) * 3_600_000), outOfOrder } }),
    "The sequence is defined",
    (sequence) => {
      onClose();
      onMade(sequence.name);
    },
  );
  return (
    <OrderDialog title="Define a sequence" verb="Define" busy={define.isPending} error={define.error} disabled={!name || events.length === 0 || !(Number(hours) > 0)} onOrder={() => define.mutate(undefined)} onClose={onClose}>
      <Field label="Name" isRequired>
        {(control) => <input {...control} className="input" value={name} onChange={(event) => setName(event.target.value.trim())} />}
      </Field>
      <Field label="Events" hint="A name a line, in their order. Those that belong together have the same correlation." isRequired>
        {(control) => <textarea {...control} className="input code" rows={5} spellCheck={false} value={text} placeholder={"order.created\norder.paid"} onChange={(event) => setText(event.target.value)} />}
      </Field>
      <Field label="Time for all of them, in hours">{(control) => <input {...control} className="input" inputMode="decimal" value={hours} onChange={(event) => setHours(event.target.value)} />}</Field>
      <Field label="An event that comes too early">
        {(control) => (
          <select {...control} className="input" value={outOfOrder} onChange={(event) => setOutOfOrder(event.target.value as typeof outOfOrder)}>
            <option value="hold">is held until its turn</option>
            <option value="fail">lets the instance fail</option>
            <option value="ignore">is passed over</option>
          </select>
        )}
      </Field>
    </OrderDialog>
  );
}

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../api/client";
import { Button } from "../common/Button";
import { OrderDialog } from "../common/Dialog";
import { Empty } from "../common/Empty";
import { Field } from "../common/Field";
import { Instant } from "../common/Instant";
import { Listing } from "../common/Listing";
import { Table } from "../common/Table";
import { useOrder } from "../common/useOrder";
import { useMay } from "../frame/whoami";
import { shortened } from "../money/units";

/** Whose personal data runs handle, and its destruction. */
export function Subjects() {
  const may = useMay("retention:manage");
  const subjects = useQuery({ queryKey: ["subjects"], queryFn: async () => (await api.get("/v1/retention/subjects", { params: { query: { limit: 100 } } })).items });
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      {may && (
        <div className="row body">
          <Button look="danger" onClick={() => setOpen(true)}>
            Shred the data of a subject
          </Button>
        </div>
      )}
      <Listing
        query={{ ...subjects, items: subjects.data ?? [] }}
        empty={
          <Empty title="No run handles personal data">
            <p>A workflow whose definition names a personal.subject has all that its runs say sealed under a key of that subject. Destroying the key destroys the data: in the database, in backups and in files.</p>
          </Empty>
        }
      >
        <Table heads={["Subject", "Key", "Runs", "Since", "Shredded"]}>
          {subjects.data?.map((one) => (
            <tr key={`${one.subject}/${one.version}`}>
              <td>
                <code title={one.subject}>{shortened(one.subject)}</code>
              </td>
              <td>{one.version}</td>
              <td>{one.runs.toLocaleString()}</td>
              <td>
                <Instant at={one.madeAt} />
              </td>
              <td>
                {one.shreddedAt ? (
                  <>
                    <Instant at={one.shreddedAt} />
                    {!one.renewedAt && <div className="small tone-wait">lists and search are being made anew</div>}
                  </>
                ) : (
                  <span className="quiet">no</span>
                )}
              </td>
            </tr>
          ))}
        </Table>
      </Listing>
      <p className="body small quiet">Names are not kept: the ledger has a keyed hash of each, which only this installation can make.</p>
      {isOpen && <ShredDialog onClose={() => setOpen(false)} />}
    </>
  );
}

function ShredDialog({ onClose }: { onClose: () => void }) {
  const [subject, setSubject] = useState("");
  const [typed, setTyped] = useState("");
  const [reason, setReason] = useState("");
  const shred = useOrder(() => api.post("/v1/retention/shredding", { body: { subject, reason: reason.trim() } }), "Its key is destroyed", onClose);
  return (
    <OrderDialog
      title="Shred the data of a subject"
      verb="Destroy it for good"
      look="danger"
      busy={shred.isPending}
      error={shred.error}
      disabled={subject === "" || typed !== subject || reason.trim() === ""}
      onOrder={() => shred.mutate(undefined)}
      onClose={onClose}
    >
      <p>The key under which all runs of this subject are sealed is destroyed: what they were given, gave and said opens nowhere any more, in backups and files neither. Nothing brings it back.</p>
      <Field label="Subject" hint="As the workflow’s personal.subject named it." isRequired>
        {(control) => <input {...control} className="input code" autoComplete="off" spellCheck={false} value={subject} onChange={(event) => setSubject(event.target.value)} />}
      </Field>
      <Field label="The subject once more, to confirm" faults={typed !== "" && !subject.startsWith(typed) ? ["This is another one."] : []} isRequired>
        {(control) => (
          <input {...control} className="input code" autoComplete="off" spellCheck={false} value={typed} onPaste={(event) => event.preventDefault()} onChange={(event) => setTyped(event.target.value)} />
        )}
      </Field>
      <Field label="Why" hint="It stays on the ledger: name nobody." isRequired>
        {(control) => <textarea {...control} className="input" maxLength={1000} value={reason} onChange={(event) => setReason(event.target.value)} />}
      </Field>
    </OrderDialog>
  );
}

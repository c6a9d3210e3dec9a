import { useState } from "react";
import { api } from "../api/client";
import type { Workflow } from "../api/types";
import { Button } from "../common/Button";
import { Field } from "../common/Field";
import { Instant } from "../common/Instant";
import { ProblemNote } from "../common/ProblemNote";
import { Theirs } from "../common/Theirs";
import { useOrder } from "../common/useOrder";
import { useMay, useWhoami } from "../frame/whoami";
import { Policy } from "./Policy";
import type { DraftReview } from "./stages";

const LONGEST = 4_000;
const WORDS = { none: "Nobody was asked to look at this draft.", requested: "Somebody is asked to look at this draft.", approved: "The draft as it is was approved.", rejected: "The draft as it is was rejected." };

/** Somebody else looks at the draft: asked, said, and judged. */
export function ReviewStage({ workflow, review }: { workflow: Workflow; review: DraftReview }) {
  const { status, requestedBy, requestedAt, note, judgedBy, judgedAt, reason } = review;
  const mayAsk = useMay("workflows:write");
  const mayJudge = useMay("workflows:approve");
  const { data: who } = useWhoami();
  const isOwn = requestedBy !== null && requestedBy !== undefined && requestedBy === who?.actor;
  return (
    <div className="stack">
      <Policy required={review.required} />
      <p role="status">
        <strong>{WORDS[status]}</strong>
      </p>
      {requestedBy && (
        <Said by={requestedBy} at={requestedAt} what="asked">
          {note}
        </Said>
      )}
      {review.comments.map(({ by, at, text }, index) => (
        <Said key={index} by={by} at={at} what="said">
          {text}
        </Said>
      ))}
      {judgedBy && (
        <Said by={judgedBy} at={judgedAt} what={status === "approved" ? "approved" : "rejected"}>
          {reason}
        </Said>
      )}
      {status === "none" && workflow.hasDraft && mayAsk && <Ask workflow={workflow} />}
      {status !== "none" && <Comment workflow={workflow} />}
      {status === "requested" && mayJudge && !isOwn && <Judge workflow={workflow} review={review} />}
      {status === "requested" && mayJudge && isOwn && <p className="quiet">You asked for this review, so somebody else judges it.</p>}
      {status === "requested" && !mayJudge && <p className="quiet">To judge it you need the permission workflows:approve.</p>}
    </div>
  );
}

function Said({ by, at, what, children }: { by: string; at: string | null | undefined; what: string; children: string | null | undefined }) {
  return (
    <div className="said">
      <p className="small quiet">
        <Theirs>{by}</Theirs> {what} <Instant at={at} />
      </p>
      {children && (
        <p className="words">
          <Theirs>{children}</Theirs>
        </p>
      )}
    </div>
  );
}

function Ask({ workflow }: { workflow: Workflow }) {
  const [note, setNote] = useState("");
  const ask = useOrder(() => api.post("/v1/workflows/{id}/review", { params: { path: { id: workflow.id } }, body: note.trim() ? { note: note.trim() } : {} }), "A review is asked for");
  return (
    <Words label="For whoever looks at it" hint="What it is for, and where to look. An edit of the draft ends the review." value={note} onChange={setNote} error={ask.error}>
      <Button look="primary" busy={ask.isPending} onClick={() => ask.mutate(undefined)}>
        Ask for a review
      </Button>
    </Words>
  );
}

function Comment({ workflow }: { workflow: Workflow }) {
  const [text, setText] = useState("");
  const say = useOrder(() => api.post("/v1/workflows/{id}/review/comments", { params: { path: { id: workflow.id } }, body: { text: text.trim() } }), "It was said", () => setText(""));
  return (
    <Words label="A comment" value={text} onChange={setText} error={say.error}>
      <Button busy={say.isPending} disabled={text.trim() === ""} onClick={() => say.mutate(undefined)}>
        Say it
      </Button>
    </Words>
  );
}

/** Approves or rejects the draft that was looked at, and no other. */
function Judge({ workflow, review }: { workflow: Workflow; review: DraftReview }) {
  const [reason, setReason] = useState("");
  const params = { path: { id: workflow.id } };
  const draftHash = review.draftHash ?? "";
  const approve = useOrder(() => api.post("/v1/workflows/{id}/review/approve", { params, body: { draftHash } }), "The draft is approved");
  const reject = useOrder(() => api.post("/v1/workflows/{id}/review/reject", { params, body: { draftHash, reason: reason.trim() } }), "The draft is rejected");
  const isBusy = approve.isPending || reject.isPending;
  return (
    <Words label="What has to change" hint="Needed to reject it. Whoever edited the draft last cannot approve it." value={reason} onChange={setReason} error={approve.error ?? reject.error}>
      <Button look="primary" busy={approve.isPending} disabled={isBusy} onClick={() => approve.mutate(undefined)}>
        Approve
      </Button>
      <Button look="danger" busy={reject.isPending} disabled={isBusy || reason.trim() === ""} onClick={() => reject.mutate(undefined)}>
        Reject
      </Button>
    </Words>
  );
}

type WordsProps = { label: string; hint?: string; value: string; onChange: (text: string) => void; error: unknown; children: React.ReactNode };

function Words({ label, hint, value, onChange, error, children }: WordsProps) {
  return (
    <div className="stack">
      <Field label={label} hint={hint}>
        {(control) => <textarea {...control} className="input" rows={3} maxLength={LONGEST} value={value} onChange={(event) => onChange(event.target.value)} />}
      </Field>
      {error !== null && error !== undefined && <ProblemNote error={error} />}
      <div className="row">{children}</div>
    </div>
  );
}

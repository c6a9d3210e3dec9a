import { useState } from "react";
import { api } from "../api/client";
import { Button } from "../common/Button";
import { Copy } from "../common/Copy";
import { OrderDialog } from "../common/Dialog";
import { Field } from "../common/Field";
import { Instant } from "../common/Instant";
import { Status } from "../common/Status";
import { useOrder } from "../common/useOrder";
import { useMay, useWhoami } from "../frame/whoami";
import type { Approval } from "./types";
import { shortened } from "./units";
import { Who } from "../frame/Who";

type Props = { kind: "transactions" | "signatures"; id: string; approval: Approval };

/** Who has to approve, who has, and the answer of whoever looks. */
export function ApprovalBox({ kind, id, approval }: Props) {
  const { data: who } = useWhoami();
  const may = useMay("wallets:approve");
  const [answer, setAnswer] = useState<"approve" | "reject">();
  const isPending = approval.state === "pending";
  const me = who?.actor;
  const isNamed = approval.needs.some(({ approvers }) => me !== undefined && approvers.includes(me));
  const hasAnswered = me !== undefined && approval.grantedBy.includes(me);
  const why = !isPending
    ? undefined
    : me === approval.askedBy
      ? "You caused it: somebody else has to approve it."
      : hasAnswered
        ? "You have approved it."
        : !isNamed
          ? "The policy names others: only they can answer."
          : !may
            ? "To answer you need the permission wallets:approve."
            : undefined;
  return (
    <section className={isPending ? "note wait approval" : "note approval"} aria-label="Approval">
      <div className="stack grow">
        <div className="row spread">
          <h2>{isPending ? "People have to approve it" : "Approval"}</h2>
          <Status of={isPending ? "awaiting_approval" : approval.state === "granted" ? "allowed" : approval.state} />
        </div>
        {approval.needs.map((need) => (
          <div key={`${need.policy}/${need.approval}`} className="need">
            <div className="row spread">
              <span>
                <code>{need.approval}</code> of the policy <code>{need.policy}</code>
              </span>
              <span className="quiet">
                {need.needed - need.missing} of {need.needed}
                {isPending && (
                  <>
                    {" "}
                    · until <Instant at={need.expiresAt} />
                  </>
                )}
              </span>
            </div>
            <div className="bar" role="progressbar" aria-label={`Approvals for ${need.approval}`} aria-valuemin={0} aria-valuemax={need.needed} aria-valuenow={need.needed - need.missing}>
              <span style={{ width: `${(100 * (need.needed - need.missing)) / Math.max(1, need.needed)}%` }} />
            </div>
            <ul className="row approvers">
              {need.approvers.map((one) => (
                <li key={one} className="chip">
                  <span className={approval.grantedBy.includes(one) ? "tone-good" : approval.rejectedBy === one ? "tone-bad" : "quiet"} aria-hidden>
                    {approval.grantedBy.includes(one) ? "✓" : approval.rejectedBy === one ? "✗" : "○"}
                  </span>
                  <Who id={one} />
                  <span className="visually-hidden">{approval.grantedBy.includes(one) ? "approved" : approval.rejectedBy === one ? "rejected" : "has not answered"}</span>
                </li>
              ))}
            </ul>
          </div>
        ))}
        <p className="small quiet row">
          Four eyes: <Who id={approval.askedBy} /> caused it, and cannot approve it. What is approved is <code title={approval.digest}>{shortened(approval.digest)}</code>
          <Copy text={approval.digest} what="the digest" />
        </p>
        {why && <p>{why}</p>}
        {isPending && why === undefined && (
          <div className="row">
            <Button look="primary" onClick={() => setAnswer("approve")}>
              Approve
            </Button>
            <Button look="danger" onClick={() => setAnswer("reject")}>
              Reject
            </Button>
          </div>
        )}
        {answer && <AnswerDialog kind={kind} id={id} digest={approval.digest} answer={answer} onClose={() => setAnswer(undefined)} />}
      </div>
    </section>
  );
}

type AnswerProps = { kind: Props["kind"]; id: string; digest: string; answer: "approve" | "reject"; onClose: () => void };

function AnswerDialog({ kind, id, digest, answer, onClose }: AnswerProps) {
  const [comment, setComment] = useState("");
  const isYes = answer === "approve";
  const order = useOrder<undefined, unknown>(
    () => {
      const given = { params: { path: { id } }, body: { digest, ...(comment.trim() && { comment: comment.trim() }) } };
      if (kind === "transactions") return isYes ? api.post("/v1/transactions/{id}/approve", given) : api.post("/v1/transactions/{id}/reject", given);
      return isYes ? api.post("/v1/signatures/{id}/approve", given) : api.post("/v1/signatures/{id}/reject", given);
    },
    isYes ? "Approved" : "Rejected: it is over, and never signed",
    onClose,
  );
  return (
    <OrderDialog title={isYes ? "Approve it" : "Reject it"} verb={isYes ? "Approve" : "Reject"} look={isYes ? "primary" : "danger"} busy={order.isPending} error={order.error} onOrder={() => order.mutate(undefined)} onClose={onClose}>
      <p>
        {isYes
          ? kind === "transactions"
            ? "Once enough have approved, it is signed and sent as you see it here. Fees may rise up to the bound that you were shown."
            : "Once enough have approved, it is signed. Whoever has the signature may use it, and nobody can call it back."
          : "One rejection ends it. Its run is told, and goes on as after a failure."}
      </p>
      <Field label="Why" hint="It stays on the ledger, with your name.">
        {(control) => <textarea {...control} className="input" maxLength={500} value={comment} onChange={(event) => setComment(event.target.value)} />}
      </Field>
    </OrderDialog>
  );
}

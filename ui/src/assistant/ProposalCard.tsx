import { CircleCheck, CircleX, Hand } from "lucide-react";
import { useEffect, useRef } from "react";
import { writeJson } from "../api/exactJson";
import { Button } from "../common/Button";
import { ProblemNote } from "../common/ProblemNote";
import { Theirs } from "../common/Theirs";
import { pathOf } from "./acting";
import { TraceLink } from "./Conversation";
import type { Step } from "./said";

type Props = { step: Extract<Step, { kind: "proposal" }>; organization: string; onAgree: () => void; onDecline: () => void };

/** What the model wants done: exactly what would be sent, and where. The person decides. */
export function ProposalCard({ step, organization, onAgree, onDecline }: Props) {
  const { proposal, state, outcome, error } = step;
  const { title, about, order, danger } = proposal;
  const isOpen = outcome === undefined;
  const card = useRef<HTMLElement>(null);
  const wasOpen = useRef(isOpen);
  useEffect(() => {
    // The button that was pressed is gone: the focus stays where it was.
    if (wasOpen.current && !isOpen && document.activeElement === document.body) card.current?.focus();
    wasOpen.current = isOpen;
  }, [isOpen]);
  return (
    <section ref={card} tabIndex={-1} className="panel proposal" aria-label={`Proposal: ${title}`}>
      <header>
        <h2>{title}</h2>
        <State step={step} />
      </header>
      <div className="body stack">
        <p>
          {about !== undefined && (
            <>
              <strong>
                <Theirs>{about.slice(0, 200)}</Theirs>
              </strong>
              {" · "}
            </>
          )}
          in <Theirs>{organization}</Theirs>, in your name
        </p>
        <p>
          <code className="theirs">POST {pathOf(order)}</code>
        </p>
        {order.body && <Body text={writeJson(order.body, 2)} />}
        {error !== undefined && isOpen && <ProblemNote error={error} />}
        {outcome && state === "done" && (
          <p>
            {proposal.verb} <TraceLink trace={outcome.trace} />
          </p>
        )}
        {isOpen && (
          <div className="row">
            <Button look={danger ? "danger" : "primary"} busy={state === "sending"} onClick={onAgree}>
              {state === "failed" ? "Try again" : "Do it"}
            </Button>
            <Button disabled={state === "sending"} onClick={onDecline}>
              {state === "failed" ? "Leave it" : "Don’t"}
            </Button>
          </div>
        )}
      </div>
    </section>
  );
}

function State({ step: { state, outcome } }: Pick<Props, "step">) {
  const [Sign, tone, words] = state === "done" ? ([CircleCheck, "good", "Done"] as const) : outcome ? ([CircleX, "still", state === "failed" ? "Refused" : "Not sent"] as const) : ([Hand, "wait", "Waits for you"] as const);
  return (
    <span className={`status pill tone-${tone}`}>
      <Sign size={14} aria-hidden />
      {words}
    </span>
  );
}

// What is longer than its place is scrolled by keyboard, too.
/* eslint-disable jsx-a11y/no-noninteractive-tabindex */
function Body({ text }: { text: string }) {
  return (
    <pre className="order" role="group" aria-label="What would be sent" tabIndex={0}>
      {text}
    </pre>
  );
}
/* eslint-enable jsx-a11y/no-noninteractive-tabindex */

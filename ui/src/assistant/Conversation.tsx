import { Link } from "@tanstack/react-router";
import { CircleX, Eye, LoaderCircle } from "lucide-react";
import { useEffect, useRef } from "react";
import { Theirs } from "../common/Theirs";
import { Prose } from "../help/Prose";
import { ProposalCard } from "./ProposalCard";
import type { Outcome, Step } from "./said";
import type { State, Talk } from "./talk";

const WORDS: Record<State["status"], string> = { idle: "", asking: "The model is being asked…", looking: "It is being looked at…", waiting: "A proposal waits for you. Nothing was sent." };

/** What was said, looked at and proposed. New things are read out as they come. */
export function Conversation({ talk, state, organization }: { talk: Talk; state: State; organization: string }) {
  const end = useRef<HTMLParagraphElement>(null);
  const { steps, status } = state;
  useEffect(() => {
    if (steps.length > 0) end.current?.scrollIntoView?.({ block: "nearest" });
  }, [steps.length, status]);
  return (
    <section aria-label="Conversation">
      <div role="log">
        <ol className="talk">
          {steps.map(
            (step, index) =>
              isShown(step) && (
                <li key={index} className={step.kind}>
                  <Said step={step} talk={talk} organization={organization} />
                </li>
              ),
          )}
        </ol>
      </div>
      <p ref={end} className="row quiet small" role="status">
        {(status === "asking" || status === "looking") && <LoaderCircle size={16} className="spin" aria-hidden />}
        {WORDS[status]}
      </p>
    </section>
  );
}

/** An answer that only calls tools is shown by what they did. */
const isShown = (step: Step) => step.kind !== "answer" || step.text !== undefined || step.isCut;

function Said({ step, talk, organization }: { step: Step; talk: Talk; organization: string }) {
  switch (step.kind) {
    case "question":
      return (
        <>
          <h2 className="visually-hidden">You</h2>
          <p className="lines">
            <Theirs>{step.text}</Theirs>
          </p>
        </>
      );
    case "answer":
      return (
        <>
          <h2 className="visually-hidden">Assistant</h2>
          {step.text !== undefined && <Prose text={step.text} />}
          {step.isCut && <p className="small quiet">The answer ends here: it has reached the bound of its length.</p>}
        </>
      );
    case "looked":
      return <Looked outcome={step.outcome} />;
    case "proposal":
      return <ProposalCard step={step} organization={organization} onAgree={() => void talk.agree(step.callId)} onDecline={() => void talk.decline(step.callId)} />;
  }
}

function Looked({ outcome: { trace, isBad } }: { outcome: Outcome }) {
  const Sign = isBad ? CircleX : Eye;
  return (
    <p className="row small quiet">
      <Sign size={14} className={isBad ? "tone-bad" : undefined} aria-hidden />
      <span>
        {isBad ? "could not use: " : "looked at "}
        <TraceLink trace={trace} />
      </span>
    </p>
  );
}

export function TraceLink({ trace: { words, to, search } }: { trace: Outcome["trace"] }) {
  if (to === undefined) return <Theirs>{words}</Theirs>;
  return (
    <Link to={to as string} {...(search && { search })}>
      <Theirs>{words}</Theirs>
    </Link>
  );
}

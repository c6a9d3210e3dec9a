import { Link } from "@tanstack/react-router";
import { CircleCheck, CircleDashed, CircleX, Hourglass } from "lucide-react";
import type { ReactNode } from "react";
import { asObject, asText, writeJson, type JsonObject } from "../api/exactJson";
import type { Chain } from "../api/types";
import { Instant } from "../common/Instant";
import type { Tone } from "../common/Status";
import { Id, Theirs } from "../common/Theirs";
import { Address } from "./Address";
import { Amount } from "./Amount";
import { Decision } from "./Decision";
import type { Step } from "./steps";
import { asWhole, grouped, inUnits, stretch } from "./units";
import { Who } from "../frame/Who";

const SIGNS = { good: CircleCheck, bad: CircleX, wait: Hourglass, busy: CircleDashed, still: CircleDashed };

type Props = { steps: Step[]; chain: Chain | undefined; first: ReactNode; next?: { title: string; body?: ReactNode } | undefined };

/** What happened to an intent from above to below; what is still to come stands at the end. */
export function IntentTimeline({ steps, chain, first, next }: Props) {
  return (
    <section className="panel" aria-label="Its life">
      <header>
        <h2>Its life</h2>
      </header>
      <ol className="life body">
        {steps.map((step, at) => (
          <LifeEntry key={step.key} tone={step.tone} title={step.title} at={step.at} position={step.position}>
            {at === 0 ? first : isTold(steps, at) ? <p className="small quiet">It is part of the chain for good.</p> : <Body step={step} chain={chain} />}
          </LifeEntry>
        ))}
        {next && (
          <LifeEntry tone="wait" title={next.title} isNext>
            {next.body}
          </LifeEntry>
        )}
      </ol>
    </section>
  );
}

/** Whether a final block is the one that was told before. */
function isTold(steps: Step[], at: number): boolean {
  const hash = (step: Step | undefined) => asObject(step?.content["inclusion"])["blockHash"];
  return steps[at]?.event === "finalized" && steps.slice(0, at).some((step) => step.event === "included" && hash(step) === hash(steps[at]));
}

/** One thing that happened, or is still to come. */
export function LifeEntry({ tone, title, at, position, isNext = false, children }: { tone: Tone; title: string; at?: string | undefined; position?: number; isNext?: boolean; children?: ReactNode }) {
  const Sign = SIGNS[tone];
  return (
    <li className={isNext ? "life-step next" : "life-step"}>
      <span className={`life-sign tone-${tone}`}>
        <Sign size={18} aria-hidden />
      </span>
      <div className="stack life-body">
        <div className="life-head">
          <h3>{title}</h3>
          {at && (
            <span className="quiet small" title={position === undefined ? undefined : `At position ${position.toLocaleString()} of the ledger`}>
              <Instant at={at} />
            </span>
          )}
        </div>
        {children}
      </div>
    </li>
  );
}

const gwei = (value: unknown) => {
  const whole = asWhole(value);
  return whole === undefined ? "–" : `${inUnits(whole, 9)} gwei`;
};

function Body({ step, chain }: { step: Step; chain: Chain | undefined }) {
  const { content } = step;
  const coins = (name: string) => <Amount of={asWhole(content[name])} symbol={chain?.symbol} decimals={18} />;
  switch (step.event) {
    case "policy_decided":
      return (
        <>
          <Decision of={asObject(content["reasons"])} />
          {content["feeBudget"] !== undefined && <p className="small quiet">Its fees may come to {coins("feeBudget")} at most.</p>}
        </>
      );
    case "approval_requested":
      return (
        <p className="small">
          Caused by <Who id={asText(content["askedBy"]) ?? ""} />, who does not approve it.
        </p>
      );
    case "approval_granted":
    case "approval_rejected":
      return <Said content={content} more={content["isEnough"] === true ? "Nobody else has to." : content["isEnough"] === false ? "Others have to as well." : undefined} />;
    case "simulated":
      return <p className="small">Gas limit: {grouped(String(content["gasLimit"]))}</p>;
    case "funds_lacking":
      return (
        <p>
          It has {coins("balance")} and needs {coins("needed")}. It waits until <Instant at={asText(content["until"])} /> for <RunLink id={asText(content["runId"])} />.
        </p>
      );
    case "funds_arrived":
      return (
        <p>
          It has {coins("balance")} and needs {coins("needed")}.
        </p>
      );
    case "top_up_called_off":
    case "top_up_ended":
      return (
        <p>
          <RunLink id={asText(content["runId"])} /> {asText(content["failure"]) && <Theirs>{asText(content["failure"]) ?? ""}</Theirs>}
        </p>
      );
    case "top_up_wanted":
      return <RunLink id={asText(asObject(content["topUp"])["runId"])} />;
    case "nonce_reserved":
    case "nonce_conflict":
      return <p className="small">Nonce {grouped(String(content["nonce"]))}</p>;
    case "sign_requested":
      return <Order of={asObject(content["transaction"])} />;
    case "signed":
      return <Signed content={content} chain={chain} />;
    case "broadcast_attempted":
      return <Sent content={content} chain={chain} />;
    case "included":
    case "finalized":
      return <Receipt of={asObject(content["inclusion"])} chain={chain} />;
    default:
      return <Plain content={content} />;
  }
}

function RunLink({ id }: { id: string | undefined }) {
  if (!id) return null;
  return (
    <Link to="/runs/$runId" params={{ runId: id }} search={{}}>
      the run <Id>{id}</Id>
    </Link>
  );
}

function Said({ content, more }: { content: JsonObject; more: string | undefined }) {
  const comment = asText(content["comment"]);
  return (
    <p>
      By <Who id={asText(content["by"]) ?? ""} />. {more} {comment && <Theirs>{`“${comment}”`}</Theirs>}
    </p>
  );
}

function Order({ of }: { of: JsonObject }) {
  const fees = asObject(of["fees"]);
  return (
    <p className="small">
      {of["nonce"] !== undefined && <>Nonce {grouped(String(of["nonce"]))}, gas limit {grouped(String(of["gasLimit"]))}, </>}
      {fees["kind"] === "dynamic" ? (
        <>
          at most {gwei(fees["maxFee"])}, with a tip of {gwei(fees["maxPriorityFee"])}
        </>
      ) : fees["gasPrice"] !== undefined ? (
        <>at {gwei(fees["gasPrice"])}</>
      ) : null}
    </p>
  );
}

function Signed({ content, chain }: { content: JsonObject; chain: Chain | undefined }) {
  const hash = asText(content["hash"]);
  const raw = asText(content["transaction"]);
  const signature = asText(content["signature"]) ?? (content["signature"] === undefined ? undefined : writeJson(content["signature"]));
  return (
    <>
      {hash && <Address of={hash} chain={chain} kind="transaction" />}
      {(raw ?? signature) && (
        <details className="small">
          <summary>{raw ? "The bytes that are sent" : "The signature"}</summary>
          <code className="theirs raw">{raw ?? signature}</code>
        </details>
      )}
    </>
  );
}

function Sent({ content, chain }: { content: JsonObject; chain: Chain | undefined }) {
  const outcome = asObject(content["outcome"]);
  const said: Record<string, string> = { accepted: "A node has taken it.", already_known: "A node had it before.", rejected: "A node refuses it:", unknown: "It may have it or not:" };
  return (
    <p className="small row">
      {said[asText(outcome["said"]) ?? ""]} {asText(outcome["message"]) && <Theirs>{asText(outcome["message"]) ?? ""}</Theirs>}
      {asText(content["hash"]) && <Address of={asText(content["hash"]) ?? ""} chain={chain} kind="transaction" />}
    </p>
  );
}

/** What the chain says of it, with what it cost. */
function Receipt({ of, chain }: { of: JsonObject; chain: Chain | undefined }) {
  const price = asWhole(of["gasPrice"]);
  const gas = asWhole(of["gasUsed"]);
  const contract = asText(of["contract"]);
  return (
    <dl className="facts small">
      <dt>Block</dt>
      <dd title={asText(of["blockHash"])}>{grouped(String(of["blockNumber"]))}</dd>
      <dt>Outcome</dt>
      <dd>{of["isSuccess"] === false ? <span className="tone-bad">reverted: undone by the chain, its fee is paid</span> : "carried out"}</dd>
      <dt>Gas</dt>
      <dd>
        {gas === undefined ? "–" : grouped(gas)} at {gwei(of["gasPrice"])}
      </dd>
      <dt>Cost</dt>
      <dd>
        <strong>
          <Amount of={price === undefined || gas === undefined ? undefined : price * gas} symbol={chain?.symbol} decimals={18} />
        </strong>
      </dd>
      {contract && (
        <>
          <dt>Made</dt>
          <dd>
            <Address of={contract} chain={chain} />
          </dd>
        </>
      )}
    </dl>
  );
}

function Plain({ content }: { content: JsonObject }) {
  const reason = asText(content["reason"]);
  const by = asText(content["by"]);
  const within = typeof content["within"] === "number" ? content["within"] : undefined;
  if (!reason && !by && within === undefined) return null;
  return (
    <p>
      {reason && <Theirs>{reason}</Theirs>} {by && <span className="quiet small">by {by}</span>} {within !== undefined && stretch(within)}
    </p>
  );
}

import { Link } from "@tanstack/react-router";
import { asObject, asObjects, asText, isObject, type Json, type JsonObject } from "../api/exactJson";
import type { Chain } from "../api/types";
import { Status } from "../common/Status";
import { Theirs } from "../common/Theirs";
import { useChains } from "./useChains";
import { asWhole, grouped, inUnits } from "./units";
import { Who } from "../frame/Who";

const text = (value: Json | undefined): string => asText(value) ?? (value === null || value === undefined ? "" : String(value));

/** The decision of the policies: the outcome, each rule that spoke, what it takes of limits, and what watching policies would say. */
export function Decision({ of }: { of: JsonObject }) {
  const monitored = isObject(of["monitored"]) ? of["monitored"] : undefined;
  const limits = asObjects(of["limits"]);
  const { chainOf } = useChains();
  return (
    <div className="stack decision">
      <div className="row">
        <Status of={text(of["outcome"])} />
        <span className="quiet small">
          asked:{" "}
          {asObjects(of["policies"]).length === 0 && "no policy"}
          {asObjects(of["policies"]).map((policy, at) => (
            <span key={at}>
              {at > 0 && ", "}
              <PolicyLink name={text(policy["policy"])} /> {text(policy["version"])}
              {policy["isMonitored"] === true && " (only watches)"}
            </span>
          ))}
        </span>
      </div>
      <Reasons of={asObjects(of["reasons"])} />
      {limits.length > 0 && (
        <ul className="limits">
          {limits.map((limit, at) => (
            <Limit key={at} of={limit} chain={coinOf(limit, of, chainOf)} />
          ))}
        </ul>
      )}
      {monitored && monitored["outcome"] !== of["outcome"] && (
        <details>
          <summary>With the policies that only watch it would be: {text(monitored["outcome"])}</summary>
          <Reasons of={asObjects(monitored["reasons"])} />
        </details>
      )}
    </div>
  );
}

function PolicyLink({ name }: { name: string }) {
  return (
    <Link to="/policies/$name" params={{ name }}>
      <Theirs>{name}</Theirs>
    </Link>
  );
}

function Reasons({ of }: { of: JsonObject[] }) {
  return (
    <ul className="reasons">
      {of.map((reason, at) => (
        <li key={at} className={`reason ${toneOf(text(reason["kind"]))}`}>
          <Reason of={reason} />
        </li>
      ))}
    </ul>
  );
}

function toneOf(kind: string): string {
  return kind === "allowed" ? "good" : kind === "approvalNeeded" ? "wait" : "bad";
}

/** Which call of a batch is meant; nothing where there is one only. */
function placeOf(reason: JsonObject): string {
  const place = Array.isArray(reason["call"]) ? reason["call"] : [];
  return place.length === 0 ? "the call" : `call ${place.map((at) => Number(at) + 1).join(".")}`;
}

function Reason({ of }: { of: JsonObject }) {
  const rule = (
    <>
      rule <code>{text(of["rule"])}</code> of <PolicyLink name={text(of["policy"])} />
    </>
  );
  switch (text(of["kind"])) {
    case "allowed":
      return (
        <>
          Allowed {placeOf(of)}: {rule}
        </>
      );
    case "denied":
      return (
        <>
          Denied {placeOf(of)}: {rule}
          {of["undetermined"] ? <>, since nobody can say its {text(of["undetermined"])}</> : null}
        </>
      );
    case "noPolicy":
      return <>No policy is in force for this wallet, and what none allows is not signed.</>;
    case "notAllowed":
      return (
        <>
          No rule allows {placeOf(of)}, which is of the kind <code>{text(of["action"])}</code>.
          {asObjects(of["near"]).length > 0 && (
            <ul className="near">
              {asObjects(of["near"]).map((near, at) => (
                <li key={at}>
                  <code>{text(near["rule"])}</code> of <PolicyLink name={text(near["policy"])} />: its <strong>{text(near["fact"])}</strong> {whyOf(text(near["why"]))}
                </li>
              ))}
            </ul>
          )}
        </>
      );
    case "overLimit":
      return (
        <>
          Too much: <Limit of={asObject(of["limit"])} isInLine />
        </>
      );
    case "limitUndetermined":
      return (
        <>
          Nobody can say how much {placeOf(of)} takes of the limit <code>{text(of["limit"])}</code> of <PolicyLink name={text(of["policy"])} />
        </>
      );
    case "approvalNeeded":
      return (
        <>
          {text(of["needed"])} of{" "}
          {(Array.isArray(of["approvers"]) ? of["approvers"] : []).map((who, at) => (
            <span key={at}>
              {at > 0 && ", "}
              <Who id={text(who)} />
            </span>
          ))}{" "}
          have to approve it: <code>{text(of["approval"])}</code> of <PolicyLink name={text(of["policy"])} />
        </>
      );
    default:
      return <Theirs>{text(of["message"]) || text(of["kind"])}</Theirs>;
  }
}

function whyOf(why: string): string {
  return { other: "is another", undetermined: "nobody can say", unstated: "is not named by the rule, and has to be" }[why] ?? why;
}

/** The chain whose coin a limit counts: what it reserves says so. */
function coinOf(limit: JsonObject, decision: JsonObject, chainOf: (id: number) => Chain | undefined): Chain | undefined {
  const begin = `${text(limit["policy"])}/${text(limit["limit"])}/`;
  const key = asObjects(decision["claims"]).map((claim) => text(claim["key"])).find((one) => one.startsWith(begin));
  const [, id] = /^(\d+):0x0{40}\//.exec(key?.slice(begin.length) ?? "") ?? [];
  return id ? chainOf(Number(id)) : undefined;
}

function Limit({ of, chain, isInLine = false }: { of: JsonObject; chain?: Chain | undefined; isInLine?: boolean }) {
  const amount = (value: Json | undefined) => {
    const whole = chain && asWhole(text(value));
    return whole === undefined ? grouped(text(value)) : `${inUnits(whole, 18)} ${chain?.symbol ?? ""}`;
  };
  const words = (
    <>
      <code>{text(of["limit"])}</code> of <PolicyLink name={text(of["policy"])} />: wants {amount(of["wanted"])}, {amount(of["left"])} of {amount(of["most"])} left
    </>
  );
  if (isInLine) return words;
  return <li className="small quiet">Limit {words}</li>;
}

import { asObject, asObjects, asText, type Json, type JsonObject } from "../api/exactJson";
import { Theirs } from "../common/Theirs";
import { Address } from "./Address";
import { approvalInWords, clausesOf, limitInWords } from "./policyWords";
import { nameOf, useChains } from "./useChains";
import { Who } from "../frame/Who";

const texts = (value: Json | undefined) => (Array.isArray(value) ? value.map(String) : []);

/** What a policy says, rule by rule. */
export function PolicyWords({ document }: { document: JsonObject }) {
  const { chainOf } = useChains();
  const chainName = (id: number) => nameOf(chainOf(id), id);
  const scope = asObject(document["scope"]);
  const description = asText(document["description"]);
  return (
    <>
      {description && (
        <p className="rule">
          <Theirs>{description}</Theirs>
        </p>
      )}
      <p className="rule small">
        For{" "}
        {texts(scope["wallets"]).length === 0 && texts(scope["workflows"]).length === 0
          ? "every wallet and workflow of the organization."
          : [texts(scope["wallets"]).length > 0 && `the wallets ${texts(scope["wallets"]).join(", ")}`, texts(scope["workflows"]).length > 0 && `the workflows ${texts(scope["workflows"]).join(", ")}`].filter(Boolean).join(" and ")}{" "}
        What no rule allows is denied, and a rule that denies wins.
      </p>
      {asObjects(document["rules"]).map((rule, at) => (
        <div key={at} className="rule">
          <h3 className={rule["effect"] === "deny" ? "tone-bad" : "tone-good"}>
            {rule["effect"] === "deny" ? "Denies" : "Allows"} <code>{asText(rule["id"])}</code>
          </h3>
          <Clauses when={rule["when"]} chainName={chainName} always={rule["effect"] === "deny" ? "everything" : "nothing: it names no fact"} />
        </div>
      ))}
      {asObjects(document["limits"]).map((limit, at) => {
        const { words, token } = limitInWords(limit, chainName);
        return (
          <div key={at} className="rule">
            <h3>
              Limit <code>{asText(limit["id"])}</code>
            </h3>
            <p>
              {words} {token && <Address of={token} />}
            </p>
            <Clauses when={limit["when"]} chainName={chainName} />
          </div>
        );
      })}
      {asObjects(document["approvals"]).map((approval, at) => (
        <div key={at} className="rule">
          <h3 className="tone-wait">
            Asks people <code>{asText(approval["id"])}</code>
          </h3>
          <p>{approvalInWords(approval)}:</p>
          <ul className="row">
            {texts(approval["approvers"]).map((id) => (
              <li key={id} className="chip">
                <Who id={id} />
              </li>
            ))}
          </ul>
          <Clauses when={approval["when"]} chainName={chainName} always="every one" />
        </div>
      ))}
    </>
  );
}

function Clauses({ when, chainName, always }: { when: Json | undefined; chainName: (id: number) => string; always?: string }) {
  const clauses = clausesOf(when, chainName);
  if (clauses.length === 0) return always ? <p className="small quiet">{always}</p> : null;
  return (
    <dl className="facts small">
      {clauses.map(({ fact, words, addresses }) => (
        <div key={fact} className="contents">
          <dt>{fact}</dt>
          <dd className="row">
            {words && <Theirs>{words}</Theirs>}
            {addresses.map((one) => (
              <Address key={one} of={one} />
            ))}
          </dd>
        </div>
      ))}
    </dl>
  );
}

import { asObject, asText, isObject, writeJson, type Json, type JsonObject } from "../api/exactJson";
import type { Chain } from "../api/types";
import { Instant } from "../common/Instant";
import { Theirs } from "../common/Theirs";
import { Address } from "./Address";
import { ENDLESS } from "./units";

type Field = { name: string; type: string };
const DEEPEST = 16;

/** A document of EIP-712 by its own types: who it is for, and each field of its message. */
export function TypedDocument({ document, chain }: { document: JsonObject; chain: Chain | undefined }) {
  const types = asObject(document["types"]);
  const primary = asText(document["primaryType"]) ?? "";
  const domain = asObject(document["domain"]);
  return (
    <div className="call typed">
      <h4>
        <Theirs>{asText(domain["name"]) ?? "No name"}</Theirs>
        {domain["version"] !== undefined && <span className="quiet"> version {String(domain["version"])}</span>}
      </h4>
      <Struct type="EIP712Domain" value={domain} types={types} chain={chain} depth={0} />
      <h4>
        <code>{primary}</code>
      </h4>
      <Struct type={primary} value={asObject(document["message"])} types={types} chain={chain} depth={0} />
    </div>
  );
}

type StructProps = { type: string; value: JsonObject; types: JsonObject; chain: Chain | undefined; depth: number };

function Struct({ type, value, types, chain, depth }: StructProps) {
  const fields = (Array.isArray(types[type]) ? types[type] : []).filter(isObject).map(({ name, type: of }): Field => ({ name: String(name), type: String(of) }));
  if (depth > DEEPEST || fields.length === 0) return <code className="theirs">{writeJson(value)}</code>;
  return (
    <dl className="facts">
      {fields.map((field) => (
        <div key={field.name} className="contents">
          <dt title={field.type}>
            <bdi>{field.name}</bdi>
          </dt>
          <dd>
            <Held name={field.name} type={field.type} value={value[field.name]} types={types} chain={chain} depth={depth + 1} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

type HeldProps = { name: string; type: string; value: Json | undefined; types: JsonObject; chain: Chain | undefined; depth: number };

function Held({ name, type, value, types, chain, depth }: HeldProps) {
  if (value === undefined || value === null) return <span className="quiet">nothing</span>;
  const item = /^(.*)\[\d*\]$/.exec(type)?.[1];
  if (item !== undefined && Array.isArray(value)) {
    return (
      <ol className="parts">
        {value.map((one, at) => (
          <li key={at}>
            <Held name="" type={item} value={one} types={types} chain={chain} depth={depth + 1} />
          </li>
        ))}
      </ol>
    );
  }
  if (isObject(value)) return <Struct type={type} value={value} types={types} chain={chain} depth={depth} />;
  const text = String(value);
  if (type === "address") return <Address of={text} chain={chain} />;
  if (/^u?int/.test(type) && /^-?\d+$/.test(text)) {
    const whole = BigInt(text);
    const isTime = /deadline|expir|until|before|after/i.test(name) && whole > 1_000_000_000n && whole < 4_102_444_800n;
    const instant = isTime ? new Date(Number(whole) * 1_000).toISOString() : undefined;
    return (
      <span>
        {name === "chainId" || name === "nonce" ? text : whole.toLocaleString("en")}
        {whole >= ENDLESS && <strong className="tone-bad"> without end</strong>}
        {instant && <span className="quiet small"> · <Instant at={instant} form="full" /></span>}
      </span>
    );
  }
  return <Theirs>{text}</Theirs>;
}

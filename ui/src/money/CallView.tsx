import type { Chain } from "../api/types";
import { Theirs } from "../common/Theirs";
import { Address } from "./Address";
import { Amount } from "./Amount";
import type { Value } from "./abi";
import type { Call } from "./calls";
import { ENDLESS } from "./units";
import { useToken } from "./useChains";

type Props = { call: Call; chain: Chain | undefined; walletId: string | undefined };

/** What a call does: the function, its arguments with names and units, and the calls within it. */
export function CallView({ call, chain, walletId }: Props) {
  const token = useToken(walletId, chain, Object.keys(call.amounts).length > 0 ? call.to : undefined);
  return (
    <div className="call">
      <p className="call-line">
        <strong>{headline(call)}</strong>
        {call.value > 0n && (
          <span>
            {call.data !== "0x" && "with "}
            <Amount of={call.value} symbol={chain?.symbol} decimals={18} />
          </span>
        )}
        {call.to && (
          <span className="row">
            {call.data === "0x" ? "to" : "at"} <Address of={call.to} chain={chain} />
            {token?.symbol && <span className="quiet small">calls itself {token.symbol}</span>}
          </span>
        )}
      </p>
      {call.values && call.values.length > 0 && (
        <dl className="facts arguments">
          {call.values.map((value, at) => (
            <Argument key={at} value={value} at={at} chain={chain} meaning={call.amounts[value.name]} token={token} />
          ))}
        </dl>
      )}
      {call.signature && !call.values && <p className="tone-bad">These bytes are none of {call.signature.name}: they cannot be read as its arguments.</p>}
      {call.to && !call.signature && call.data !== "0x" && (
        <p className="quiet small">
          No function with the selector <code>{call.data.slice(0, 10)}</code> is known here, and the node names none.
        </p>
      )}
      {call.inner.length > 0 && (
        <ol className="inner-calls">
          {call.inner.map((inner, at) => (
            <li key={at}>
              <CallView call={inner} chain={chain} walletId={walletId} />
            </li>
          ))}
        </ol>
      )}
      {call.data !== "0x" && (
        <details className="small">
          <summary>
            {call.namedBy === "node" ? "The node names the function; its selector fits. " : ""}
            Calldata, {((call.data.length - 2) / 2).toLocaleString()} bytes
          </summary>
          <code className="theirs raw">{call.data}</code>
        </details>
      )}
    </div>
  );
}

function headline(call: Call): string {
  if (call.to === undefined) return "Makes a contract";
  if (call.data === "0x") return "Sends";
  return call.signature ? call.signature.name : `Calls ${call.data.slice(0, 10)}`;
}

type ArgumentProps = { value: Value; at: number; chain: Chain | undefined; meaning: string | undefined; token: { symbol?: string | null; decimals?: number | null } | undefined };

function Argument({ value, at, chain, meaning, token }: ArgumentProps) {
  return (
    <>
      <dt title={value.type}>{value.name || `${at + 1}. ${value.type}`}</dt>
      <dd>{meaning ? <Power of={BigInt(value.text ?? "0")} isPower={meaning === "power"} token={token} /> : <Shown value={value} chain={chain} />}</dd>
    </>
  );
}

function Power({ of, isPower, token }: { of: bigint; isPower: boolean; token: ArgumentProps["token"] }) {
  if (isPower && of >= ENDLESS) return <strong className="tone-bad">without end</strong>;
  return <Amount of={of} symbol={token?.symbol} decimals={token?.decimals} />;
}

/** A value of its type; lists and tuples as lists of their parts. */
function Shown({ value, chain }: { value: Value; chain: Chain | undefined }) {
  if (value.text === undefined) {
    return (
      <ol className="parts">
        {value.parts.map((part, at) => (
          <li key={at} className="row">
            {part.name && <span className="quiet">{part.name}</span>}
            <Shown value={part} chain={chain} />
          </li>
        ))}
        {value.parts.length === 0 && <li className="quiet">nothing</li>}
      </ol>
    );
  }
  if (value.type === "address") return <Address of={value.text} chain={chain} />;
  if (value.type.includes("int")) return <span title={value.type}>{BigInt(value.text).toLocaleString("en")}</span>;
  if (value.type === "string") return <Theirs>{value.text}</Theirs>;
  return <code className="theirs">{value.text.length > 200 ? `${value.text.slice(0, 200)}…` : value.text}</code>;
}

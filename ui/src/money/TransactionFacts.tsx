import { Link } from "@tanstack/react-router";
import { asObject, asText, type JsonObject } from "../api/exactJson";
import type { Chain } from "../api/types";
import { Copy } from "../common/Copy";
import { Instant } from "../common/Instant";
import { Id } from "../common/Theirs";
import { Address } from "./Address";
import { Amount } from "./Amount";
import type { Deed, Transaction } from "./types";
import { asWhole, grouped } from "./units";
import { linkTo, nameOf } from "./useChains";
import { WalletLink } from "./WalletLink";

type Props = { one: Transaction; chain: Chain | undefined; intent: JsonObject; history: Deed[] };

/** What a transaction is, and where it stands on the ledger and on the chain. */
export function TransactionFacts({ one, chain, intent, history }: Props) {
  const block = one.blockNumber;
  const blockLink = block ? linkTo(chain, "block", String(block)) : undefined;
  const inclusion = asObject(history.findLast(({ event }) => event === "finalized" || event === "included")?.content["inclusion"]);
  const price = asWhole(inclusion["gasPrice"]);
  const gas = asWhole(inclusion["gasUsed"]);
  return (
    <aside className="panel money-side" aria-label="What it is">
      <dl className="facts body">
        <dt>Wallet</dt>
        <dd>
          <WalletLink id={one.walletId} />
        </dd>
        <dt>From</dt>
        <dd>{asText(intent["address"]) ? <Address of={asText(intent["address"]) ?? ""} chain={chain} /> : "–"}</dd>
        <dt>To</dt>
        <dd>{one.to ? <Address of={one.to} chain={chain} /> : "makes a contract"}</dd>
        <dt>Chain</dt>
        <dd>{nameOf(chain, one.chainId)}</dd>
        <dt>Sends</dt>
        <dd>
          <Amount of={asWhole(one.value)} symbol={chain?.symbol} decimals={18} />
        </dd>
        {price !== undefined && gas !== undefined && (
          <>
            <dt>Cost</dt>
            <dd>
              <Amount of={price * gas} symbol={chain?.symbol} decimals={18} />
            </dd>
          </>
        )}
        <dt>Nonce</dt>
        <dd>{one.nonce ?? <span className="quiet">none yet</span>}</dd>
        <dt>Hash</dt>
        <dd>{one.hash ? <Address of={one.hash} chain={chain} kind="transaction" /> : <span className="quiet">not signed</span>}</dd>
        <dt>Block</dt>
        <dd>
          {!block ? (
            <span className="quiet">none</span>
          ) : blockLink ? (
            <a href={blockLink} target="_blank" rel="noreferrer noopener">
              {grouped(String(block))}
            </a>
          ) : (
            grouped(String(block))
          )}
        </dd>
        <dt>Waits for</dt>
        <dd>{intent["until"] === "included" ? "its first block" : "a block that stays"}</dd>
        <dt>Until</dt>
        <dd>
          <Instant at={asText(intent["expiresAt"])} />
        </dd>
        <dt>Id</dt>
        <dd className="row">
          <Id>{one.id}</Id>
          <Copy text={one.id} what="its id" />
        </dd>
        <dt>Ledger</dt>
        <dd>
          {history.length} events, positions {grouped(String(history[0]?.position ?? 0))} to {grouped(String(history.at(-1)?.position ?? 0))};{" "}
          <Link to="/runs/$runId" params={{ runId: one.runId }} search={{ tab: "ledger" }}>
            that of its run
          </Link>
        </dd>
      </dl>
    </aside>
  );
}

import "./money.css";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { api } from "../api/client";
import { asText } from "../api/exactJson";
import { JsonTree } from "../common/JsonTree";
import { Loading } from "../common/Listing";
import { ProblemNote } from "../common/ProblemNote";
import { lookOf, Status } from "../common/Status";
import { Id, Theirs } from "../common/Theirs";
import { useIsMainnetChain, useMainnetFrame } from "../frame/mainnet";
import { Page } from "../frame/Page";
import { Address } from "./Address";
import { Amount } from "./Amount";
import { LifeEntry } from "./IntentTimeline";
import { isOnItsWay, type Deed } from "./types";
import { asWhole } from "./units";
import { nameOf, useChains, useToken } from "./useChains";
import { useWallets } from "./useWallets";
import { WalletLink } from "./WalletLink";

/** A request that was paid for. */
export function PaymentPage() {
  const { id } = useParams({ from: "/payments/$id" });
  const query = useQuery({
    queryKey: ["payment", id],
    queryFn: () => api.get("/v1/payments/{id}", { params: { path: { id } } }),
    refetchInterval: ({ state }) => (state.data && !isOnItsWay(state.data) ? false : 3_000),
  });
  const one = query.data;
  return (
    <Settlement
      query={query}
      title="Payment"
      tab="payments"
      one={one}
      facts={
        one && (
          <>
            <dt>Request</dt>
            <dd>
              <code className="theirs">
                {one.method} {one.url}
              </code>
            </dd>
            <dt>Wanted by</dt>
            <dd>{one.runId ? <RunLink runId={one.runId} node={one.nodeId} /> : <Theirs>{one.madeBy}</Theirs>}</dd>
            <dt>Wallet</dt>
            <dd>{one.walletId ? <WalletLink id={one.walletId} /> : "–"}</dd>
          </>
        )
      }
    />
  );
}

/** A run that somebody paid for. */
export function SalePage() {
  const { id } = useParams({ from: "/sales/$id" });
  const query = useQuery({
    queryKey: ["sale", id],
    queryFn: () => api.get("/v1/sales/{id}", { params: { path: { id } } }),
    refetchInterval: ({ state }) => (state.data && !isOnItsWay(state.data) ? false : 3_000),
  });
  const one = query.data;
  const { chainOf } = useChains();
  return (
    <Settlement
      query={query}
      title="Sale"
      tab="sales"
      one={one}
      facts={
        one && (
          <>
            <dt>Payer</dt>
            <dd>
              <Address of={one.payer} chain={chainOf(one.chainId)} />
            </dd>
            <dt>Run</dt>
            <dd>{one.runId ? <RunLink runId={one.runId} node={undefined} /> : "none began"}</dd>
          </>
        )
      }
    />
  );
}

function RunLink({ runId, node }: { runId: string; node: string | null | undefined }) {
  return (
    <Link to="/runs/$runId" params={{ runId }} search={node ? { node } : {}}>
      <Id>{runId}</Id>
      {node && <> at {node}</>}
    </Link>
  );
}

type One = {
  status: string;
  reason?: string | null;
  chainId?: number | null;
  tokenAddress?: string | null;
  amount?: string | null;
  payTo?: string | null;
  walletId?: string | null;
  transactionHash?: string | null;
  history: unknown[];
};
type Props = { query: { isError: boolean; error: unknown; refetch: () => unknown }; title: string; tab: "payments" | "sales"; one: One | undefined; facts: ReactNode };

function Settlement({ query, title, tab, one, facts }: Props) {
  const { chainOf } = useChains();
  const { list: wallets } = useWallets();
  const chain = chainOf(one?.chainId);
  const token = useToken(one?.walletId ?? wallets[0]?.id, chain, one?.tokenAddress ?? undefined);
  useMainnetFrame(useIsMainnetChain(one?.chainId));
  const crumbs = (
    <Link to="/transactions" search={{ tab }}>
      {title}s (x402)
    </Link>
  );
  if (!one) {
    return (
      <Page title={title} crumbs={crumbs}>
        {query.isError ? <ProblemNote error={query.error} onRetry={() => query.refetch()} /> : <Loading />}
      </Page>
    );
  }
  return (
    <Page
      title={title}
      heading={
        <span className="row">
          <Status of={one.status} />
          {title}
          {one.amount && <Amount of={asWhole(one.amount)} symbol={token?.symbol} decimals={token?.decimals} />}
        </span>
      }
      crumbs={crumbs}
    >
      {one.reason && (
        <p className="note bad">
          <Theirs>{one.reason}</Theirs>
        </p>
      )}
      <div className="money-rooms">
        <section className="panel" aria-label="What happened to it">
          <header>
            <h2>What happened to it</h2>
          </header>
          <ol className="life body">
            {(one.history as Deed[]).map(({ event, content, position }) => (
              <LifeEntry key={position} tone={lookOf(event).tone} title={lookOf(event).label} at={asText(content["at"])} position={position}>
                <details className="small">
                  <summary>What it says</summary>
                  <JsonTree value={content} label={`the event ${event}`} />
                </details>
              </LifeEntry>
            ))}
          </ol>
        </section>
        <aside className="panel money-side" aria-label="What it is">
          <dl className="facts body">
            {facts}
            <dt>Chain</dt>
            <dd>{one.chainId ? nameOf(chain, one.chainId) : "–"}</dd>
            <dt>Token</dt>
            <dd>{one.tokenAddress ? <Address of={one.tokenAddress} chain={chain} /> : "–"}</dd>
            <dt>Paid to</dt>
            <dd>{one.payTo ? <Address of={one.payTo} chain={chain} /> : "–"}</dd>
            <dt>Transaction</dt>
            <dd>{one.transactionHash ? <Address of={one.transactionHash} chain={chain} kind="transaction" /> : <span className="quiet">none</span>}</dd>
          </dl>
        </aside>
      </div>
    </Page>
  );
}

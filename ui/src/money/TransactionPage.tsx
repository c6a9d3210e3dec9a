import "./money.css";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "../api/client";
import { asObject, asText, type Json, type JsonObject } from "../api/exactJson";
import type { Chain, Run } from "../api/types";
import { Button } from "../common/Button";
import { OrderDialog } from "../common/Dialog";
import { Loading } from "../common/Listing";
import { ProblemNote } from "../common/ProblemNote";
import { Status } from "../common/Status";
import { Theirs } from "../common/Theirs";
import { useOrder } from "../common/useOrder";
import { useIsMainnetChain, useMainnetFrame } from "../frame/mainnet";
import { Page } from "../frame/Page";
import { useMay } from "../frame/whoami";
import { Amount } from "./Amount";
import { ApprovalBox } from "./ApprovalBox";
import { Asked } from "./Asked";
import { callOf, signaturesOf } from "./calls";
import { CallView } from "./CallView";
import { IntentTimeline } from "./IntentTimeline";
import { SimulateDialog } from "./SimulateDialog";
import { stepsOf } from "./steps";
import { TransactionFacts } from "./TransactionFacts";
import { isOnItsWay, type Deed, type Transaction } from "./types";
import { useChains, useHeight } from "./useChains";

/** One transaction, from the wish of a node to the block that stays. */
export function TransactionPage() {
  const { id } = useParams({ from: "/transactions/$id" });
  return <OneTransaction key={id} id={id} />;
}

function useTransaction(id: string) {
  return useQuery({
    queryKey: ["transaction", id],
    queryFn: () => api.get("/v1/transactions/{id}", { params: { path: { id } } }),
    refetchInterval: ({ state }) => (state.data && !isOnItsWay(state.data) ? false : 2_000),
  });
}

/** What the node was given, which may name the functions that it calls. */
function useNodeInput(one: Transaction | undefined): Json | undefined {
  const { data } = useQuery({
    queryKey: ["run-of-money", one?.runId],
    queryFn: async () => (await api.get("/v1/runs/{id}", { params: { path: { id: one?.runId ?? "" } } })) as unknown as Run,
    staleTime: 60_000,
    retry: false,
    enabled: one !== undefined,
  });
  const node = one && data?.executionState?.[one.nodeId];
  return node?.input ?? data?.workflowDefinition?.nodes[one?.nodeId ?? ""]?.payload;
}

function OneTransaction({ id }: { id: string }) {
  const query = useTransaction(id);
  const one = query.data;
  const { chainOf } = useChains();
  const chain = chainOf(one?.chainId);
  const input = useNodeInput(one);
  useMainnetFrame(useIsMainnetChain(one?.chainId));
  const crumbs = (
    <Link to="/transactions" search={{}}>
      Transactions
    </Link>
  );
  if (!one) {
    return (
      <Page title="Transaction" crumbs={crumbs}>
        {query.isError ? <ProblemNote error={query.error} onRetry={() => void query.refetch()} /> : <Loading />}
      </Page>
    );
  }
  const history = one.history as unknown as Deed[];
  const intent = asObject(history.find(({ event }) => event === "intent_accepted")?.content["intent"]);
  const call = callOf(asObject(intent["call"]), signaturesOf(input));
  const heading = (
    <span className="row">
      <Status of={one.status} />
      {call.to === undefined ? "A contract is made" : call.data === "0x" ? "Sends" : (call.signature?.name ?? "A call")}
      {call.value > 0n && <Amount of={call.value} symbol={chain?.symbol} decimals={18} />}
    </span>
  );
  return (
    <Page title="Transaction" heading={heading} crumbs={crumbs} actions={<Actions one={one} intent={intent} />}>
      {query.isError && <ProblemNote error={query.error} onRetry={() => void query.refetch()} />}
      {one.reason && (
        <p className={one.status === "cancelled" ? "note" : "note bad"}>
          <Theirs>{one.reason}</Theirs>
        </p>
      )}
      {one.approval && <ApprovalBox kind="transactions" id={one.id} approval={one.approval} />}
      <div className="money-rooms">
        <IntentTimeline
          steps={stepsOf(history)}
          chain={chain}
          next={nextOf(one, chain)}
          first={
            <>
              <Asked one={one} />
              <CallView call={call} chain={chain} walletId={one.walletId} />
            </>
          }
        />
        <TransactionFacts one={one} chain={chain} intent={intent} history={history} />
      </div>
    </Page>
  );
}

/** What is still to come, while it is not over. */
function nextOf(one: Transaction, chain: Chain | undefined) {
  if (!isOnItsWay(one)) return undefined;
  const titles: Record<string, string> = {
    accepted: "The policies are asked",
    awaiting_approval: "People have to approve it",
    allowed: "It is tried on the chain",
    awaiting_funds: "It waits for money",
    simulated: "It gets a nonce",
    signing: "It is signed",
    signed: "It is sent",
    broadcast: "It waits for a block",
    included: "Its block has to stay",
  };
  const title = titles[one.status];
  return title ? { title, body: one.status === "included" && <Confirmations one={one} chain={chain} /> } : undefined;
}

/** How many blocks stand on top of its block, as they come. */
function Confirmations({ one, chain }: { one: Transaction; chain: Chain | undefined }) {
  const height = useHeight(one.walletId, chain, true);
  if (height === undefined || !one.blockNumber || !chain) return <p className="small quiet">The chain says when.</p>;
  const count = Math.max(0, height - one.blockNumber + 1);
  const wanted = chain.finality === "confirmations" ? (chain.finalAfter ?? chain.confirmations) : chain.confirmations;
  return (
    <div className="stack">
      <p className="small" role="status">
        {count.toLocaleString()} {count === 1 ? "confirmation" : "confirmations"}
        {chain.finality === "confirmations" ? `; final after ${wanted}` : count >= wanted ? "; rarely replaced from here on, final when the chain says so" : ` of ${wanted}, after which it is rarely replaced`}
      </p>
      <div className="bar" role="progressbar" aria-label="Confirmations" aria-valuemin={0} aria-valuemax={wanted} aria-valuenow={Math.min(count, wanted)}>
        <span style={{ width: `${Math.min(100, (100 * count) / Math.max(1, wanted))}%` }} />
      </div>
    </div>
  );
}

function Actions({ one, intent }: { one: Transaction; intent: JsonObject }) {
  const may = useMay("wallets:manage");
  const [open, setOpen] = useState<"cancel" | "judge">();
  const cancel = useOrder(() => api.post("/v1/transactions/{id}/cancel", { params: { path: { id: one.id } } }), "It is being called off", () => setOpen(undefined));
  const hasNonce = one.nonce !== null && one.nonce !== undefined;
  const call = asObject(intent["call"]);
  return (
    <>
      <Button onClick={() => setOpen("judge")}>Judge by today’s policies</Button>
      {may && isOnItsWay(one) && (
        <Button look="danger" onClick={() => setOpen("cancel")}>
          Call off
        </Button>
      )}
      {open === "cancel" && (
        <OrderDialog title="Call this transaction off" verb="Call it off" look="danger" busy={cancel.isPending} error={cancel.error} onOrder={() => cancel.mutate(undefined)} onClose={() => setOpen(undefined)}>
          <p>
            {hasNonce
              ? "It has a nonce and may have been sent: a transaction that moves nothing is sent in its place, and one of the two is carried out. That costs a fee."
              : "It has no nonce yet: it is given up at once, and costs nothing."}
          </p>
        </OrderDialog>
      )}
      {open === "judge" && (
        <SimulateDialog
          onClose={() => setOpen(undefined)}
          given={{ walletId: one.walletId, chainId: one.chainId, to: asText(call["to"]), value: one.value, data: asText(call["data"]), workflow: one.workflowId, trigger: asText(asObject(intent["origin"])["trigger"]) }}
        />
      )}
    </>
  );
}

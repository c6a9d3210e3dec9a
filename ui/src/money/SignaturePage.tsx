import "./money.css";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { api } from "../api/client";
import { asObject, asText } from "../api/exactJson";
import { Copy } from "../common/Copy";
import { Instant } from "../common/Instant";
import { Loading } from "../common/Listing";
import { ProblemNote } from "../common/ProblemNote";
import { Status } from "../common/Status";
import { Theirs } from "../common/Theirs";
import { useIsMainnetChain, useMainnetFrame } from "../frame/mainnet";
import { Page } from "../frame/Page";
import { Address } from "./Address";
import { ApprovalBox } from "./ApprovalBox";
import { Asked } from "./Asked";
import { IntentTimeline } from "./IntentTimeline";
import { stepsOf } from "./steps";
import { TypedDocument } from "./TypedDocument";
import { isOnItsWay, type Deed } from "./types";
import { shortened } from "./units";
import { nameOf, useChains } from "./useChains";
import { WalletLink } from "./WalletLink";

/** One document that is to be signed: what it says, who judged it, and whether there is a signature. */
export function SignaturePage() {
  const { id } = useParams({ from: "/signatures/$id" });
  const query = useQuery({
    queryKey: ["signature", id],
    queryFn: () => api.get("/v1/signatures/{id}", { params: { path: { id } } }),
    refetchInterval: ({ state }) => (state.data && !isOnItsWay(state.data) ? false : 2_000),
  });
  const one = query.data;
  const { chainOf } = useChains();
  const chain = chainOf(one?.chainId);
  useMainnetFrame(useIsMainnetChain(one?.chainId));
  const crumbs = (
    <Link to="/transactions" search={{ tab: "documents" }}>
      Signed documents
    </Link>
  );
  if (!one) {
    return (
      <Page title="Document" crumbs={crumbs}>
        {query.isError ? <ProblemNote error={query.error} onRetry={() => void query.refetch()} /> : <Loading />}
      </Page>
    );
  }
  const history = one.history as unknown as Deed[];
  const intent = asObject(history.find(({ event }) => event === "accepted")?.content["intent"]);
  const next: Record<string, string> = { accepted: "The policies are asked", awaiting_approval: "People have to approve it", allowed: "It is signed", signing: "The backend of keys is asked" };
  const title = next[one.status];
  return (
    <Page
      title={one.primaryType}
      heading={
        <span className="row">
          <Status of={one.status} />
          <Theirs clip>{one.primaryType}</Theirs>
        </span>
      }
      crumbs={crumbs}
    >
      {one.reason && (
        <p className="note bad">
          <Theirs>{one.reason}</Theirs>
        </p>
      )}
      {one.approval && <ApprovalBox kind="signatures" id={one.id} approval={one.approval} />}
      <div className="money-rooms">
        <IntentTimeline
          steps={stepsOf(history)}
          chain={chain}
          next={title && isOnItsWay(one) ? { title } : undefined}
          first={
            <>
              <Asked one={one} />
              <TypedDocument document={asObject(intent["document"])} chain={chain} />
            </>
          }
        />
        <aside className="panel money-side" aria-label="What it is">
          <dl className="facts body">
            <dt>Wallet</dt>
            <dd>
              <WalletLink id={one.walletId} />
            </dd>
            <dt>Signer</dt>
            <dd>{asText(intent["address"]) ? <Address of={asText(intent["address"]) ?? ""} chain={chain} /> : "–"}</dd>
            <dt>Counts on</dt>
            <dd>{nameOf(chain, one.chainId)}</dd>
            <dt>Looked at by</dt>
            <dd>{one.verifyingContract ? <Address of={one.verifyingContract} chain={chain} /> : <span className="quiet">no contract</span>}</dd>
            <dt>Digest</dt>
            <dd className="row">
              <code title={one.digest}>{shortened(one.digest)}</code>
              <Copy text={one.digest} what="the digest" />
            </dd>
            <dt>Used by</dt>
            <dd>{one.user ? <Theirs>{one.user}</Theirs> : "the node"}</dd>
            <dt>Until</dt>
            <dd>
              <Instant at={asText(intent["expiresAt"])} />
            </dd>
          </dl>
        </aside>
      </div>
    </Page>
  );
}

import { Link } from "@tanstack/react-router";
import { api, sinceWritten } from "../api/client";
import { Command } from "../common/Copy";
import { Empty } from "../common/Empty";
import { Instant } from "../common/Instant";
import { Listing } from "../common/Listing";
import { Status } from "../common/Status";
import { Table } from "../common/Table";
import { Id, Theirs } from "../common/Theirs";
import { usePages } from "../common/usePages";
import { useWorkflowNames } from "../workflows/useWorkflowNames";
import { Address } from "./Address";
import { Amount } from "./Amount";
import type { MoneyFilter } from "./moneyFilter";
import type { Payment, Sale, SignatureRequest, Transaction } from "./types";
import { nameOf, useChains } from "./useChains";
import { asWhole } from "./units";
import { WalletLink } from "./WalletLink";

type Props = { filter: MoneyFilter; isNarrowed: boolean };
const REFRESH = { refetchInterval: 5_000 };

function query(filter: MoneyFilter, cursor: string | undefined) {
  const minPosition = sinceWritten();
  const { status, walletId, runId } = filter;
  return { limit: 50, ...(status && { status }), ...(walletId && { walletId }), ...(runId && { runId }), ...(cursor && { cursor }), ...(!cursor && minPosition && { minPosition }) };
}

function Nothing({ isNarrowed, title, children }: { isNarrowed: boolean; title: string; children: React.ReactNode }) {
  if (!isNarrowed) return <Empty title={title}>{children}</Empty>;
  return (
    <Empty title="Nothing fits">
      <p>What was filtered out is still there.</p>
    </Empty>
  );
}

export function TransactionList({ filter, isNarrowed }: Props) {
  const list = usePages(["transactions", filter], (cursor) => api.get("/v1/transactions", { params: { query: query(filter, cursor) } }), REFRESH);
  return (
    <Listing
      query={list}
      empty={
        <Nothing isNarrowed={isNarrowed} title="No workflow has wanted a transaction">
          <p>A node as send-native-token, send-erc20-token or write-contract wants one of a wallet. The policies judge it, people approve it where they have to, and its whole life stands here.</p>
          <Command>chainkeel wallet create Treasury</Command>
        </Nothing>
      }
    >
      <TransactionTable items={list.items} />
    </Listing>
  );
}

/** How it stands, and why where there is a reason. */
function Standing({ of }: { of: { status: string; reason?: string | null } }) {
  return (
    <td>
      <Status of={of.status} />
      {of.reason && (
        <div className="small quiet run-failure">
          <Theirs clip>{of.reason}</Theirs>
        </div>
      )}
    </td>
  );
}

export function TransactionTable({ items, withRun = true }: { items: Transaction[]; withRun?: boolean }) {
  const { chainOf } = useChains();
  const { nameOf: workflowName } = useWorkflowNames();
  return (
    <Table heads={["Status", "Transaction", "Sends", "To", "Chain", "Wallet", ...(withRun ? ["Wanted by"] : ["Node"]), "When"]}>
      {items.map((one) => {
        const chain = chainOf(one.chainId);
        return (
          <tr key={one.id}>
            <Standing of={one} />
            <td className="unbroken">
              <Link to="/transactions/$id" params={{ id: one.id }}>
                <Id>{one.id}</Id>
              </Link>
              {one.nonce !== null && one.nonce !== undefined && <div className="small quiet">nonce {one.nonce}</div>}
            </td>
            <td>
              <Amount of={asWhole(one.value)} symbol={chain?.symbol} decimals={18} />
            </td>
            <td>{one.to ? <Address of={one.to} chain={chain} /> : <span className="quiet">makes a contract</span>}</td>
            <td className="unbroken">{nameOf(chain, one.chainId)}</td>
            <td className="named">
              <WalletLink id={one.walletId} clip />
            </td>
            <td className="named">
              {withRun ? (
                <Link to="/runs/$runId" params={{ runId: one.runId }} search={{ node: one.nodeId }}>
                  <Theirs clip>{workflowName(one.workflowId) ?? one.runId}</Theirs>
                </Link>
              ) : (
                <code className="theirs">{one.nodeId}</code>
              )}
            </td>
            <td>
              <Instant at={one.acceptedAt} />
            </td>
          </tr>
        );
      })}
    </Table>
  );
}

export function DocumentList({ filter, isNarrowed }: Props) {
  const list = usePages(["signatures", filter], (cursor) => api.get("/v1/signatures", { params: { query: query(filter, cursor) } }), REFRESH);
  return (
    <Listing
      query={list}
      empty={
        <Nothing isNarrowed={isNarrowed} title="No document was to be signed">
          <p>A permit, an order of a market, a payment by authorization: documents of EIP-712 that a node as sign-typed-data wants signed. Whoever has such a signature may use it, so policies judge them by rules of their own.</p>
        </Nothing>
      }
    >
      <DocumentTable items={list.items} />
    </Listing>
  );
}

export function DocumentTable({ items }: { items: SignatureRequest[] }) {
  const { chainOf } = useChains();
  return (
    <Table heads={["Status", "Document", "Chain", "Looked at by", "Wallet", "Wanted by", "When"]}>
      {items.map((one) => (
        <tr key={one.id}>
          <Standing of={one} />
          <td className="named">
            <Link to="/signatures/$id" params={{ id: one.id }}>
              <Theirs clip>{one.primaryType}</Theirs>
            </Link>
          </td>
          <td className="unbroken">{nameOf(chainOf(one.chainId), one.chainId)}</td>
          <td>{one.verifyingContract ? <Address of={one.verifyingContract} chain={chainOf(one.chainId)} /> : <span className="quiet">no contract</span>}</td>
          <td className="named">
            <WalletLink id={one.walletId} clip />
          </td>
          <td className="unbroken">
            <Link to="/runs/$runId" params={{ runId: one.runId }} search={{ node: one.nodeId }}>
              <Id>{one.runId}</Id>
            </Link>{" "}
            at <code className="theirs">{one.nodeId}</code>
          </td>
          <td>
            <Instant at={one.acceptedAt} />
          </td>
        </tr>
      ))}
    </Table>
  );
}

export function PaymentList({ filter, isNarrowed }: Props) {
  const list = usePages(["payments", filter], (cursor) => {
    const { status, runId } = filter;
    return api.get("/v1/payments", { params: { query: query({ ...(status && { status }), ...(runId && { runId }) }, cursor) } });
  }, REFRESH);
  return (
    <Listing
      query={list}
      empty={
        <Nothing isNarrowed={isNarrowed} title="No request was paid for">
          <p>The node call-x402-endpoint makes a request and pays what it is asked, within a bound and the policies. Take endpoints up under “Paid endpoints”.</p>
        </Nothing>
      }
    >
      <PaymentTable items={list.items} />
    </Listing>
  );
}

export function PaymentTable({ items }: { items: Payment[] }) {
  const { chainOf } = useChains();
  return (
    <Table heads={["Status", "Request", "Amount", "Paid to", "Wanted by", "When"]}>
      {items.map((one) => (
        <tr key={one.id}>
          <td>
            <Status of={one.status} />
          </td>
          <td>
            <Link to="/payments/$id" params={{ id: one.id }}>
              <code className="theirs">
                {one.method} {one.url}
              </code>
            </Link>
            {one.reason && (
              <div className="small quiet">
                <Theirs clip>{one.reason}</Theirs>
              </div>
            )}
          </td>
          <td>
            <TokenAmount of={one.amount} />
          </td>
          <td>{one.payTo ? <Address of={one.payTo} chain={chainOf(one.chainId)} /> : <span className="quiet">–</span>}</td>
          <td>{one.runId ? <Id>{one.runId}</Id> : <Theirs clip>{one.madeBy}</Theirs>}</td>
          <td>
            <Instant at={one.openedAt} />
          </td>
        </tr>
      ))}
    </Table>
  );
}

/** An amount of a token whose decimals nobody has asked for. */
function TokenAmount({ of }: { of: string | null | undefined }) {
  return <Amount of={asWhole(of)} decimals={undefined} />;
}

export function SaleList({ filter, isNarrowed }: Props) {
  const list = usePages(["sales", filter], (cursor) => {
    return api.get("/v1/sales", { params: { query: query(filter.status ? { status: filter.status } : {}, cursor) } });
  }, REFRESH);
  return (
    <Listing
      query={list}
      empty={
        <Nothing isNarrowed={isNarrowed} title="No run was sold">
          <p>A webhook with a price is sold by request (x402): who asks is told the price, pays by an authorization, and the run begins. Set the price in the settings of the trigger.</p>
        </Nothing>
      }
    >
      <SaleTable items={list.items} />
    </Listing>
  );
}

function SaleTable({ items }: { items: Sale[] }) {
  const { chainOf } = useChains();
  const { nameOf: workflowName } = useWorkflowNames();
  return (
    <Table heads={["Status", "Workflow", "Amount", "Payer", "Chain", "When"]}>
      {items.map((one) => (
        <tr key={one.id}>
          <td>
            <Status of={one.status} />
          </td>
          <td>
            <Link to="/sales/$id" params={{ id: one.id }}>
              <Theirs clip>{workflowName(one.workflowId) ?? one.workflowId}</Theirs>
            </Link>
          </td>
          <td>
            <TokenAmount of={one.amount} />
          </td>
          <td>
            <Address of={one.payer} chain={chainOf(one.chainId)} />
          </td>
          <td className="unbroken">{nameOf(chainOf(one.chainId), one.chainId)}</td>
          <td>
            <Instant at={one.reservedAt} />
          </td>
        </tr>
      ))}
    </Table>
  );
}

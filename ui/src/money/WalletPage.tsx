import "./money.css";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "../api/client";
import { Button } from "../common/Button";
import { Copy } from "../common/Copy";
import { OrderDialog } from "../common/Dialog";
import { Empty } from "../common/Empty";
import { Field } from "../common/Field";
import { Instant } from "../common/Instant";
import { Listing, Loading } from "../common/Listing";
import { ProblemNote } from "../common/ProblemNote";
import { Status } from "../common/Status";
import { Theirs } from "../common/Theirs";
import { useOrder } from "../common/useOrder";
import { usePages } from "../common/usePages";
import { Page } from "../frame/Page";
import { useMay } from "../frame/whoami";
import { Address } from "./Address";
import { Balances } from "./Balances";
import { Floors } from "./Floors";
import { TransactionTable } from "./lists";
import type { Wallet } from "./types";

type Open = "rename" | "archive" | "default" | undefined;

/** One wallet: what it has, what it should have, and what it did. */
export function WalletPage() {
  const { id } = useParams({ from: "/wallets/$id" });
  const wallet = useQuery({ queryKey: ["wallet", id], queryFn: () => api.get("/v1/wallets/{id}", { params: { path: { id } } }) });
  const crumbs = <Link to="/wallets">Wallets</Link>;
  if (!wallet.data) {
    return (
      <Page title="Wallet" crumbs={crumbs}>
        {wallet.isError ? <ProblemNote error={wallet.error} onRetry={() => void wallet.refetch()} /> : <Loading />}
      </Page>
    );
  }
  const one = wallet.data;
  return (
    <Page
      title={one.name}
      heading={
        <span className="row">
          <Theirs clip>{one.name}</Theirs>
          {one.isDefault && <span className="chip">default</span>}
          {one.status === "archived" && <Status of="archived" />}
        </span>
      }
      lead={<Address of={one.address} whole />}
      crumbs={crumbs}
      actions={<WalletActions wallet={one} />}
    >
      {one.provenance === "imported" && <p className="note wait">Its key was brought along: whoever had it may still have it. Move what it holds to a wallet that was made here.</p>}
      <Balances walletId={one.id} />
      <Floors walletId={one.id} />
      <Movements walletId={one.id} />
      <p className="small quiet row">
        {one.provenance === "created" ? "Made" : "Brought along"} by <Theirs>{one.createdBy}</Theirs> <Instant at={one.createdAt} /> · key in {one.backend} · <code>{one.id}</code>
        <Copy text={one.id} what="the wallet's id" />
      </p>
    </Page>
  );
}

function WalletActions({ wallet }: { wallet: Wallet }) {
  const may = useMay("wallets:manage");
  const [open, setOpen] = useState<Open>();
  const [name, setName] = useState(wallet.name);
  const close = () => setOpen(undefined);
  const path = { params: { path: { id: wallet.id } } };
  const rename = useOrder(() => api.patch("/v1/wallets/{id}", { ...path, body: { name: name.trim() } }), "Renamed", close);
  const archive = useOrder(() => api.post("/v1/wallets/{id}/archive", path), "It signs nothing any more", close);
  const restore = useOrder(() => api.post("/v1/wallets/{id}/restore", path), "It signs again");
  const prefer = useOrder(() => api.post("/v1/wallets/{id}/default", path), "It is the default", close);
  if (!may) return null;
  return (
    <>
      <Button onClick={() => setOpen("rename")}>Rename</Button>
      {wallet.status === "archived" ? (
        <Button busy={restore.isPending} onClick={() => restore.mutate(undefined)}>
          Take out of the archive
        </Button>
      ) : (
        <>
          {!wallet.isDefault && <Button onClick={() => setOpen("default")}>Make it the default</Button>}
          <Button look="danger" onClick={() => setOpen("archive")}>
            Archive
          </Button>
        </>
      )}
      {restore.isError && <ProblemNote error={restore.error} />}
      {open === "rename" && (
        <OrderDialog title="Rename this wallet" verb="Rename" busy={rename.isPending} error={rename.error} disabled={name.trim() === ""} onOrder={() => rename.mutate(undefined)} onClose={close}>
          <Field label="Name" isRequired>
            {(control) => <input {...control} className="input" maxLength={64} value={name} onChange={(event) => setName(event.target.value)} />}
          </Field>
        </OrderDialog>
      )}
      {open === "default" && (
        <OrderDialog title="Make it the default" verb="Make it the default" busy={prefer.isPending} error={prefer.error} onOrder={() => prefer.mutate(undefined)} onClose={close}>
          <p>Nodes that name no wallet sign with it from now on, in workflows that are live, too.</p>
        </OrderDialog>
      )}
      {open === "archive" && (
        <OrderDialog title="Archive this wallet" verb="Archive" look="danger" busy={archive.isPending} error={archive.error} onOrder={() => archive.mutate(undefined)} onClose={close}>
          <p>It signs nothing any more: nodes that want it fail. Its key and its history stay, and it can be taken out again. What it holds stays where it is.</p>
        </OrderDialog>
      )}
    </>
  );
}

function Movements({ walletId }: { walletId: string }) {
  const list = usePages(["transactions", { walletId }], (cursor) => api.get("/v1/transactions", { params: { query: { walletId, limit: 20, ...(cursor && { cursor }) } } }), { refetchInterval: 10_000 });
  return (
    <section className="panel" aria-label="Transactions">
      <header>
        <h2 className="grow">Transactions</h2>
        <Link to="/transactions" search={{ walletId }}>
          All of them
        </Link>
      </header>
      <Listing
        query={list}
        empty={
          <Empty title="It has done nothing yet">
            <p>What workflows want of this wallet stands here, with what the policies say of it.</p>
          </Empty>
        }
      >
        <TransactionTable items={list.items} />
      </Listing>
    </section>
  );
}

import "./money.css";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { KeyRound, Wallet as WalletIcon } from "lucide-react";
import { useState } from "react";
import { api } from "../api/client";
import { Button } from "../common/Button";
import { Command } from "../common/Copy";
import { OrderDialog } from "../common/Dialog";
import { Empty } from "../common/Empty";
import { Field } from "../common/Field";
import { Listing } from "../common/Listing";
import { Status } from "../common/Status";
import { Table } from "../common/Table";
import { Theirs } from "../common/Theirs";
import { useOrder } from "../common/useOrder";
import { usePages } from "../common/usePages";
import { Page } from "../frame/Page";
import { useMay } from "../frame/whoami";
import { Address } from "./Address";
import { Amount } from "./Amount";
import type { Wallet } from "./types";
import { asWhole } from "./units";

/** The addresses with which the organization signs, and what they have. */
export function WalletsPage() {
  const may = useMay("wallets:manage");
  const [isArchive, setArchive] = useState(false);
  const [open, setOpen] = useState<"create" | "import">();
  const wallets = usePages(["wallets", isArchive], (cursor) => api.get("/v1/wallets", { params: { query: { archived: isArchive, limit: 50, ...(cursor && { cursor }) } } }));
  return (
    <Page
      title="Wallets"
      lead="Addresses with which workflows sign, the same on every chain. Their keys stay where they were made."
      actions={
        may && (
          <>
            <Button icon={<KeyRound size={16} aria-hidden />} onClick={() => setOpen("import")}>
              Import a key
            </Button>
            <Button look="primary" icon={<WalletIcon size={16} aria-hidden />} onClick={() => setOpen("create")}>
              New wallet
            </Button>
          </>
        )
      }
    >
      <label className="row">
        <input type="checkbox" checked={isArchive} onChange={(event) => setArchive(event.target.checked)} />
        Those in the archive
      </label>
      <section className="panel" aria-label="Wallets">
        <Listing
          query={wallets}
          empty={
            isArchive ? (
              <Empty title="The archive is empty">
                <p>An archived wallet signs nothing; its key and its history stay, and it can be taken out again.</p>
              </Empty>
            ) : (
              <Empty title="No wallet yet">
                <p>A wallet is an address and a key that nobody ever sees. Nodes that send or sign use the default one, or the one they name; policies say what it may sign.</p>
                {may && <Button onClick={() => setOpen("create")}>Make a wallet</Button>}
                <Command>chainkeel wallet create Treasury</Command>
              </Empty>
            )
          }
        >
          <Table heads={["Name", "Address", "Has", "Key"]}>
            {wallets.items.map((wallet) => (
              <WalletRow key={wallet.id} wallet={wallet} />
            ))}
          </Table>
        </Listing>
      </section>
      {open && <MakeDialog isImport={open === "import"} onClose={() => setOpen(undefined)} />}
    </Page>
  );
}

function WalletRow({ wallet }: { wallet: Wallet }) {
  return (
    <tr>
      <td>
        <Link to="/wallets/$id" params={{ id: wallet.id }}>
          <Theirs clip>{wallet.name}</Theirs>
        </Link>{" "}
        {wallet.isDefault && <span className="chip">default</span>}
        {wallet.status === "archived" && <Status of="archived" />}
      </td>
      <td>
        <Address of={wallet.address} />
      </td>
      <td>
        <Has walletId={wallet.id} />
      </td>
      <td className="small">
        {wallet.provenance === "imported" ? <span className="tone-wait">brought along: whoever had it may still have it</span> : "made here"}
        <div className="quiet">{wallet.backend}</div>
      </td>
    </tr>
  );
}

/** What a wallet has, chain by chain, without what it has nothing of. */
function Has({ walletId }: { walletId: string }) {
  const { data, isPending, isError } = useQuery({
    queryKey: ["balances", walletId],
    queryFn: () => api.get("/v1/wallets/{id}/balances", { params: { path: { id: walletId } } }),
    staleTime: 30_000,
    retry: false,
  });
  if (isPending) return <span className="quiet">asking…</span>;
  if (isError) return <span className="quiet">not known</span>;
  const held = data.chains.flatMap((chain) => chain.balances.filter(({ balance }) => balance && balance !== "0").map((balance) => ({ chain, balance })));
  const away = data.chains.filter(({ problem }) => problem).length;
  return (
    <>
      {held.map(({ chain, balance }) => (
        <div key={`${chain.chainId}/${balance.tokenAddress ?? ""}`}>
          <Amount of={asWhole(balance.balance)} symbol={balance.symbol} decimals={balance.decimals} /> <span className="quiet small">on {chain.chain}</span>
          {chain.isLow && <span className="tone-wait small"> below its floor</span>}
        </div>
      ))}
      {held.length === 0 && away === 0 && <span className="quiet">nothing</span>}
      {away > 0 && <div className="small quiet">{away === 1 ? "1 chain does" : `${away} chains do`} not answer</div>}
    </>
  );
}

function MakeDialog({ isImport, onClose }: { isImport: boolean; onClose: () => void }) {
  const [name, setName] = useState("");
  const [privateKey, setPrivateKey] = useState("");
  const make = useOrder(
    () => (isImport ? api.post("/v1/wallets/import", { body: { name: name.trim(), privateKey: privateKey.trim() } }) : api.post("/v1/wallets", { body: { name: name.trim() } })),
    isImport ? "The key is sealed" : "The wallet is made",
    onClose,
  );
  return (
    <OrderDialog
      title={isImport ? "Import a key" : "New wallet"}
      verb={isImport ? "Import" : "Make the wallet"}
      busy={make.isPending}
      error={make.error}
      disabled={name.trim() === "" || (isImport && privateKey.trim() === "")}
      onOrder={() => make.mutate(undefined)}
      onClose={onClose}
    >
      <p>
        {isImport
          ? "Whoever had the key may still have it, so the wallet is marked for good. Move what it holds to one that is made here."
          : "Its key is made in the backend of keys and stays there. Nobody ever sees it."}
      </p>
      <Field label="Name" isRequired>
        {(control) => <input {...control} className="input" maxLength={64} value={name} onChange={(event) => setName(event.target.value)} />}
      </Field>
      {isImport && (
        <Field label="Private key" hint="32 bytes in hexadecimal. It is sealed at once, and never shown." isRequired>
          {(control) => <input {...control} className="input code" type="password" autoComplete="off" value={privateKey} onChange={(event) => setPrivateKey(event.target.value)} />}
        </Field>
      )}
    </OrderDialog>
  );
}

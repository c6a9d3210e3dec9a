import { useQuery } from "@tanstack/react-query";
import { RefreshCw } from "lucide-react";
import { useState, type FormEvent } from "react";
import { api, type Data } from "../api/client";
import { Button } from "../common/Button";
import { Empty } from "../common/Empty";
import { Loading } from "../common/Listing";
import { ProblemNote } from "../common/ProblemNote";
import { Theirs } from "../common/Theirs";
import { useIsMainnetChain, useMainnetFrame } from "../frame/mainnet";
import { Amount } from "./Amount";
import { asWhole, grouped, shortened } from "./units";
import { nameOf, useChains } from "./useChains";

type OnChain = Data<"/v1/wallets/{id}/balances">["chains"][number];

/** What a wallet has, chain by chain, and of tokens that somebody asks for. */
export function Balances({ walletId }: { walletId: string }) {
  const [asked, setAsked] = useState<{ chain: string; token: string }>();
  const query = useQuery({
    queryKey: ["balances", walletId, asked],
    queryFn: () => api.get("/v1/wallets/{id}/balances", { params: { path: { id: walletId }, ...(asked && { query: asked }) } }),
    refetchInterval: 30_000,
    retry: false,
  });
  return (
    <section className="panel" aria-label="Balances">
      <header>
        <h2 className="grow">Has</h2>
        <TokenForm onAsk={setAsked} isAsked={asked !== undefined} />
        <Button look="plain" aria-label="Ask again" busy={query.isFetching} icon={<RefreshCw size={15} aria-hidden />} onClick={() => void query.refetch()} />
      </header>
      <div className="body">
        {query.isPending && <Loading lines={3} />}
        {query.isError && <ProblemNote error={query.error} onRetry={() => void query.refetch()} />}
        {query.data && query.data.chains.length === 0 && (
          <Empty title="No chain is read">
            <p>Balances are of the chains of which the organization or the installation names endpoints.</p>
          </Empty>
        )}
        <div className="balances">{query.data?.chains.map((chain) => <OneChain key={chain.chainId} of={chain} />)}</div>
      </div>
    </section>
  );
}

function OneChain({ of }: { of: OnChain }) {
  const { chainOf } = useChains();
  const holds = of.balances.some(({ balance }) => balance && balance !== "0");
  useMainnetFrame(useIsMainnetChain(of.chainId) && holds);
  return (
    <div className={of.isLow ? "balance low" : "balance"}>
      <h3>{nameOf(chainOf(of.chainId), of.chainId)}</h3>
      {of.problem && (
        <p className="small quiet">
          <Theirs clip>{of.problem}</Theirs>
        </p>
      )}
      {of.balances.map((one) => (
        <div key={one.tokenAddress ?? "coin"}>
          <Amount of={asWhole(one.balance)} symbol={one.symbol} decimals={one.decimals} />
          {one.tokenAddress && (
            <code className="quiet small" title={one.tokenAddress}>
              {" "}
              {shortened(one.tokenAddress)}
            </code>
          )}
          {one.problem && (
            <div className="small tone-bad">
              <Theirs clip>{one.problem}</Theirs>
            </div>
          )}
        </div>
      ))}
      {of.isLow && <span className="tone-wait small">Less than its floor</span>}
      {of.canPayFees === false && <span className="tone-wait small">It cannot pay fees here</span>}
      {of.blockNumber && <span className="small quiet">at block {grouped(String(of.blockNumber))}</span>}
    </div>
  );
}

function TokenForm({ onAsk, isAsked }: { onAsk: (asked: { chain: string; token: string } | undefined) => void; isAsked: boolean }) {
  const { list } = useChains();
  const [chain, setChain] = useState("");
  const [token, setToken] = useState("");
  const ask = (event: FormEvent) => {
    event.preventDefault();
    onAsk({ chain: chain || (list[0]?.slug ?? ""), token: token.trim() });
  };
  return (
    <form className="row" onSubmit={ask}>
      <select className="input choose" aria-label="Chain of the token" value={chain} onChange={(event) => setChain(event.target.value)}>
        {list.map((one) => (
          <option key={one.slug} value={one.slug}>
            {one.name}
          </option>
        ))}
      </select>
      <input className="input choose code" aria-label="Token: its address" placeholder="Token: 0x…" pattern="0x[0-9a-fA-F]{40}" required value={token} onChange={(event) => setToken(event.target.value)} />
      <Button type="submit">Look</Button>
      {isAsked && (
        <Button look="plain" onClick={() => onAsk(undefined)}>
          All chains
        </Button>
      )}
    </form>
  );
}

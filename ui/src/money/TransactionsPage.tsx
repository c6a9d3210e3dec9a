import "../runs/runs.css";
import "./money.css";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Download, X } from "lucide-react";
import { Button } from "../common/Button";
import { SearchBox } from "../common/SearchBox";
import { lookOf } from "../common/Status";
import { Tabs } from "../common/Tabs";
import { useOrder } from "../common/useOrder";
import { failed } from "../common/toasts";
import { download } from "../api/client";
import { Page } from "../frame/Page";
import { saveAs } from "../common/saveAs";
import { DocumentList, PaymentList, SaleList, TransactionList } from "./lists";
import { PaidEndpoints } from "./PaidEndpoints";
import type { MoneyFilter, MoneyTab } from "./moneyFilter";
import { SIGNATURE_STATUSES, TRANSACTION_STATUSES } from "./types";
import { useWallets } from "./useWallets";

const TABS: [MoneyTab, string][] = [
  ["transactions", "Transactions"],
  ["documents", "Signed documents"],
  ["payments", "Payments (x402)"],
  ["sales", "Sales (x402)"],
  ["endpoints", "Paid endpoints"],
];
const STATUSES: Record<MoneyTab, readonly string[]> = {
  transactions: TRANSACTION_STATUSES,
  documents: SIGNATURE_STATUSES,
  payments: ["opened", "wanted", "denied", "signed", "pending", "refused", "paid", "lost", "expired"],
  sales: ["reserved", "pending", "settled", "refused", "declined"],
  endpoints: [],
};

/** What was to move money: transactions, documents that are signed, and requests that are paid for. */
export function TransactionsPage() {
  const filter = useSearch({ from: "/transactions" });
  const navigate = useNavigate();
  const tab = filter.tab ?? "transactions";
  const narrow = (next: MoneyFilter) => void navigate({ to: "/transactions", search: next, replace: true });
  const set = (name: "status" | "walletId" | "runId", value: string) => {
    const kept = Object.entries(filter).filter(([other]) => other !== name);
    narrow(Object.fromEntries(value ? [...kept, [name, value]] : kept));
  };
  const isNarrowed = Boolean(filter.status ?? filter.walletId ?? filter.runId);
  return (
    <Page title="Transactions" lead="What workflows want of wallets, from the wish to the block that stays." actions={tab === "transactions" && <Export filter={filter} />}>
      {STATUSES[tab].length > 0 && (
        <div className="row">
          <select className="input choose" aria-label="Status" value={filter.status ?? ""} onChange={(event) => set("status", event.target.value)}>
            <option value="">In any state</option>
            {STATUSES[tab].map((status) => (
              <option key={status} value={status}>
                {lookOf(status).label}
              </option>
            ))}
          </select>
          {(tab === "transactions" || tab === "documents") && <WalletChoice value={filter.walletId ?? ""} onChange={(id) => set("walletId", id)} />}
          {tab !== "sales" && <SearchBox value={filter.runId ?? ""} onChange={(id) => set("runId", id)} label="Run: an id" />}
          {isNarrowed && (
            <Button look="plain" icon={<X size={16} aria-hidden />} onClick={() => narrow(filter.tab ? { tab: filter.tab } : {})}>
              Clear
            </Button>
          )}
        </div>
      )}
      <section className="panel" aria-label="Movements of money">
        <Tabs panel="money-room" tabs={TABS} shown={tab} onShow={(name) => narrow(name === "transactions" ? {} : { tab: name })} />
        <div role="tabpanel" id="money-room" aria-labelledby={`tab-${tab}`}>
          {tab === "transactions" && <TransactionList filter={filter} isNarrowed={isNarrowed} />}
          {tab === "documents" && <DocumentList filter={filter} isNarrowed={isNarrowed} />}
          {tab === "payments" && <PaymentList filter={filter} isNarrowed={isNarrowed} />}
          {tab === "sales" && <SaleList filter={filter} isNarrowed={isNarrowed} />}
          {tab === "endpoints" && <PaidEndpoints />}
        </div>
      </section>
    </Page>
  );
}

function WalletChoice({ value, onChange }: { value: string; onChange: (id: string) => void }) {
  const { list } = useWallets();
  return (
    <select className="input choose" aria-label="Wallet" value={value} onChange={(event) => onChange(event.target.value)}>
      <option value="">Every wallet</option>
      {value && !list.some(({ id }) => id === value) && <option value={value}>{value}</option>}
      {list.map((wallet) => (
        <option key={wallet.id} value={wallet.id}>
          {wallet.name}
        </option>
      ))}
    </select>
  );
}

/** All that the list has by these filters, as a file. */
function Export({ filter }: { filter: MoneyFilter }) {
  const save = useOrder(async (format: "csv" | "ndjson" | "parquet") => {
    const query = new URLSearchParams({ format });
    for (const name of ["status", "walletId", "runId"] as const) if (filter[name]) query.set(name, filter[name]);
    saveAs(`transactions.${format}`, await download(`/v1/transactions/export?${query}`));
  });
  return (
    <>
      {(["csv", "parquet"] as const).map((format) => (
        <Button key={format} busy={save.isPending && save.variables === format} icon={<Download size={16} aria-hidden />} onClick={() => save.mutate(format, { onError: failed })}>
          {format === "csv" ? "CSV" : "Parquet"}
        </Button>
      ))}
    </>
  );
}

import "./money.css";
import { ProblemNote } from "../common/ProblemNote";
import { DocumentTable, PaymentTable, TransactionTable } from "./lists";
import { useRunMoney } from "./useRunMoney";

/** What a run wants of wallets, and how that stands. */
export function RunMoney({ runId }: { runId: string }) {
  const { transactions, signatures, payments, error } = useRunMoney(runId);
  return (
    <div className="stack">
      {error && <ProblemNote error={error} />}
      {transactions.length > 0 && <TransactionTable items={transactions} withRun={false} />}
      {signatures.length > 0 && <DocumentTable items={signatures} />}
      {payments.length > 0 && <PaymentTable items={payments} />}
    </div>
  );
}

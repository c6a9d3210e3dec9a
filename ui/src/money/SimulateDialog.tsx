import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../api/client";
import { asObject, type JsonObject } from "../api/exactJson";
import { Dialog, OrderDialog } from "../common/Dialog";
import { Button } from "../common/Button";
import { Field } from "../common/Field";
import { Decision } from "./Decision";
import { fromUnits, inUnits } from "./units";
import { useChains } from "./useChains";
import { useWallets } from "./useWallets";

type Given = { walletId?: string; chainId?: number; to?: string | undefined; value?: string; data?: string | undefined; workflow?: string; trigger?: string | undefined };
type Props = { given?: Given; /** A policy to be judged by, instead of those that stand. */ document?: JsonObject; onClose: () => void };

/** What the policies would decide over a transaction now. Nothing is signed, reserved or changed. */
export function SimulateDialog({ given = {}, document, onClose }: Props) {
  const { list: wallets } = useWallets();
  const { list: chains } = useChains();
  const [wallet, setWallet] = useState(given.walletId ?? "");
  const [chain, setChain] = useState(given.chainId ? String(given.chainId) : "");
  const [to, setTo] = useState(given.to ?? "");
  const [value, setValue] = useState(given.value ? inUnits(BigInt(given.value), 18).replaceAll(",", "") : "0");
  const [data, setData] = useState(given.data ?? "0x");
  const [maxFee, setMaxFee] = useState("1");
  const chosen = wallets.find(({ id }) => id === wallet) ?? wallets.find(({ isDefault }) => isDefault) ?? wallets[0];
  const amount = fromUnits(value, 18);
  const price = fromUnits(maxFee, 9);
  const judge = useMutation({
    mutationFn: () => {
      const transaction = { chainId: Number(chain || chains[0]?.chainId), from: chosen?.address, ...(to && { to: to.trim() }), value: amount, data: data.trim() || "0x", gasLimit: 100_000, maxFee: price };
      const body = { transaction, wallet: chosen?.id ?? "", ...(given.workflow && { workflow: given.workflow }), ...(given.trigger && { trigger: given.trigger }), ...(document && { document }) };
      // The document of the API wants all of them; one of the two is enough.
      return api.post("/v1/policies/simulate", { body: body as never });
    },
  });
  if (judge.data !== undefined) {
    return (
      <Dialog title="What would be decided" onClose={onClose} wide>
        <Decision of={asObject(judge.data)} />
        <p className="quiet small">Nothing was signed, reserved or changed. What was used of limits counts.</p>
        <footer>
          <Button onClick={() => judge.reset()}>Change it</Button>
          <Button look="primary" onClick={onClose}>
            Close
          </Button>
        </footer>
      </Dialog>
    );
  }
  return (
    <OrderDialog wide title="Ask the policies" verb="Ask" busy={judge.isPending} error={judge.error} disabled={!chosen || amount === undefined || price === undefined} onOrder={() => judge.mutate()} onClose={onClose}>
      <p>{document ? "What this policy alone would decide over a transaction." : "What the policies in force would decide over a transaction now, and why."}</p>
      <Field label="Wallet" isRequired>
        {(control) => (
          <select {...control} className="input" value={chosen?.id ?? ""} onChange={(event) => setWallet(event.target.value)}>
            {wallets.map((one) => (
              <option key={one.id} value={one.id}>
                {one.name}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field label="Chain" isRequired>
        {(control) => (
          <select {...control} className="input" value={chain} onChange={(event) => setChain(event.target.value)}>
            {chains.map((one) => (
              <option key={one.chainId} value={one.chainId}>
                {one.name}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field label="To" hint="The receiver, or the contract that is called. Without it, a contract is made.">
        {(control) => <input {...control} className="input code" autoComplete="off" spellCheck={false} value={to} onChange={(event) => setTo(event.target.value)} />}
      </Field>
      <Field label="Coins that go along" faults={amount === undefined ? ["Write an amount as 1.5, with at most 18 digits behind the point."] : []}>
        {(control) => <input {...control} className="input" inputMode="decimal" value={value} onChange={(event) => setValue(event.target.value)} />}
      </Field>
      <Field label="Calldata" hint="In hexadecimal; 0x where nothing is called.">
        {(control) => <textarea {...control} className="input code" spellCheck={false} value={data} onChange={(event) => setData(event.target.value)} />}
      </Field>
      <Field label="The most for one gas, in gwei" faults={price === undefined ? ["Write an amount as 1.5."] : []}>
        {(control) => <input {...control} className="input" inputMode="decimal" value={maxFee} onChange={(event) => setMaxFee(event.target.value)} />}
      </Field>
    </OrderDialog>
  );
}

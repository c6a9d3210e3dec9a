import { useState } from "react";
import { api } from "../api/client";
import { OrderDialog } from "../common/Dialog";
import { Field } from "../common/Field";
import { useOrder } from "../common/useOrder";
import type { UsageBalance } from "./UsagePage";

type Deed = "plan" | "grant" | "top-up";
const DEEDS: Record<Deed, string> = { plan: "Set the plan", grant: "Give units", "top-up": "Add units that were paid for" };

/** What whoever holds the installation can do about the usage of an organization. */
export function PlanDialog({ balance, onClose }: { balance: UsageBalance; onClose: () => void }) {
  const [deed, setDeed] = useState<Deed>("plan");
  const [mode, setMode] = useState(balance.mode);
  const [monthly, setMonthly] = useState(String(balance.monthlyGrant ?? ""));
  const [least, setLeast] = useState(String(balance.minThreshold ?? ""));
  const [units, setUnits] = useState("");
  const [why, setWhy] = useState("");
  const order = useOrder(
    () => {
      if (deed === "plan") return api.put("/v1/usage/plan", { body: { mode, ...(mode === "metered" && { monthlyGrant: Number(monthly || 0), ...(least && { minThreshold: Number(least) }) }) } });
      if (deed === "grant") return api.post("/v1/usage/grants", { body: { units: Number(units), ...(why && { reason: why }) } });
      return api.post("/v1/usage/top-ups", { body: { units: Number(units), ...(why && { reference: why }) } });
    },
    "It is done",
    onClose,
  );
  const isWhole = (text: string) => /^\d+$/.test(text);
  const isSaid = deed === "plan" ? mode === "unlimited" || isWhole(monthly || "0") : isWhole(units);
  const number = (label: string, value: string, set: (text: string) => void, hint?: string) => (
    <Field label={label} hint={hint} faults={value !== "" && !isWhole(value) ? ["must be a whole number"] : []}>
      {(control) => <input {...control} className="input" inputMode="numeric" value={value} onChange={(event) => set(event.target.value.trim())} />}
    </Field>
  );
  return (
    <OrderDialog title="Plan and grants" verb={DEEDS[deed]} busy={order.isPending} error={order.error} disabled={!isSaid} onOrder={() => order.mutate(undefined)} onClose={onClose}>
      <Field label="What">
        {(control) => (
          <select {...control} className="input" value={deed} onChange={(event) => setDeed(event.target.value as Deed)}>
            {Object.entries(DEEDS).map(([name, label]) => (
              <option key={name} value={name}>
                {label}
              </option>
            ))}
          </select>
        )}
      </Field>
      {deed === "plan" && (
        <Field label="Plan">
          {(control) => (
            <select {...control} className="input" value={mode} onChange={(event) => setMode(event.target.value as typeof mode)}>
              <option value="unlimited">Unlimited: usage is counted, and never stops a run</option>
              <option value="metered">Metered: runs need a balance</option>
            </select>
          )}
        </Field>
      )}
      {deed === "plan" && mode === "metered" && number("Units granted each month", monthly, setMonthly)}
      {deed === "plan" && mode === "metered" && number("Warn below", least, setLeast)}
      {deed !== "plan" && number("Units", units, setUnits)}
      {deed !== "plan" && <Field label={deed === "grant" ? "Why" : "Reference of the payment"}>{(control) => <input {...control} className="input" value={why} onChange={(event) => setWhy(event.target.value)} />}</Field>}
    </OrderDialog>
  );
}

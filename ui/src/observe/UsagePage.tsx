import "./observe.css";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { api, type Data } from "../api/client";
import { Button } from "../common/Button";
import { Empty } from "../common/Empty";
import { Instant } from "../common/Instant";
import { Loading } from "../common/Listing";
import { ProblemNote } from "../common/ProblemNote";
import { Table } from "../common/Table";
import { Theirs } from "../common/Theirs";
import { Page } from "../frame/Page";
import { useMay } from "../frame/whoami";
import { useWorkflowNames } from "../workflows/useWorkflowNames";
import { BarChart } from "./BarChart";
import { byNodeType, daysOf, monthsUntil } from "./days";
import { PlanDialog } from "./PlanDialog";

const MONTHS = 12;

/** What the organization used, what it has left, and what an execution costs. */
export function UsagePage() {
  const mayPlan = useMay("installation:manage");
  const [now] = useState(() => new Date());
  const months = monthsUntil(now, MONTHS);
  const [month, setMonth] = useState(months[0] ?? "");
  const [isPlanning, setPlanning] = useState(false);
  const balance = useQuery({ queryKey: ["usage-balance"], queryFn: () => api.get("/v1/usage/balance") });
  return (
    <Page
      title="Usage"
      lead="Compute units (CU): each execution of a node costs what its type costs. Days are counted in UTC."
      actions={
        <>
          <select className="input choose" aria-label="Month" value={month} onChange={(event) => setMonth(event.target.value)}>
            {months.map((name) => (
              <option key={name} value={name}>
                {monthName(name)}
              </option>
            ))}
          </select>
          {mayPlan && <Button onClick={() => setPlanning(true)}>Plan and grants…</Button>}
        </>
      }
    >
      {balance.isError && <ProblemNote error={balance.error} onRetry={() => void balance.refetch()} />}
      {balance.data && <Balance of={balance.data} />}
      <Month key={month} month={month} now={now} />
      <Prices />
      {isPlanning && balance.data && <PlanDialog balance={balance.data} onClose={() => setPlanning(false)} />}
    </Page>
  );
}

function monthName(month: string): string {
  return new Date(`${month}-01T00:00:00Z`).toLocaleDateString(undefined, { month: "long", year: "numeric", timeZone: "UTC" });
}

export type UsageBalance = Data<"/v1/usage/balance">;

function Balance({ of }: { of: UsageBalance }) {
  const figures: [string, string][] = [
    ["Plan", of.mode === "unlimited" ? "Unlimited" : "Metered"],
    ["Left", of.balance === null || of.balance === undefined ? "no limit" : `${of.balance.toLocaleString()} CU`],
    ["Used so far", `${of.used.toLocaleString()} CU`],
    ["Granted", `${of.granted.toLocaleString()} CU`],
    ["Paid for", `${of.deposited.toLocaleString()} CU`],
  ];
  return (
    <>
      {of.exhausted && <p className="note bad">The balance is used up: runs begin again once units are added.</p>}
      <dl className="figures">
        {figures.map(([label, value]) => (
          <div key={label} className="panel">
            <dt className="small quiet">{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
        {of.nextGrantAt && (
          <div className="panel">
            <dt className="small quiet">Next grant{of.monthlyGrant ? ` of ${of.monthlyGrant.toLocaleString()} CU` : ""}</dt>
            <dd>
              <Instant at={of.nextGrantAt} />
            </dd>
          </div>
        )}
      </dl>
    </>
  );
}

function Month({ month, now }: { month: string; now: Date }) {
  const { nameOf } = useWorkflowNames();
  const usage = useQuery({ queryKey: ["usage", month], queryFn: () => api.get("/v1/usage", { params: { query: { yearMonth: month } } }) });
  if (usage.isPending) return <Loading />;
  if (usage.isError) return <ProblemNote error={usage.error} onRetry={() => void usage.refetch()} />;
  const { summary, daily, workflows } = usage.data;
  const days = daysOf(month, daily, now);
  const dayName = (date: string) => new Date(`${date}T00:00:00Z`).toLocaleDateString(undefined, { day: "numeric", month: "short", timeZone: "UTC" });
  if (summary.used === 0) {
    return (
      <section className="panel" aria-label="Used">
        <Empty title={`Nothing was used in ${monthName(month)}`}>
          <p>Each execution of a node is counted here, by day, by node type and by workflow.</p>
        </Empty>
      </section>
    );
  }
  return (
    <>
      <section className="panel" aria-label="Day by day">
        <header>
          <h2 className="grow">Day by day</h2>
          <span>{summary.used.toLocaleString()} CU</span>
        </header>
        <div className="body usage-days">
          <BarChart title={`Usage in ${monthName(month)}`} unit="CU" bars={days.map(({ date, used }) => ({ key: date, label: dayName(date), value: used }))} />
          <div className="usage-table">
            <Table heads={["Day", "CU"]}>
              {days
                .filter(({ used }) => used > 0)
                .toReversed()
                .map(({ date, used }) => (
                  <tr key={date}>
                    <td>
                      <time dateTime={date} title={`${date} UTC`}>
                        {dayName(date)}
                      </time>
                    </td>
                    <td className="number">{used.toLocaleString()}</td>
                  </tr>
                ))}
            </Table>
          </div>
        </div>
      </section>
      <div className="two-columns">
        <section className="panel" aria-label="By workflow">
          <header>
            <h2>By workflow</h2>
          </header>
          <Table heads={["Workflow", "Executions", "CU"]}>
            {workflows.map(({ workflowId, count, cu }) => (
              <tr key={workflowId}>
                <td>
                  <Link to="/workflows/$workflowId" params={{ workflowId }} search={{}}>
                    <Theirs clip>{nameOf(workflowId) ?? workflowId}</Theirs>
                  </Link>
                </td>
                <td className="number">{count.toLocaleString()}</td>
                <td className="number">{cu.toLocaleString()}</td>
              </tr>
            ))}
          </Table>
        </section>
        <section className="panel" aria-label="By node type">
          <header>
            <h2>By node type</h2>
          </header>
          <Table heads={["Node type", "Executions", "CU"]}>
            {byNodeType(daily).map(({ nodeType, count, cu }) => (
              <tr key={nodeType}>
                <td>
                  <code className="theirs">{nodeType}</code>
                </td>
                <td className="number">{count.toLocaleString()}</td>
                <td className="number">{cu.toLocaleString()}</td>
              </tr>
            ))}
          </Table>
        </section>
      </div>
    </>
  );
}

function Prices() {
  const [isOpen, setOpen] = useState(false);
  const [words, setWords] = useState("");
  const prices = useQuery({ queryKey: ["usage-prices"], queryFn: () => api.get("/v1/usage/prices"), enabled: isOpen });
  const table = prices.data?.tables.find(({ version }) => version === prices.data.current);
  const rows = Object.entries((table?.prices ?? {}) as Record<string, number>).filter(([type]) => type.includes(words.toLowerCase()));
  return (
    <section className="panel" aria-label="Prices">
      <header>
        <h2 className="grow">Prices</h2>
        <Button aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {isOpen ? "Hide" : "Show"}
        </Button>
      </header>
      {isOpen && prices.isPending && <Loading lines={3} />}
      {isOpen && prices.isError && <ProblemNote error={prices.error} />}
      {isOpen && table && (
        <>
          <div className="body row">
            <input type="search" className="input choose" aria-label="Node type" placeholder="Node type" value={words} onChange={(event) => setWords(event.target.value)} />
            <span className="quiet small">
              Version {table.version}, since <Instant at={table.from} />. Types that are not named cost {table.other.toLocaleString()} CU.
            </span>
          </div>
          <Table heads={["Node type", "CU an execution"]}>
            {rows.map(([type, price]) => (
              <tr key={type}>
                <td>
                  <code>{type}</code>
                </td>
                <td className="number">{price.toLocaleString()}</td>
              </tr>
            ))}
          </Table>
        </>
      )}
    </section>
  );
}

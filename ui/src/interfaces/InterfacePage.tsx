import "./interfaces.css";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { api, type Data } from "../api/client";
import { parseJson, writeJson, type Json } from "../api/exactJson";
import { asProblem, type Detail } from "../api/problem";
import { Button } from "../common/Button";
import { OrderDialog } from "../common/Dialog";
import { jsonFault, JsonText } from "../common/JsonField";
import { Loading } from "../common/Listing";
import { ProblemNote } from "../common/ProblemNote";
import { Id, Theirs } from "../common/Theirs";
import { useOrder } from "../common/useOrder";
import { useSettled } from "../common/useSettled";
import { Page } from "../frame/Page";
import { useMay } from "../frame/whoami";
import { EXAMPLE, EXAMPLE_DATA } from "./example";
import { asComponent, type Component } from "./model";
import { Preview } from "./Preview";

type Interface = Data<"/v1/ui-components/{id}">;
const NEW = "new";
const NONE: Detail[] = [];

/** One interface: its text, what is wrong with it, and how it looks. */
export function InterfacePage() {
  const { interfaceId } = useParams({ from: "/interfaces/$interfaceId" });
  const [version, setVersion] = useState<number>();
  const isNew = interfaceId === NEW;
  const found = useQuery({
    queryKey: ["interface", interfaceId, version],
    queryFn: () => api.get("/v1/ui-components/{id}", { params: { path: { id: interfaceId }, query: version === undefined ? {} : { version } } }),
    enabled: !isNew,
  });
  const crumbs = <Link to="/interfaces">Interfaces</Link>;
  if (!isNew && !found.data) {
    return (
      <Page title="Interface" crumbs={crumbs}>
        {found.isError ? <ProblemNote error={found.error} onRetry={() => void found.refetch()} /> : <Loading />}
      </Page>
    );
  }
  const name = found.data?.component.name ?? "New interface";
  return (
    <Page title={name} crumbs={crumbs} heading={<Theirs clip>{name}</Theirs>} actions={found.data && !found.data.retired && <Retire of={found.data} />}>
      {found.data && <Facts of={found.data} onVersion={setVersion} />}
      <Workbench key={`${interfaceId} ${found.data?.version ?? 0}`} of={found.data} />
    </Page>
  );
}

function Facts({ of, onVersion }: { of: Interface; onVersion: (version: number | undefined) => void }) {
  return (
    <div className="row">
      <Id>{of.id}</Id>
      <label className="row">
        <span className="quiet">Version</span>
        <select className="input version-choice" value={of.version} onChange={(event) => onVersion(Number(event.target.value) === of.latestVersion ? undefined : Number(event.target.value))}>
          {of.versions.map(({ version, by, at }) => (
            <option key={version} value={version}>
              {version} · {by} · {at.slice(0, 10)}
            </option>
          ))}
        </select>
      </label>
      {of.retired && <span className="tone-still">Retired: what was published with it keeps its version.</span>}
      {of.version !== of.latestVersion && <span className="tone-wait small">An earlier version. Saving it makes it the latest.</span>}
    </div>
  );
}

function Workbench({ of }: { of: Interface | undefined }) {
  const navigate = useNavigate();
  const may = useMay("interfaces:write") && !of?.retired;
  const [text, setText] = useState(() => writeJson(of?.component ?? EXAMPLE, 2));
  const [data, setData] = useState(() => writeJson(EXAMPLE_DATA, 2));
  const settled = useSettled(text, 400);
  const fault = jsonFault(text);
  const checked = useQuery({
    queryKey: ["interface-check", settled],
    queryFn: async () => (await api.post("/v1/ui-components/validate", { body: parseJson(settled) as never })).problems,
    enabled: jsonFault(settled) === undefined,
    retry: false,
    staleTime: Infinity,
  });
  // A body of the wrong shape is refused as a whole: its faults are those of the interface.
  const problems = fault ? NONE : checked.error ? asProblem(checked.error).details : (checked.data ?? NONE);
  const save = useOrder(
    () => {
      const body = parseJson(text) as never;
      return of ? api.put("/v1/ui-components/{id}", { params: { path: { id: of.id }, query: { expectedVersion: of.latestVersion } }, body }) : api.post("/v1/ui-components", { body });
    },
    "Saved",
    (saved) => void navigate({ to: "/interfaces/$interfaceId", params: { interfaceId: saved.id } }),
  );
  const shown = shownOf(text, data);
  return (
    <div className="interface-rooms">
      <section className="panel" aria-label="Its definition">
        <header className="spread">
          <h2>Definition</h2>
          {may && (
            <Button look="primary" busy={save.isPending} disabled={fault !== undefined || problems.length > 0 || (of !== undefined && text === writeJson(of.component, 2) && of.version === of.latestVersion)} onClick={() => save.mutate(undefined)}>
              {of ? "Save a version" : "Create"}
            </Button>
          )}
        </header>
        <div className="body stack">
          <JsonText label="As JSON" fault={fault} isDocument isReadOnly={!may} problems={problems} value={text} onChange={setText} />
          <Faults problems={problems} isSound={fault === undefined && checked.isSuccess} text={text} />
          {save.isError && <ProblemNote error={save.error} />}
        </div>
      </section>
      <section className="panel" aria-label="How it looks">
        <header>
          <h2>How it looks</h2>
        </header>
        <div className="body stack">
          {shown ? <Preview key={settled} component={shown.component} data={shown.data} /> : <p className="quiet">It is shown here when its text is JSON.</p>}
          <details>
            <summary className="quiet">Data that it is shown with</summary>
            <JsonText label="As JSON" fault={jsonFault(data)} hint="What the task shows; for a Display what came of the run: input, output, status, nodes." value={data} onChange={setData} />
          </details>
        </div>
      </section>
    </div>
  );
}

/** What is wrong, each with its place and the line where that stands. */
function Faults({ problems, isSound, text }: { problems: Detail[]; isSound: boolean; text: string }) {
  if (problems.length === 0) return isSound ? <p className="small tone-good">Nothing is wrong with it.</p> : null;
  return (
    <ul className="stack" aria-label="What is wrong">
      {problems.map(({ path, message }, index) => {
        const line = lineOf(text, path);
        return (
          <li key={index} className="fault">
            <code className="theirs">{path || "/"}</code>
            {line !== undefined && <span className="quiet"> line {line}</span>}: <Theirs>{message}</Theirs>
          </li>
        );
      })}
    </ul>
  );
}

/** The line of a text where what lies at a pointer begins, as far as it can be found by the names on the way. */
export function lineOf(text: string, pointer: string): number | undefined {
  let from = 0;
  let depth: unknown;
  try {
    depth = JSON.parse(text);
  } catch {
    return undefined;
  }
  for (const step of pointer.split("/").slice(1)) {
    if (Array.isArray(depth)) {
      const elements: unknown[] = depth.slice(0, Number(step) + 1);
      // Each element that stands before it is passed by its first name.
      for (const each of elements) {
        const name = each !== null && typeof each === "object" ? Object.keys(each)[0] : undefined;
        const next = name === undefined ? -1 : text.indexOf(`"${name}"`, from + 1);
        if (next >= 0) from = next;
      }
      depth = depth[Number(step)];
    } else if (depth !== null && typeof depth === "object") {
      const next = text.indexOf(`"${step}"`, from);
      if (next < 0) break;
      from = next;
      depth = (depth as Record<string, unknown>)[step];
    }
  }
  return text.slice(0, from).split("\n").length;
}

function shownOf(text: string, data: string): { component: Component; data: Json | undefined } | undefined {
  try {
    const component = asComponent(parseJson(text));
    return component && { component, data: jsonFault(data) === undefined ? parseJson(data) : undefined };
  } catch {
    return undefined;
  }
}

function Retire({ of }: { of: Interface }) {
  const may = useMay("interfaces:write");
  const navigate = useNavigate();
  const [isAsked, setAsked] = useState(false);
  const retire = useOrder(
    () => api.delete("/v1/ui-components/{id}", { params: { path: { id: of.id } } }),
    "Retired",
    () => void navigate({ to: "/interfaces" }),
  );
  if (!may) return null;
  return (
    <>
      <Button look="danger" onClick={() => setAsked(true)}>
        Retire…
      </Button>
      {isAsked && (
        <OrderDialog title="Retire this interface" verb="Retire" look="danger" busy={retire.isPending} error={retire.error} onOrder={() => retire.mutate(undefined)} onClose={() => setAsked(false)}>
          <p>No workflow can be published with it any more, unless it names one of its versions. What is live, and the tasks that are open, keep theirs.</p>
        </OrderDialog>
      )}
    </>
  );
}

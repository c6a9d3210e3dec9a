import { useQuery } from "@tanstack/react-query";
import { ExternalLink } from "lucide-react";
import { useState, type ReactNode } from "react";
import { api } from "../api/client";
import { asObject, asText, asTexts, type Json, type JsonObject } from "../api/exactJson";
import { asProblem } from "../api/problem";
import { origin } from "../api/send";
import type { Definition, Workflow } from "../api/types";
import { Copy } from "../common/Copy";
import { Field } from "../common/Field";
import { Theirs } from "../common/Theirs";
import { useMay } from "../frame/whoami";
import { useEdition } from "../publish/editions";
import { DraftNotes, SavedSign } from "./DraftState";
import { snippetOf } from "./snippet";
import { useDraft, type Draft } from "./useDraft";

const VISIBILITIES: [value: string, label: string, meaning: string][] = [
  ["private", "Only you", "Whoever created it, and those who see all workflows."],
  ["org", "The organization", "Everybody of the organization who may see workflows."],
  ["public_view", "Everybody may look", "Its page shows the graph to everybody. Nobody outside starts a run."],
  ["public_execute", "Everybody may start runs", "Its page has a form for its inputs. It needs the trigger “manual”."],
];

/** Who outside of the organization may see and start a workflow: switches of the draft, and what to hand out. */
export function SharePanel({ workflow }: { workflow: Workflow }) {
  const draft = useDraft(workflow);
  const may = useMay("workflows:write");
  const { definition } = draft;
  const visibility = asText(definition["visibility"]) ?? "org";
  const config = asObject(definition["publicWidgetConfig"]);
  const set = (name: string, value: Json | undefined) => draft.change(withField(definition, name, value), `share ${name}`);
  const put = (name: string, value: Json | undefined) => {
    const kept = Object.entries(config).filter(([other]) => other !== name);
    const next = value === undefined ? kept : [...kept, [name, value] as const];
    set("publicWidgetConfig", next.length === 0 ? undefined : Object.fromEntries(next));
  };
  const isPublic = visibility.startsWith("public_");
  return (
    <div className="body stack">
      <div className="row spread">
        <SavedSign draft={draft} />
        <span className="quiet small">What strangers see changes when you publish.</span>
      </div>
      <DraftNotes draft={draft} />
      <Live workflow={workflow} />
      <fieldset className="stack" disabled={!may}>
        <legend>Who may see it</legend>
        {VISIBILITIES.map(([value, label, meaning]) => (
          <label key={value} className="share-choice">
            <input type="radio" name="visibility" checked={visibility === value} onChange={() => set("visibility", value)} />
            <span>
              {label}
              <span className="hint small quiet">{meaning}</span>
            </span>
          </label>
        ))}
      </fieldset>
      {isPublic && (
        <fieldset className="stack" disabled={!may}>
          <legend>How it presents itself</legend>
          <div className="share-grid">
            <TextOf config={config} name="title" label="Title" hint="The workflow's name when empty." put={put} />
            <TextOf config={config} name="buttonText" label="On the button" hint="“Start” when empty." put={put} />
            <TextOf config={config} name="description" label="Description" put={put} />
            <TextOf config={config} name="successMessage" label="Said when a run has succeeded" put={put} />
            <Field label="Colours">
              {(control) => (
                <select {...control} className="input" value={asText(config["theme"]) ?? "auto"} onChange={(event) => put("theme", event.target.value)}>
                  <option value="auto">As the reader's system has it</option>
                  <option value="light">Light</option>
                  <option value="dark">Dark</option>
                </select>
              )}
            </Field>
            <Origins config={config} put={put} draft={draft} />
          </div>
          <Outputs definition={definition} config={config} put={put} />
        </fieldset>
      )}
      {isPublic && <HandOut workflow={workflow} config={config} canStart={visibility === "public_execute"} />}
    </div>
  );
}

type Put = (name: string, value: Json | undefined) => void;

function TextOf({ config, name, label, hint, put }: { config: JsonObject; name: string; label: string; hint?: string; put: Put }) {
  return (
    <Field label={label} hint={hint}>
      {(control) => <input {...control} className="input" maxLength={500} value={asText(config[name]) ?? ""} onChange={(event) => put(name, event.target.value === "" ? undefined : event.target.value)} />}
    </Field>
  );
}

function Origins({ config, put, draft }: { config: JsonObject; put: Put; draft: Draft }) {
  const named = asTexts(config["allowedOrigins"]);
  const [text, setText] = useState(named.join("\n"));
  const faults = draft.saving.state === "refused" ? draft.saving.problem.at("/definition/publicWidgetConfig/allowedOrigins").map(({ message }) => message) : [];
  const change = (next: string) => {
    setText(next);
    const origins = next
      .split(/\s+/)
      .map((each) => each.replace(/\/+$/, ""))
      .filter(Boolean);
    put("allowedOrigins", origins.length === 0 ? undefined : origins);
  };
  return (
    <Field label="Origins that may embed it" hint="One a line, as https://shop.example. Only their pages frame the form and start runs from browsers. Without any, no page frames it." faults={faults}>
      {(control) => <textarea {...control} className="input code" rows={3} spellCheck={false} value={text} onChange={(event) => change(event.target.value)} />}
    </Field>
  );
}

function Outputs({ definition, config, put }: { definition: Definition; config: JsonObject; put: Put }) {
  const shown = asTexts(config["publicOutputs"]);
  const turn = (node: string, isOn: boolean) => {
    const next = isOn ? [...shown, node] : shown.filter((each) => each !== node);
    put("publicOutputs", next.length === 0 ? undefined : next);
  };
  return (
    <details className="stack">
      <summary>Results that whoever started a run may see: {shown.length === 0 ? "none" : shown.length}</summary>
      <div className="row share-outputs">
        {Object.keys(definition.nodes ?? {}).map((node) => (
          <label key={node} className="row">
            <input type="checkbox" checked={shown.includes(node)} onChange={(event) => turn(node, event.target.checked)} />
            <code className="theirs">{node}</code>
          </label>
        ))}
      </div>
    </details>
  );
}

/** How it stands for strangers now, by the door that they use. */
function Live({ workflow }: { workflow: Workflow }) {
  const live = useEdition(workflow, "live");
  const isPublic = workflow.hasLiveVersion && (asText(live.definition?.["visibility"]) ?? "").startsWith("public_");
  const seen = useQuery({
    queryKey: ["public", workflow.id, workflow.liveVersion],
    queryFn: () => api.get("/v1/public/workflows/{id}", { params: { path: { id: workflow.id } } }),
    retry: false,
    enabled: isPublic,
  });
  const isKnown = !workflow.hasLiveVersion || live.definition !== undefined || live.error !== null;
  if (isPublic ? seen.isPending : !isKnown) return null;
  const isNowhere = isPublic ? seen.isError && asProblem(seen.error).status === 404 : !live.error;
  const page = `${origin()}/p/${workflow.id}`;
  return (
    <p className="note">
      {seen.data ? (
        <span>
          {seen.data.executable ? "Everybody may see it and start runs now: " : "Everybody may see it now, and nobody outside starts runs: "}
          <a href={page} target="_blank" rel="noreferrer">
            its public page <ExternalLink size={13} aria-hidden />
          </a>
        </span>
      ) : (
        <span>{isNowhere ? "It is not public now: its address answers as if there was nothing." : "Whether it is public now could not be asked."}</span>
      )}
    </p>
  );
}

function HandOut({ workflow, config, canStart }: { workflow: Workflow; config: JsonObject; canStart: boolean }) {
  const page = `${origin()}/p/${workflow.id}`;
  const origins = asTexts(config["allowedOrigins"]);
  return (
    <section className="stack" aria-label="To hand out">
      <Given label="Its page">
        <code className="theirs">{page}</code>
        <Copy text={page} what="the address" />
      </Given>
      {canStart &&
        (origins.length === 0 ? (
          <p className="quiet small">To put the form into a page of your own, name that page's origin above.</p>
        ) : (
          <>
            <Given label="The form, for a page of yours">
              <pre className="share-snippet">{snippetOf(origin(), workflow.id, workflow.name)}</pre>
              <Copy text={snippetOf(origin(), workflow.id, workflow.name)} what="the snippet" />
            </Given>
            <p className="quiet small">
              It works on <Theirs>{origins.join(", ")}</Theirs>. The frame has no origin of its own: it reads nothing of your page, and nothing that is kept here.
            </p>
          </>
        ))}
    </section>
  );
}

function Given({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="stack share-given">
      <span className="label">{label}</span>
      <div className="command">{children}</div>
    </div>
  );
}

function withField(definition: Definition, name: string, value: Json | undefined): Definition {
  const kept = Object.entries(definition).filter(([other]) => other !== name);
  return Object.fromEntries(value === undefined ? kept : [...kept, [name, value]]) as Definition;
}

import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import { Minus, PenLine, Plus } from "lucide-react";
import type { ReactNode } from "react";
import { api, type Data } from "../api/client";
import { asObject, asObjects, asText, writeJson, type Json, type JsonObject } from "../api/exactJson";
import type { Workflow } from "../api/types";
import { Loading } from "../common/Listing";
import { ProblemNote } from "../common/ProblemNote";
import { Theirs } from "../common/Theirs";

/** What publishing the draft would change. */
export function Changes({ workflow }: { workflow: Pick<Workflow, "id" | "version" | "hasDraft" | "hasLiveVersion"> }) {
  const { hasDraft, hasLiveVersion } = workflow;
  const changes = useChanges(workflow, "live", "draft", hasDraft && hasLiveVersion);
  if (!hasDraft) return <p className="quiet">The draft is what is live.</p>;
  if (!hasLiveVersion) return <p className="quiet">Nothing is live yet: all of the draft is new.</p>;
  return <Told changes={changes} same="The draft is what is live." />;
}

/** What changed from one edition to another: `draft`, `live`, or the number of a version. */
export function ChangesBetween({ workflow, from, to }: { workflow: Pick<Workflow, "id" | "version">; from: string; to: string }) {
  return <Told changes={useChanges(workflow, from, to)} same="Both hold the same." />;
}

export function useChanges({ id, version }: Pick<Workflow, "id" | "version">, from: string, to: string, enabled = true) {
  return useQuery({
    queryKey: ["fixed", "changes", id, version, from, to],
    queryFn: () => api.get("/v1/workflows/{id}/diff", { params: { path: { id }, query: { from, to } } }),
    enabled,
  });
}

function Told({ changes, same }: { changes: UseQueryResult<Data<"/v1/workflows/{id}/diff">>; same: string }) {
  if (changes.isPending) return <Loading lines={3} />;
  if (changes.isError) return <ProblemNote error={changes.error} />;
  if (changes.data.same) return <p className="quiet">{same}</p>;
  return <ChangeLists diff={changes.data.diff as JsonObject} />;
}

const SIGNS = { added: Plus, removed: Minus, changed: PenLine, renamed: PenLine };
type Change = keyof typeof SIGNS;
const WORDS: Record<Change, string> = { added: "New", removed: "Gone", changed: "Changed", renamed: "Renamed" };

/** Nodes, links and settings that came, went or are others. */
function ChangeLists({ diff }: { diff: JsonObject }) {
  const [nodes, edges, settings] = [asObjects(diff["nodes"]), asObjects(diff["edges"]), asObjects(diff["settings"])];
  return (
    <div className="stack changes">
      <Part title="Nodes" of={nodes}>
        {(node) => (
          <>
            <code className="theirs">{asText(node["node"]) ?? ""}</code> {asText(node["type"]) && <span className="quiet">{asText(node["type"])}</span>}
            {asText(node["from"]) && (
              <>
                , which was <code className="theirs">{asText(node["from"])}</code>
              </>
            )}
            <Values of={asObjects(node["values"])} />
          </>
        )}
      </Part>
      <Part title="Links" of={edges}>
        {(edge) => (
          <>
            <code className="theirs">{asText(edge["from"]) ?? ""}</code> → <code className="theirs">{asText(edge["to"]) ?? ""}</code>{" "}
            {asText(edge["branch"]) && (
              <span className="quiet">
                on <Theirs>{asText(edge["branch"]) ?? ""}</Theirs>
              </span>
            )}
          </>
        )}
      </Part>
      {settings.length > 0 && (
        <section className="stack">
          <h3>Settings</h3>
          <Values of={settings} />
        </section>
      )}
    </div>
  );
}

function Part({ title, of, children }: { title: string; of: JsonObject[]; children: (change: JsonObject) => ReactNode }) {
  if (of.length === 0) return null;
  return (
    <section className="stack">
      <h3>{title}</h3>
      <ul className="stack">
        {of.map((each, index) => {
          const change = (asText(each["change"]) ?? "changed") as Change;
          const Sign = SIGNS[change] ?? PenLine;
          return (
            <li key={index} className="change">
              <Sign size={14} aria-hidden />
              <div className="grow">
                <span className={change === "removed" ? "tone-bad" : change === "added" ? "tone-good" : "tone-wait"}>{WORDS[change] ?? change}</span> {children(each)}
              </div>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

/** What was and what is, place by place. */
function Values({ of }: { of: JsonObject[] }) {
  if (of.length === 0) return null;
  return (
    <ul className="stack">
      {of.map((value, index) => (
        <li key={index} className="small">
          <code className="theirs">{asText(asObject(value)["path"]) ?? ""}</code>: <Was of={value["before"]} /> → <Was of={value["after"]} />
        </li>
      ))}
    </ul>
  );
}

const LETTERS = 300;
function Was({ of }: { of: Json | undefined }) {
  if (of === undefined) return <span className="quiet">nothing</span>;
  const text = writeJson(of);
  return <code className="theirs">{text.length > LETTERS ? `${text.slice(0, LETTERS)}…` : text}</code>;
}

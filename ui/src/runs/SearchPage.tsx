import "./runs.css";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { api } from "../api/client";
import { Choices } from "../common/Choices";
import { Empty } from "../common/Empty";
import { Listing } from "../common/Listing";
import { SearchBox } from "../common/SearchBox";
import { Theirs } from "../common/Theirs";
import { Page } from "../frame/Page";
import { useWorkflowNames } from "../workflows/useWorkflowNames";
import { SEARCH_KINDS, type SearchView } from "./runView";

const LABELS = { workflow: "Workflows", node: "Nodes", run: "Runs", error: "Errors" };
const LIMIT = 50;

/** Workflows, nodes, runs and errors by words. */
export function SearchPage() {
  const view = useSearch({ from: "/search" });
  const navigate = useNavigate();
  const { nameOf } = useWorkflowNames();
  const look = (next: SearchView) => void navigate({ to: "/search", search: next, replace: true });
  const words = view.q ?? "";
  const found = useQuery({
    queryKey: ["search", words, view.kind, LIMIT],
    queryFn: () => api.get("/v1/search", { params: { query: { q: words, limit: LIMIT, ...(view.kind && { kind: view.kind }) } } }),
    enabled: words.length > 1,
    placeholderData: keepPreviousData,
  });
  const items = found.data?.items ?? [];
  return (
    <Page title="Search" lead="Workflows, their nodes, runs by id, and errors by their words. Ctrl K does the same from everywhere.">
      <div className="row">
        <SearchBox value={words} onChange={(q) => look({ ...(q && { q }), ...(view.kind && { kind: view.kind }) })} label="What is looked for" />
        <Choices label="Kind" of={SEARCH_KINDS.map((kind) => [kind, LABELS[kind]] as const)} chosen={view.kind} onChoose={(kind) => look({ ...(words && { q: words }), ...(view.kind !== kind && { kind }) })} />
      </div>
      <section className="panel" aria-label="Found">
        {words.length < 2 ? (
          <Empty title="Write what you look for">
            <p>Whole words and ids are found: insufficient_funds, treasury, run_01m8…</p>
          </Empty>
        ) : (
          <Listing
            query={{ ...found, items }}
            empty={
              <Empty title="Nothing was found">
                <p>Whole words are found, and ids from their beginning.</p>
              </Empty>
            }
          >
            <ol>
              {items.map((item) => (
                <li key={`${item.kind} ${item.workflowId} ${item.id}`} className="found-row">
                  <span className="small quiet">{item.kind}</span>
                  <span className="grow">
                    {item.id.startsWith("run_") ? (
                      <Link to="/runs/$runId" params={{ runId: item.id }} search={{}}>
                        <Theirs clip>{item.title}</Theirs>
                      </Link>
                    ) : (
                      <Link to="/workflows/$workflowId" params={{ workflowId: item.workflowId }} search={{}}>
                        <Theirs clip>{item.title}</Theirs>
                      </Link>
                    )}
                    {item.text && (
                      <span className="small">
                        <Theirs clip>{item.text}</Theirs>
                      </span>
                    )}
                    {item.kind !== "workflow" && (
                      <span className="small quiet">
                        of <Theirs>{nameOf(item.workflowId)?.slice(0, 120) ?? item.workflowId}</Theirs>
                      </span>
                    )}
                  </span>
                </li>
              ))}
            </ol>
          </Listing>
        )}
        {items.length >= LIMIT && <p className="body quiet small">The {LIMIT} best. More words find less.</p>}
      </section>
    </Page>
  );
}

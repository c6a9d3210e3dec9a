import "./templates.css";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { Boxes, LayoutTemplate } from "lucide-react";
import { Choices } from "../common/Choices";
import { Command } from "../common/Copy";
import { Empty } from "../common/Empty";
import { Field } from "../common/Field";
import { Instant } from "../common/Instant";
import { Listing } from "../common/Listing";
import { SearchBox } from "../common/SearchBox";
import { Theirs } from "../common/Theirs";
import { usePages } from "../common/usePages";
import { Page } from "../frame/Page";
import { KINDS, listOf, type Kind, type Summary } from "./blueprints";
import type { GalleryView } from "./galleryView";

const WHOSE = [
  ["own", "Our own"],
  ["public", "Public"],
] as const;

/** What workflows can be made of. */
export function TemplatesPage() {
  const view = useSearch({ from: "/templates" });
  const navigate = useNavigate();
  return <Gallery kind="templates" view={view} onView={(search) => void navigate({ to: "/templates", search, replace: true })} />;
}

/** What parts of workflows can be made of. */
export function BlocksPage() {
  const view = useSearch({ from: "/blocks" });
  const navigate = useNavigate();
  return <Gallery kind="blocks" view={view} onView={(search) => void navigate({ to: "/blocks", search, replace: true })} />;
}

type Props = { kind: Kind; view: GalleryView; onView: (view: GalleryView) => void };

function Gallery({ kind, view, onView }: Props) {
  const list = usePages([kind, "list"], (cursor) => listOf(kind, cursor));
  const fitting = list.items.filter((each) => fits(each, view));
  const categories = [...new Set(list.items.map(({ category }) => category).filter((name) => name !== null && name !== undefined))].sort();
  const set = (name: keyof GalleryView, value: string) => onView(Object.fromEntries(Object.entries({ ...view, [name]: value }).filter(([, each]) => each !== "" && each !== undefined)) as GalleryView);
  const { many } = KINDS[kind];
  return (
    <Page
      title={many}
      lead={kind === "templates" ? "Workflows to begin with: say what is asked, and a draft is made." : "Parts of workflows that are used again: one node in the draft, all their nodes when it is published."}
      actions={
        <Link to={kind === "templates" ? "/blocks" : "/templates"} search={{}} className="button">
          {kind === "templates" ? <Boxes size={16} aria-hidden /> : <LayoutTemplate size={16} aria-hidden />}
          {KINDS[kind === "templates" ? "blocks" : "templates"].many}
        </Link>
      }
    >
      <div className="row gallery-filter">
        <SearchBox value={view.search ?? ""} onChange={(words) => set("search", words ?? "")} label="Search by name, purpose or tag" />
        {categories.length > 0 && (
          <Field label="Under">
            {(control) => (
              <select {...control} className="input" value={view.category ?? ""} onChange={(event) => set("category", event.target.value)}>
                <option value="">Every heading</option>
                {categories.map((name) => (
                  <option key={name}>{name}</option>
                ))}
              </select>
            )}
          </Field>
        )}
        <Choices label="Whose" of={WHOSE} chosen={view.whose} onChoose={(whose) => set("whose", view.whose === whose ? "" : whose)} />
      </div>
      <Listing query={{ ...list, items: fitting }} empty={list.items.length === 0 ? <None kind={kind} /> : <Empty title="Nothing fits"><p>Names, purposes and tags are searched by their parts.</p></Empty>}>
        <ul className="gallery">
          {fitting.map((each) => (
            <Card key={each.id} kind={kind} of={each} />
          ))}
        </ul>
      </Listing>
    </Page>
  );
}

function fits({ name, description, tags, category, own }: Summary, view: GalleryView): boolean {
  const words = (view.search ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  const text = `${name} ${description ?? ""} ${tags.join(" ")} ${category ?? ""}`.toLowerCase();
  if (view.whose !== undefined && own !== (view.whose === "own")) return false;
  return words.every((word) => text.includes(word)) && (view.category === undefined || category === view.category);
}

function Card({ kind, of: { id, name, description, tags, category, own, updatedAt } }: { kind: Kind; of: Summary }) {
  return (
    <li className="panel">
      <h2>
        <Link to={kind === "templates" ? "/templates/$blueprintId" : "/blocks/$blueprintId"} params={{ blueprintId: id }}>
          <Theirs clip>{name}</Theirs>
        </Link>
      </h2>
      {description && (
        <p>
          <Theirs clip>{description}</Theirs>
        </p>
      )}
      <p className="row small quiet">
        <span>{own ? "Ours" : "Public"}</span>
        {category && <Theirs clip>{category}</Theirs>}
        <Instant at={updatedAt} form="relative" />
      </p>
      {tags.length > 0 && (
        <p className="row">
          {tags.map((tag) => (
            <span key={tag} className="chip">
              <Theirs>{tag}</Theirs>
            </span>
          ))}
        </p>
      )}
    </li>
  );
}

function None({ kind }: { kind: Kind }) {
  if (kind === "templates") {
    return (
      <Empty title="No template yet">
        <p>A template is a workflow with gaps: whoever uses it fills them in and gets a draft. Make one of a workflow that works, by “Save as a template” on its page.</p>
        <Command>chainkeel template create template.json</Command>
      </Empty>
    );
  }
  return (
    <Empty title="No block yet">
      <p>A block is a part of a workflow that others use as one node. Choose nodes in the editor and “Save as a block”; it then stands among the nodes that can be added.</p>
    </Empty>
  );
}

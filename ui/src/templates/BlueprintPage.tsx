import "../runs/runs.css";
import "./templates.css";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { isObject, writeJson, type Json } from "../api/exactJson";
import type { Definition } from "../api/types";
import { Button } from "../common/Button";
import { Copy } from "../common/Copy";
import { OrderDialog } from "../common/Dialog";
import { Fact, FactLine } from "../common/Facts";
import { Instant } from "../common/Instant";
import { JsonTree } from "../common/JsonTree";
import { Loading } from "../common/Listing";
import { ProblemNote } from "../common/ProblemNote";
import { Theirs } from "../common/Theirs";
import { useOrder } from "../common/useOrder";
import { Page } from "../frame/Page";
import { useMay } from "../frame/whoami";
import { isDrawable } from "../graph/linksOf";
import { KINDS, retireOne, useBlueprint, type Blueprint, type Kind } from "./blueprints";
import { Instantiate } from "./Instantiate";
import { WriteDialog } from "./WriteDialog";

const RunGraph = lazy(() => import("../runs/RunGraph").then(({ RunGraph }) => ({ default: RunGraph })));

export function TemplatePage() {
  const { blueprintId } = useParams({ from: "/templates/$blueprintId" });
  return <One key={blueprintId} kind="templates" id={blueprintId} />;
}

export function BlockPage() {
  const { blueprintId } = useParams({ from: "/blocks/$blueprintId" });
  return <One key={blueprintId} kind="blocks" id={blueprintId} />;
}

/** One template or block: what it consists of, what it asks, and what can be done with it. */
function One({ kind, id }: { kind: Kind; id: string }) {
  const { data, isError, error, refetch } = useBlueprint(kind, id);
  const crumbs = (
    <Link to={kind === "templates" ? "/templates" : "/blocks"} search={{}}>
      {KINDS[kind].many}
    </Link>
  );
  if (!data) {
    return (
      <Page title={KINDS[kind].one} crumbs={crumbs}>
        {isError ? <ProblemNote error={error} onRetry={() => void refetch()} /> : <Loading />}
      </Page>
    );
  }
  return (
    <Page title={data.name} crumbs={crumbs} heading={<Theirs clip>{data.name}</Theirs>} lead={data.description ? <Theirs>{data.description}</Theirs> : undefined} actions={<Actions kind={kind} blueprint={data} />}>
      {data.retired && <p className="note wait">It is offered no more. What was made of it stays.</p>}
      <Facts blueprint={data} />
      <div className={kind === "templates" ? "blueprint-room" : "stack"}>
        <Content definition={data.definition} />
        {kind === "templates" && !data.retired && <Instantiate template={data} />}
        {kind === "blocks" && (
          <section className="panel" aria-label="What has to be said">
            <header>
              <h2>What has to be said to use it</h2>
            </header>
            <div className="body">{data.inputs.length === 0 ? <p className="quiet">Nothing. In the editor it stands among the nodes that can be added.</p> : <JsonTree value={data.inputs as unknown as Json} label="the inputs" />}</div>
          </section>
        )}
      </div>
    </Page>
  );
}

function Facts({ blueprint }: { blueprint: Blueprint }) {
  const { own, sharing, version, category, tags, updatedAt } = blueprint;
  return (
    <FactLine>
      <Fact name="Whose">{own ? "Ours" : "Public"}</Fact>
      <Fact name="Offered to">{sharing === "public" ? "all organizations" : "our organization"}</Fact>
      <Fact name="Version">{version}</Fact>
      <Fact name="Changed">
        <Instant at={updatedAt} />
      </Fact>
      {category && (
        <Fact name="Under">
          <Theirs>{category}</Theirs>
        </Fact>
      )}
      {tags.length > 0 && (
        <Fact name="Tags" look="row">
          {tags.map((tag) => (
            <span key={tag} className="chip">
              <Theirs>{tag}</Theirs>
            </span>
          ))}
        </Fact>
      )}
    </FactLine>
  );
}

function Content({ definition }: { definition: Blueprint["definition"] }) {
  const [chosen, setChosen] = useState<string>();
  const drawn = definition as unknown as Definition;
  const node = chosen === undefined || !isObject(definition["nodes"]) ? undefined : definition["nodes"][chosen];
  return (
    <section className="panel" aria-label="What it consists of">
      <header>
        <h2 className="grow">What it consists of</h2>
        <Copy text={writeJson(definition, 2)} what="its definition" />
      </header>
      {isDrawable(drawn) ? (
        <Suspense fallback={<Loading />}>
          <RunGraph definition={drawn} selected={chosen} onSelect={setChosen} />
        </Suspense>
      ) : (
        <div className="body">
          <JsonTree value={definition} label="its definition" />
        </div>
      )}
      {node !== undefined && (
        <div className="body">
          <h3>
            <code className="theirs">{chosen}</code>
          </h3>
          <JsonTree value={node} label="the node" />
        </div>
      )}
    </section>
  );
}

function Actions({ kind, blueprint }: { kind: Kind; blueprint: Blueprint }) {
  const may = useMay("templates:write");
  const navigate = useNavigate();
  const [open, setOpen] = useState<"edit" | "delete">();
  const close = () => setOpen(undefined);
  const { one } = KINDS[kind];
  const retire = useOrder(
    () => retireOne(kind, blueprint.id),
    `The ${one} is offered no more`,
    () => void navigate({ to: kind === "templates" ? "/templates" : "/blocks", search: {} }),
  );
  if (!may || !blueprint.own || blueprint.retired) return null;
  return (
    <>
      <Button onClick={() => setOpen("edit")}>Edit…</Button>
      <Button look="danger" onClick={() => setOpen("delete")}>
        Delete…
      </Button>
      {open === "edit" && <WriteDialog kind={kind} seen={blueprint} onClose={close} />}
      {open === "delete" && (
        <OrderDialog title={`Delete the ${one}`} verb="Delete it" look="danger" busy={retire.isPending} error={retire.error} onOrder={() => retire.mutate(undefined)} onClose={close}>
          <p>It is offered no more. What was made of it stays as it is{kind === "blocks" ? "; drafts that name it cannot be published any more" : ""}.</p>
        </OrderDialog>
      )}
    </>
  );
}

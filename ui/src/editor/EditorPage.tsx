import "../runs/runs.css";
import "../workflows/workflows.css";
import "./editor.css";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { CopyPlus, Keyboard, Plus, Redo2, Rocket, Trash2, Undo2 } from "lucide-react";
import { useState } from "react";
import type { Workflow } from "../api/types";
import { Button } from "../common/Button";
import { Choices } from "../common/Choices";
import { Copy } from "../common/Copy";
import { Dialog } from "../common/Dialog";
import { Empty } from "../common/Empty";
import { Loading } from "../common/Listing";
import { ProblemNote } from "../common/ProblemNote";
import { Tabs } from "../common/Tabs";
import { Theirs } from "../common/Theirs";
import { useIsMainnet, useMainnetFrame } from "../frame/mainnet";
import { Page } from "../frame/Page";
import { useMay } from "../frame/whoami";
import { isDrawable } from "../graph/linksOf";
import { Compare } from "../publish/Compare";
import { DropDraft } from "../publish/DropDraft";
import { SaveAsBlock } from "../templates/SaveAs";
import { Changes } from "../workflows/Changes";
import { DefinitionText } from "../workflows/DefinitionEditor";
import { definitionWords } from "../workflows/definitionWords";
import { DraftNotes, SavedSign } from "../workflows/DraftState";
import { useWorkflow } from "../workflows/useWorkflow";
import { AddNode } from "./AddNode";
import { Board } from "./Board";
import { CanvasTools } from "./CanvasTools";
import { ROOT } from "./model/ids";
import { NodePanel } from "./NodePanel";
import { ProblemList } from "./ProblemList";
import { TestPanel } from "./TestPanel";
import { useDrawing } from "./useDrawing";
import { useEditor, VIEWS, type Aim, type Editor, type View } from "./useEditor";
import { KEYS, useKeys, useLetterKeys } from "./useKeys";

const SIDES = [
  ["graph", "Graph"],
  ["text", "Text"],
] as const;

/** The draft of a workflow as a graph, and as text beside it. */
export function EditorPage() {
  const { workflowId } = useParams({ from: "/workflows/$workflowId/edit" });
  const workflow = useWorkflow(workflowId);
  if (workflow.data) return <EditorRoom key={workflowId} workflow={workflow.data} />;
  return (
    <Page title="Editor" crumbs={<Link to="/workflows">Workflows</Link>}>
      {workflow.isError ? <ProblemNote error={workflow.error} onRetry={() => void workflow.refetch()} /> : <Loading />}
    </Page>
  );
}

function EditorRoom({ workflow }: { workflow: Workflow }) {
  const editor = useEditor(workflow);
  const { draft } = editor;
  const [side, setSide] = useState<"graph" | "text">("graph");
  const navigate = useNavigate();
  const mayPublish = useMay("workflows:publish");
  const canDraw = isDrawable(draft.definition);
  useMainnetFrame(useIsMainnet(canDraw ? draft.definition : undefined));
  const publish = async () => {
    if ((await draft.flush()) !== undefined) void navigate({ to: "/workflows/$workflowId/publish", params: { workflowId: workflow.id } });
  };
  return (
    <Page
      title={workflow.name}
      crumbs={
        <>
          <Link to="/workflows">Workflows</Link> /{" "}
          <Link to="/workflows/$workflowId" params={{ workflowId: workflow.id }}>
            <Theirs clip>{workflow.name}</Theirs>
          </Link>
        </>
      }
      heading="Editor"
      actions={
        <>
          <SavedSign draft={draft} />
          <Choices label="How it is edited" of={SIDES} chosen={side} onChoose={setSide} />
          <Button aria-label="Undo" title="Undo (Ctrl Z)" icon={<Undo2 size={16} aria-hidden />} disabled={!draft.canUndo} onClick={draft.undo} />
          <Button aria-label="Redo" title="Redo (Ctrl Shift Z)" icon={<Redo2 size={16} aria-hidden />} disabled={!draft.canRedo} onClick={draft.redo} />
          {mayPublish && (
            <Button look="primary" icon={<Rocket size={16} aria-hidden />} disabled={draft.fault !== undefined || draft.saving.state === "conflict" || (!workflow.hasDraft && draft.saving.state === "saved")} onClick={() => void publish()}>
              Publish…
            </Button>
          )}
        </>
      }
    >
      {!editor.may && <p className="note">To change the draft you need the permission workflows:write. You can look at it.</p>}
      <DraftNotes draft={draft} />
      {side === "text" && <DefinitionText draft={draft} problems={editor.problems.problems} words={definitionWords(editor.catalog.list)} />}
      {side === "graph" && !canDraw && (
        <Empty title="This draft is no graph">
          <p>Its nodes are not what nodes are. Mend it as text; what is wrong stands among the problems.</p>
          <Button onClick={() => setSide("text")}>Edit it as text</Button>
        </Empty>
      )}
      {side === "graph" && canDraw && <GraphSide editor={editor} />}
      {side === "text" && (
        <section className="panel body" aria-label="Problems">
          <ProblemList editor={editor} onGo={() => setSide("graph")} />
        </section>
      )}
    </Page>
  );
}

function GraphSide({ editor }: { editor: Editor }) {
  const [aim, setAim] = useState<Aim>();
  const [isSheet, setSheet] = useState(false);
  const drawing = useDrawing(editor);
  const [hasPalette, setPalette] = useState(false);
  const [hasLetters, setLetters] = useLetterKeys();
  const onAim = (next: Aim) => editor.may && setAim(next);
  useKeys(editor, { spots: drawing.spots, hasLetters, onAim, onSheet: () => setSheet(true) });
  return (
    <>
      <section className="panel" aria-label="The graph">
        <header>
          {editor.may && (
            <Button icon={<Plus size={16} aria-hidden />} onClick={() => onAim({ kind: "after", id: editor.selected.at(-1) ?? (editor.definition.nodes[ROOT] && ROOT) })}>
              Add a node <kbd className="quiet small">n</kbd>
            </Button>
          )}
          <span className="grow small quiet" role="status">
            <Chosen editor={editor} />
          </span>
          {editor.may && <CanvasTools editor={editor} hasPalette={hasPalette} onPalette={setPalette} />}
          {editor.may && (editor.hasChosen || editor.link) && (
            <>
              {editor.hasMovable && <Copy text={editor.copied()} what="the chosen nodes as JSON" />}
              {editor.hasMovable && <SaveAsBlock editor={editor} />}
              {editor.hasMovable && <Button look="plain" aria-label="Duplicate" title="Duplicate (d)" icon={<CopyPlus size={16} aria-hidden />} onClick={editor.twin} />}
              <Button look="plain" aria-label="Take out" title="Take out (Delete)" icon={<Trash2 size={16} aria-hidden />} onClick={editor.take} />
            </>
          )}
          <Button look="plain" icon={<Keyboard size={16} aria-hidden />} onClick={() => setSheet(true)}>
            Keys <kbd className="quiet small">?</kbd>
          </Button>
        </header>
        {Object.keys(editor.definition.nodes).length === 0 ? (
          <Empty title="Nothing yet">
            <p>A workflow begins with a trigger: what starts its runs. Press n to choose one.</p>
          </Empty>
        ) : (
          <Board editor={editor} drawing={drawing} hasPalette={hasPalette} onAim={onAim} />
        )}
      </section>
      <Views editor={editor} onAim={onAim} />
      {aim && <AddNode editor={editor} aim={aim} onClose={() => setAim(undefined)} />}
      {isSheet && <Sheet hasLetters={hasLetters} onLetters={setLetters} onClose={() => setSheet(false)} />}
    </>
  );
}

function Chosen({ editor }: { editor: Editor }) {
  const { selected, link, items } = editor;
  if (items.length > 0 && selected.length === 0) return items.length === 1 ? <>Chosen: {items[0]?.startsWith("note:") ? "a note" : "a group"}</> : <>{items.length} notes and groups are chosen</>;
  if (link) {
    return (
      <>
        Chosen: the link from <Theirs>{link.from}</Theirs> to <Theirs>{link.to}</Theirs>
      </>
    );
  }
  if (selected.length === 0) return "Nothing is chosen";
  if (selected.length > 1) return <>{selected.length} nodes are chosen</>;
  return (
    <>
      Chosen: <Theirs>{selected[0] ?? ""}</Theirs>
    </>
  );
}

function Views({ editor, onAim }: { editor: Editor; onAim: (aim: Aim) => void }) {
  const { view, setView, problems } = editor;
  const count = problems.problems.length;
  const labels: Record<View, string> = { node: "Node", problems: count > 0 ? `Problems (${count})` : "Problems", test: "Test", changes: "Draft against live" };
  return (
    <section className="panel" aria-label="What is chosen, and the draft as a whole">
      <Tabs panel="editor-view" tabs={VIEWS.map((name) => [name, labels[name]] as const)} shown={view} onShow={setView} />
      <div role="tabpanel" id="editor-view" aria-labelledby={`tab-${view}`} className="body">
        {view === "node" && <NodePanel editor={editor} onAim={onAim} />}
        {view === "problems" && <ProblemList editor={editor} />}
        {view === "test" && <TestPanel editor={editor} />}
        {view === "changes" && <DraftChanges editor={editor} />}
      </div>
    </section>
  );
}

/** What publishing would change, and the way back to what is live. */
function DraftChanges({ editor }: { editor: Editor }) {
  const { workflow, draft } = editor;
  const isSaved = draft.saving.state === "saved";
  return (
    <div className="stack">
      {workflow.hasDraft && workflow.hasLiveVersion && isSaved ? (
        <Compare workflow={workflow} from="live" to="draft" />
      ) : (
        <Changes workflow={workflow} />
      )}
      {editor.may && (
        <div>
          <DropDraft workflow={workflow} disabled={!isSaved} said="The draft is what is live. Undo brings your changes back." onDropped={draft.took} />
        </div>
      )}
    </div>
  );
}

function Sheet({ hasLetters, onLetters, onClose }: { hasLetters: boolean; onLetters: (on: boolean) => void; onClose: () => void }) {
  return (
    <Dialog title="Keys" onClose={onClose}>
      <dl className="facts">
        {KEYS.map(([keys, what]) => (
          <div key={keys} className="key-line">
            <dt>
              <kbd>{keys}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <label className="row">
        <input type="checkbox" checked={hasLetters} onChange={(event) => onLetters(event.target.checked)} />
        Single letters and signs are keys
      </label>
      <footer>
        <Button onClick={onClose}>Back</Button>
      </footer>
    </Dialog>
  );
}

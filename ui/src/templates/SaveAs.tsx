import { Boxes, LayoutTemplate } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import type { JsonObject } from "../api/exactJson";
import type { Workflow } from "../api/types";
import { Button } from "../common/Button";
import { failed } from "../common/toasts";
import type { Editor } from "../editor/useEditor";
import { useMay } from "../frame/whoami";
import { blockOf, withoutConnectors } from "./parts";

const WriteDialog = lazy(() => import("./WriteDialog").then(({ WriteDialog }) => ({ default: WriteDialog })));

/** Makes a block of the nodes that are chosen. */
export function SaveAsBlock({ editor }: { editor: Editor }) {
  const may = useMay("templates:write");
  const [made, setMade] = useState<JsonObject>();
  if (!may) return null;
  const begin = () => {
    const { definition, fault } = blockOf(editor.copied());
    if (fault === undefined) setMade(definition);
    else failed(new Error(fault));
  };
  return (
    <>
      <Button look="plain" aria-label="Save as a block" title="Save as a block" icon={<Boxes size={16} aria-hidden />} onClick={begin} />
      {made && <Writing kind="blocks" definition={made} name={editor.selected[0] ?? ""} onClose={() => setMade(undefined)} />}
    </>
  );
}

/** Makes a template of a workflow as it stands. */
export function SaveAsTemplate({ workflow }: { workflow: Workflow }) {
  const may = useMay("templates:write");
  const [isOpen, setOpen] = useState(false);
  if (!may) return null;
  return (
    <>
      <Button icon={<LayoutTemplate size={16} aria-hidden />} onClick={() => setOpen(true)}>
        Save as a template
      </Button>
      {isOpen && <Writing kind="templates" definition={workflow.definition as JsonObject} name={workflow.name} description={workflow.description} onClose={() => setOpen(false)} />}
    </>
  );
}

type Props = { kind: "templates" | "blocks"; definition: JsonObject; name: string; description?: string | null | undefined; onClose: () => void };

function Writing({ definition, ...rest }: Props) {
  const { definition: bare, left } = withoutConnectors(definition);
  const note = left === 0 ? undefined : `Which ${left === 1 ? "connector is" : `${left} connectors are`} used was left out: whoever uses it has others.`;
  return (
    <Suspense>
      <WriteDialog definition={bare} note={note} {...rest} />
    </Suspense>
  );
}

import { Group, PanelLeft, StickyNote } from "lucide-react";
import { Button } from "../common/Button";
import { groupChosen, noteBeside } from "./onCanvas";
import type { Editor } from "./useEditor";

/** The palette, and what is put around nodes and beside them. */
export function CanvasTools({ editor, hasPalette, onPalette }: { editor: Editor; hasPalette: boolean; onPalette: (on: boolean) => void }) {
  return (
    <>
      <Button look="plain" aria-pressed={hasPalette} title="Drag nodes into the graph" icon={<PanelLeft size={16} aria-hidden />} onClick={() => onPalette(!hasPalette)}>
        Palette
      </Button>
      {editor.selected.length > 0 && <Button look="plain" aria-label="Group" title="Group (g)" icon={<Group size={16} aria-hidden />} onClick={() => groupChosen(editor)} />}
      <Button look="plain" aria-label="Add a note" title="Add a note (m)" icon={<StickyNote size={16} aria-hidden />} onClick={() => noteBeside(editor)} />
    </>
  );
}

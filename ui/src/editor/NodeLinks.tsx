import { Unlink } from "lucide-react";
import { Button } from "../common/Button";
import { Field } from "../common/Field";
import { Theirs } from "../common/Theirs";
import { keyOf, linksOf, wordOf, type Bond, type DefinedLink } from "../graph/linksOf";
import { connect, disconnect } from "./model/edit";
import { ROOT } from "./model/ids";
import { goalsOf } from "./model/links";
import type { Editor } from "./useEditor";

/** What leads to a node and where it leads, to be connected and taken apart without a pointer. */
export function NodeLinks({ editor, id }: { editor: Editor; id: string }) {
  const { definition, catalog } = editor;
  const own = linksOf(definition).filter(({ from, to }) => from === id || to === id);
  const bonds: [Bond, string][] = [["child", "Lead to"]];
  if (definition.nodes[id]?.type === "for-each") bonds.push(["loop", "In each turn, execute"]);
  if (id !== ROOT) bonds.push(["undo", "Undone by"]);
  return (
    <details className="more-fields">
      <summary>Links ({own.length})</summary>
      <div className="stack">
        <ul className="stack">
          {own.map((link) => (
            <li key={keyOf(link)} className="row">
              <span className="grow">
                <LinkWords link={link} id={id} />
              </span>
              <Button look="plain" aria-label={`Take the link from ${link.from} to ${link.to} away`} icon={<Unlink size={15} aria-hidden />} onClick={() => editor.apply(disconnect(definition, link, catalog.branchesOf))} />
            </li>
          ))}
        </ul>
        {bonds.map(([bond, label]) => {
          const goals = goalsOf(definition, id, bond);
          if (goals.length === 0) return null;
          return (
            <Field key={bond} label={label}>
              {(control) => (
                <select {...control} className="input" value="" onChange={(event) => editor.apply(connect(definition, id, event.target.value, bond))}>
                  <option value="">Choose a node…</option>
                  {goals.map((goal) => (
                    <option key={goal}>{goal}</option>
                  ))}
                </select>
              )}
            </Field>
          );
        })}
      </div>
    </details>
  );
}

function LinkWords({ link, id }: { link: DefinedLink; id: string }) {
  const word = wordOf(link);
  return (
    <>
      {link.from === id ? "to " : "from "}
      <code className="theirs">{link.from === id ? link.to : link.from}</code>
      {word && (
        <span className="quiet">
          {" "}
          · <Theirs>{word}</Theirs>
        </span>
      )}
    </>
  );
}

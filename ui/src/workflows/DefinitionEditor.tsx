import { useEffect, useEffectEvent, useState } from "react";
import { useQueryClient } from "@tanstack/react-query";
import { api } from "../api/client";
import { isObject, parseJson, writeJson } from "../api/exactJson";
import { asProblem, type Problem } from "../api/problem";
import type { Workflow } from "../api/types";
import { Button } from "../common/Button";
import { Field } from "../common/Field";
import { jsonFault } from "../common/JsonField";
import { ProblemNote } from "../common/ProblemNote";
import { useMay } from "../frame/whoami";

/** A draft is saved when nothing was typed for so long. */
const PAUSE = 1_200;

type Saving = { state: "saved" | "typing" | "saving" } | { state: "conflict" } | { state: "refused"; problem: Problem };

/** The definition as text, saved as a draft by itself. Who is overtaken by somebody else is told, and overwrites nobody. */
export function DefinitionEditor({ workflow }: { workflow: Workflow }) {
  const may = useMay("workflows:write");
  const queries = useQueryClient();
  const [version, setVersion] = useState(workflow.version);
  const [text, setText] = useState(() => writeJson(workflow.definition, 2));
  const [saving, setSaving] = useState<Saving>({ state: "saved" });
  const fault = text === "" ? "A definition is a JSON object" : jsonFault(text);
  const save = async (expected: number) => {
    const definition = parseJson(text);
    if (!isObject(definition)) return;
    setSaving({ state: "saving" });
    try {
      const saved = await api.put("/v1/workflows/{id}", {
        params: { path: { id: workflow.id } },
        body: { definition: definition as Record<string, never>, expectedCurrentVersion: expected },
      });
      setVersion(saved.version);
      setSaving({ state: "saved" });
      await queries.invalidateQueries({ queryKey: ["problems", workflow.id] });
    } catch (error) {
      const problem = asProblem(error);
      setSaving(problem.status === 409 || problem.status === 412 ? { state: "conflict" } : { state: "refused", problem });
    }
  };
  const saveNow = useEffectEvent(save);
  const isTyping = saving.state === "typing";
  useEffect(() => {
    if (!isTyping || fault !== undefined) return undefined;
    const timer = setTimeout(() => void saveNow(version), PAUSE);
    return () => clearTimeout(timer);
  }, [text, isTyping, fault, version]);
  useEffect(() => {
    if (saving.state === "saved") return undefined;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener("beforeunload", warn);
    return () => removeEventListener("beforeunload", warn);
  }, [saving.state]);
  const readAgain = () => queries.invalidateQueries({ queryKey: ["workflow", workflow.id] });
  const overwrite = async () => {
    const latest = await api.get("/v1/workflows/{id}", { params: { path: { id: workflow.id } } });
    setVersion(latest.version);
    await save(latest.version);
  };
  return (
    <div className="body stack">
      <div className="row spread">
        <span className="small quiet" role="status">
          {{ saved: "Saved as a draft", typing: "Not saved yet", saving: "Saving…", conflict: "Not saved", refused: "Not saved" }[saving.state]}
        </span>
      </div>
      {saving.state === "conflict" && (
        <div className="note wait" role="alert">
          <div className="stack">
            <h3>Somebody else changed this workflow meanwhile</h3>
            <p>Nothing of yours was saved, and nothing of theirs is lost. Look at theirs, or put yours in its place.</p>
            <div className="row">
              <Button onClick={() => void readAgain()}>Take theirs</Button>
              <Button look="danger" onClick={() => void overwrite()}>
                Save mine over it
              </Button>
            </div>
          </div>
        </div>
      )}
      {saving.state === "refused" && <ProblemNote error={saving.problem} onRetry={() => void save(version)} />}
      <Field label="Definition" faults={fault ? [fault] : []}>
        {(control) => (
          <textarea
            {...control}
            className="input code definition"
            spellCheck={false}
            readOnly={!may}
            value={text}
            onChange={(event) => {
              setText(event.target.value);
              setSaving({ state: "typing" });
            }}
          />
        )}
      </Field>
    </div>
  );
}

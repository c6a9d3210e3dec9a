import { useId } from "react";
import { Field } from "../common/Field";
import type { State, Talk } from "./talk";

type Connector = { id: string; name: string };
type Offered = { preferred?: string | null; models: string[] };

/** Which model is asked, and by which connector where there are several. */
export function ModelChoice({ talk, state, connectors, offered, isUndecided }: { talk: Talk; state: State; connectors: Connector[]; offered: Offered | undefined; isUndecided: boolean }) {
  const names = useId();
  const only = offered?.models.length === 1 ? offered.models[0] : undefined;
  const usual = offered?.preferred ?? only;
  return (
    <div className="row model-choice">
      {connectors.length > 1 && (
        <Field label="Connector" {...(isUndecided && { hint: "There are several: choose which is asked." })}>
          {(control) => (
            <select {...control} className="input choose" value={state.connectorId ?? ""} onChange={(event) => talk.choose({ connectorId: event.target.value || undefined, model: "" })}>
              <option value="">{isUndecided ? "Choose…" : "The usual one"}</option>
              {connectors.map(({ id, name }) => (
                <option key={id} value={id}>
                  {name}
                </option>
              ))}
            </select>
          )}
        </Field>
      )}
      <Field label="Model" {...(offered && !usual && { hint: "The connector names none: choose one." })}>
        {(control) => <input {...control} className="input" list={names} maxLength={200} spellCheck={false} value={state.model} placeholder={usual ?? ""} onChange={(event) => talk.choose({ model: event.target.value.trim() })} />}
      </Field>
      <datalist id={names}>
        {offered?.models.map((model) => (
          <option key={model} value={model} />
        ))}
      </datalist>
    </div>
  );
}

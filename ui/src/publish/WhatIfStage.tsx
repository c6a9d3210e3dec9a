import { Link } from "@tanstack/react-router";
import { asObject, asText } from "../api/exactJson";
import { Field } from "../common/Field";
import { lookOf } from "../common/Status";
import { Id, Theirs } from "../common/Theirs";
import { Differences } from "../graph/Differences";
import type { WhatIf } from "./stages";

type Run = WhatIf["runs"][number];
type Verdict = Run["verdict"];

/** What is most to be looked at first. */
const VERDICTS: [Verdict, string, string][] = [
  ["refused", "Would not begin", "Their input is not what the draft asks for."],
  ["other_path", "Would go another way", "A node would end otherwise, or would run and did not."],
  ["other_result", "Would give another result", "The same way, with another output or failure."],
  ["cannot_tell", "Cannot be told", "A node would be called that was not, or a person cancelled the run."],
  ["same", "Would be the same", "Every node ends as it did, with the same output."],
];
const COUNTS = [20, 50, 100, 200] as const;

/** What would have become of the last runs under the draft, what differs first. */
export function WhatIfStage({ report, runs, onRuns }: { report: WhatIf; runs: number; onRuns: (runs: number) => void }) {
  return (
    <div className="stack">
      <p>
        The last finished runs of version {report.liveVersion}, played again under the draft: what the outside answered then answers now. Nothing was called, and nothing was written.
      </p>
      {report.otherInputRuns > 0 && (
        <p className="note wait">
          {report.otherInputRuns === 1 ? "One run" : `${report.otherInputRuns} runs`} would call a node with another input than it was called with. It is answered as it was then, which may not be what the outside would say.
        </p>
      )}
      <div className="count-choice">
        <Field label="Runs that are played again">
          {(control) => (
            <select {...control} className="input" value={runs} onChange={(event) => onRuns(Number(event.target.value))}>
              {COUNTS.map((count) => (
                <option key={count}>{count}</option>
              ))}
            </select>
          )}
        </Field>
      </div>
      {report.runs.length === 0 && <p className="quiet">The live version has not finished a run yet: there is nothing to play again.</p>}
      {VERDICTS.map(([verdict, word, meaning]) => (
        <Group key={verdict} verdict={verdict} word={word} meaning={meaning} runs={report.runs.filter((run) => run.verdict === verdict)} />
      ))}
    </div>
  );
}

function Group({ verdict, word, meaning, runs }: { verdict: Verdict; word: string; meaning: string; runs: Run[] }) {
  if (runs.length === 0) return null;
  const { icon: Icon, tone } = lookOf({ same: "success", refused: "failure", other_path: "waiting", other_result: "waiting", cannot_tell: "pending" }[verdict]);
  return (
    <details open={verdict !== "same"}>
      <summary>
        <h3 className={`status tone-${tone}`}>
          <Icon size={15} aria-hidden /> {word} ({runs.length})
        </h3>
      </summary>
      <p className="small quiet">{meaning}</p>
      <ul className="stack checks">
        {runs.map((run) => (
          <li key={run.runId}>
            <div className="row">
              <Link to="/runs/$runId" params={{ runId: run.runId }} search={{}}>
                <Id>{run.runId}</Id>
              </Link>
              {run.node && (
                <span>
                  at <code className="theirs">{run.node}</code>
                </span>
              )}
              {run.reason && (
                <span className="grow">
                  <Theirs>{run.reason}</Theirs>
                </span>
              )}
            </div>
            {(run.calledAnew?.length ?? 0) > 0 && (
              <p className="small quiet">
                Would be called and was not: <Theirs>{(run.calledAnew ?? []).join(", ")}</Theirs>
              </p>
            )}
            <Where label="Where the results differ" of={run.differences ?? []} />
            {(run.otherInputs ?? []).map(({ node, differences }) => (
              <Where key={node} label={`The input of ${node} differs`} of={differences} />
            ))}
          </li>
        ))}
      </ul>
    </details>
  );
}

function Where({ label, of }: { label: string; of: unknown[] }) {
  if (of.length === 0) return null;
  const differences = of.map(asObject).map((each) => ({ path: asText(each["pointer"]) ?? asText(each["path"]) ?? "", before: each["expected"], after: each["actual"] }));
  return (
    <details className="small">
      <summary>
        <Theirs>{label}</Theirs> ({of.length})
      </summary>
      <Differences of={differences} />
    </details>
  );
}

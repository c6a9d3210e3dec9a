import { CircleCheck, CircleX, MinusCircle } from "lucide-react";
import { Theirs } from "../common/Theirs";
import type { Readiness } from "./stages";

const VERDICTS = {
  fail: { word: "Does not hold", icon: CircleX, tone: "bad" },
  pass: { word: "Holds", icon: CircleCheck, tone: "good" },
  notApplicable: { word: "Does not apply", icon: MinusCircle, tone: "still" },
} as const;

/** The launch checklist, what does not hold first, each with what was seen and what helps. */
export function ReadinessStage({ readiness }: { readiness: Readiness }) {
  const { pass, fail, notApplicable } = readiness.summary;
  return (
    <div className="stack">
      <p>
        {fail === 0 ? "Every check that applies holds." : "It can be published all the same: these are questions that others will ask of it."}{" "}
        <span className="quiet">
          {pass} hold, {fail} do not, {notApplicable} do not apply.
        </span>
      </p>
      {(["fail", "pass", "notApplicable"] as const).map((verdict) => {
        const checks = readiness.checks.filter((check) => check.verdict === verdict);
        const { word, icon: Icon, tone } = VERDICTS[verdict];
        if (checks.length === 0) return null;
        return (
          <details key={verdict} open={verdict === "fail"}>
            <summary>
              <h3>
                {word} ({checks.length})
              </h3>
            </summary>
            <ul className="stack checks">
              {checks.map(({ check, title, evidence, cure }) => (
                <li key={check} className="change">
                  <Icon size={15} className={`tone-${tone}`} aria-hidden />
                  <div className="grow">
                    <strong>{title}</strong> <code className="small quiet">{check}</code>
                    {evidence.map((line, index) => (
                      <p key={index} className="small">
                        <Theirs>{line}</Theirs>
                      </p>
                    ))}
                    {cure && (
                      <p className="small quiet">
                        What helps: <Theirs>{cure}</Theirs>
                      </p>
                    )}
                  </div>
                </li>
              ))}
            </ul>
          </details>
        );
      })}
    </div>
  );
}

import { CircleCheck } from "lucide-react";
import { ProblemNote } from "../common/ProblemNote";
import { Theirs } from "../common/Theirs";
import type { Editor } from "./useEditor";

/** What keeps the draft from being published, each with the way to its node. */
export function ProblemList({ editor, onGo }: { editor: Editor; onGo?: () => void }) {
  const { problems, definition } = editor;
  const go = (id: string) => {
    editor.select([id]);
    editor.setView("node");
    onGo?.();
  };
  if (problems.error) return <ProblemNote error={problems.error} />;
  return (
    <div className="stack">
      {problems.isChecking && (
        <p className="small quiet" role="status">
          Checking…
        </p>
      )}
      {problems.problems.length === 0 && !problems.isChecking && (
        <p className="status tone-good">
          <CircleCheck size={15} aria-hidden />
          The draft can be published
        </p>
      )}
      <ul className="stack">
        {problems.problems.map((problem, index) => (
          <li key={index}>
            {problem.nodeId && definition.nodes?.[problem.nodeId] ? (
              <button type="button" className="button plain node-link" onClick={() => go(problem.nodeId ?? "")}>
                <code className="theirs">{problem.nodeId}</code>
              </button>
            ) : (
              <code className="theirs">{problem.nodeId}</code>
            )}{" "}
            <Theirs>{problem.message}</Theirs> <code className="small quiet theirs">{problem.path}</code>
          </li>
        ))}
      </ul>
    </div>
  );
}

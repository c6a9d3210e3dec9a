import { writeJson, type Json } from "../api/exactJson";
import { Table } from "../common/Table";
import { TextDiff } from "../common/TextDiff";
import type { ComparedLink, ComparedNode, Difference } from "./compare";

const WORDS = { added: "is new", removed: "is gone", changed: "is another", same: "is the same" };

/** A node that was chosen in the graph of differences: its settings before and after, and its lines. */
export function ChangedNode({ compared, links }: { compared: ComparedNode; links: ComparedLink[] }) {
  const { id, standing, node, from, differences } = compared;
  const own = links.filter((each) => each.standing !== "same" && (each.link.from === id || each.link.to === id));
  return (
    <section className="stack body" aria-label={`What changed of ${id}`}>
      <h3>
        <code className="theirs">{id}</code> <span className="quiet">{node.type}</span> {from === undefined ? WORDS[standing] : <>was called <code className="theirs">{from}</code></>}
      </h3>
      {differences.length > 0 && <Differences of={differences} />}
      {(standing === "added" || standing === "removed") && <TextDiff label={`Settings of ${id}`} before={standing === "removed" ? written(node) : ""} after={standing === "added" ? written(node) : ""} />}
      {own.length > 0 && (
        <ul className="stack small">
          {own.map(({ link, standing: how, was }) => (
            <li key={`${link.bond}:${link.from}:${link.to}:${how}`}>
              The line from <code className="theirs">{link.from}</code> to <code className="theirs">{link.to}</code> {WORDS[how]}
              {how === "changed" && (
                <>
                  : on <code className="theirs">{was ?? "every branch"}</code> before, on <code className="theirs">{link.branch ?? "every branch"}</code> now
                </>
              )}
            </li>
          ))}
        </ul>
      )}
      {standing === "same" && own.length === 0 && <p className="quiet">Nothing of it changed.</p>}
    </section>
  );
}

function written(node: ComparedNode["node"]): string {
  return writeJson(node, 2);
}

const LETTERS = 2_000;

/** What was and what is, place by place. */
export function Differences({ of }: { of: Difference[] }) {
  return (
    <Table heads={["Setting", "Before", "After"]}>
      {of.map(({ path, before, after }) => (
        <tr key={path}>
          <td>
            <code className="theirs">{path || "/"}</code>
          </td>
          <td className="was">
            <Value of={before} />
          </td>
          <td className="is">
            <Value of={after} />
          </td>
        </tr>
      ))}
    </Table>
  );
}

function Value({ of }: { of: Json | undefined }) {
  if (of === undefined) return <span className="quiet">nothing</span>;
  const text = typeof of === "string" ? of : writeJson(of, 1);
  return <code className="theirs value">{text.length > LETTERS ? `${text.slice(0, LETTERS)}…` : text || "an empty text"}</code>;
}

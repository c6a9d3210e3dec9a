import { useQuery } from "@tanstack/react-query";
import { download } from "../api/client";
import { asObject, asText, isObject, parseJson, type JsonObject } from "../api/exactJson";
import { Instant } from "../common/Instant";
import { JsonTree } from "../common/JsonTree";
import { Loading } from "../common/Listing";
import { ProblemNote } from "../common/ProblemNote";
import { Table } from "../common/Table";
import { Theirs } from "../common/Theirs";
import type { DataTable } from "./TablesPage";

async function changesOf(table: DataTable): Promise<JsonObject[]> {
  const file = await download("/v1/ledger/export?type=table.*");
  const lines = (await file.text()).split("\n").filter(Boolean);
  return lines.map((line) => asObject(parseJson(line))).filter((event) => event["stream"] === `table/${table.id}`);
}

/** What became of the table itself, from the ledger. Rows are not events. */
export function TableHistory({ table }: { table: DataTable }) {
  const history = useQuery({ queryKey: ["table-history", table.id, table.version], queryFn: () => changesOf(table) });
  if (history.isPending) return <Loading lines={3} />;
  if (history.isError) return <ProblemNote error={history.error} onRetry={() => void history.refetch()} />;
  return (
    <section className="panel" aria-label="History">
      <Table heads={["When", "What", "Who", "More", "Position"]}>
        {history.data.toReversed().map((event) => (
          <tr key={String(event["position"])}>
            <td>
              <Instant at={asText(event["recordedAt"])} />
            </td>
            <td>
              <code className="theirs">{asText(event["type"])}</code>
            </td>
            <td>
              <Theirs>{asText(asObject(event["metadata"])["actor"]) ?? "–"}</Theirs>
            </td>
            <td>{isObject(event["payload"]) && Object.keys(event["payload"]).length > 0 && <JsonTree value={event["payload"]} label="the change" />}</td>
            <td className="number">{Number(String(event["position"])).toLocaleString()}</td>
          </tr>
        ))}
      </Table>
      <p className="body quiet small">Rows are not events: what is written is in the version and the times of each row.</p>
    </section>
  );
}

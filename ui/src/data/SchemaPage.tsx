import "./data.css";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { api, type Data } from "../api/client";
import { writeJson, type Json } from "../api/exactJson";
import { Button } from "../common/Button";
import { Copy } from "../common/Copy";
import { Instant } from "../common/Instant";
import { JsonTree } from "../common/JsonTree";
import { Loading } from "../common/Listing";
import { ProblemNote } from "../common/ProblemNote";
import { Status } from "../common/Status";
import { Table } from "../common/Table";
import { Theirs } from "../common/Theirs";
import { useOrder } from "../common/useOrder";
import { Page } from "../frame/Page";
import { useMay } from "../frame/whoami";
import { CheckDocument, NewVersion } from "./SchemaChecks";

export type DataSchema = Data<"/v1/validation/schemas/{id}">;

/** One schema: its versions, what they say, and what holds against it. */
export function SchemaPage() {
  const { schemaId } = useParams({ from: "/schemas/$schemaId" });
  const may = useMay("schemas:write");
  const [version, setVersion] = useState<string>();
  const schema = useQuery({ queryKey: ["schema", schemaId, version], queryFn: () => api.get("/v1/validation/schemas/{id}", { params: { path: { id: schemaId }, query: { ...(version && { version }) } } }) });
  const crumbs = <Link to="/schemas">Schemas</Link>;
  if (!schema.data) {
    return (
      <Page title="Schema" crumbs={crumbs}>
        {schema.isError ? <ProblemNote error={schema.error} onRetry={() => void schema.refetch()} /> : <Loading />}
      </Page>
    );
  }
  const { data } = schema;
  return (
    <Page title={`${data.namespace}/${data.name}`} crumbs={crumbs} lead={data.description ? <Theirs>{data.description}</Theirs> : undefined}>
      <dl className="facts">
        <dt>Reference</dt>
        <dd className="row">
          <code className="theirs">{data.reference}</code>
          <Copy text={data.reference} what="the reference" />
        </dd>
        <dt>Compatibility</dt>
        <dd>{data.metadata.compatibility.replaceAll("_", " ").toLowerCase()}</dd>
        <dt>Owner</dt>
        <dd>
          <Theirs>{data.metadata.owner ?? "–"}</Theirs>
        </dd>
        <dt>Tags</dt>
        <dd>
          <Theirs>{data.metadata.tags.join(", ") || "–"}</Theirs>
        </dd>
      </dl>
      <div className="two-columns">
        <section className="panel" aria-label="The schema">
          <header>
            <h2 className="grow">Version {data.version}</h2>
            {data.isDeprecated && <Status of="deprecated" />}
          </header>
          <div className="body stack">
            <JsonTree key={data.version} value={data.schema as Json} label="the schema" />
            {data.changes.length > 0 && <ChangeList changes={data.changes} title="Against the version before" />}
          </div>
        </section>
        <Versions schema={data} may={may} onShow={setVersion} />
        {may && <NewVersion key={`new ${data.version}`} schema={data} before={writeJson(data.schema, 2)} />}
        <CheckDocument schema={data} />
      </div>
    </Page>
  );
}

function Versions({ schema, may, onShow }: { schema: DataSchema; may: boolean; onShow: (version: string) => void }) {
  const deprecate = useOrder(
    ({ version, is }: { version: string; is: boolean }) => api.post("/v1/validation/schemas/{id}/deprecate", { params: { path: { id: schema.id } }, body: { version, isDeprecated: is } }),
    "It is said",
  );
  return (
    <section className="panel" aria-label="Versions">
      <header>
        <h2>Versions</h2>
      </header>
      <Table heads={["Version", "State", "By", "When"]} hasActions>
        {schema.versions.toReversed().map(({ version, isDeprecated, createdBy, createdAt }) => (
          <tr key={version}>
            <td>
              <button type="button" className="link" aria-current={version === schema.version || undefined} onClick={() => onShow(version)}>
                {version}
              </button>
            </td>
            <td>
              <Status of={isDeprecated ? "deprecated" : "active"} />
            </td>
            <td>
              <Theirs>{createdBy}</Theirs>
            </td>
            <td>
              <Instant at={createdAt} />
            </td>
            <td>
              {may && (
                <Button busy={deprecate.isPending} title={isDeprecated ? "It may be used as before" : "It can be used on; whoever uses it is told"} onClick={() => deprecate.mutate({ version, is: !isDeprecated })}>
                  {isDeprecated ? "Advise it again" : "Deprecate"}
                </Button>
              )}
            </td>
          </tr>
        ))}
      </Table>
      {deprecate.isError && <ProblemNote error={deprecate.error} />}
    </section>
  );
}

export function ChangeList({ changes, title }: { changes: DataSchema["changes"]; title: string }) {
  return (
    <>
      <h3>{title}</h3>
      <ul className="stack small">
        {changes.map((change, index) => (
          <li key={index}>
            <span className={change.severity === "BREAKING" ? "tone-bad" : "tone-good"}>{change.severity === "BREAKING" ? `breaks ${change.breaks.join(" and ").toLowerCase()}` : "compatible"}</span> <code className="theirs">{change.path}</code> <Theirs>{change.message}</Theirs>
          </li>
        ))}
      </ul>
    </>
  );
}

import "./data.css";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "../api/client";
import { Button } from "../common/Button";
import { OrderDialog } from "../common/Dialog";
import { Instant } from "../common/Instant";
import { Loading } from "../common/Listing";
import { ProblemNote } from "../common/ProblemNote";
import { Theirs } from "../common/Theirs";
import { useOrder } from "../common/useOrder";
import { Page } from "../frame/Page";
import { useMay } from "../frame/whoami";
import { WriteDocument } from "./WriteDocument";

/** One document, as it is or as it was. */
export function DocumentPage() {
  const { documentId } = useParams({ from: "/knowledge/$documentId" });
  const may = useMay("data:write");
  const navigate = useNavigate();
  const [version, setVersion] = useState<number>();
  const [latest, setLatest] = useState<number>();
  const [open, setOpen] = useState<"write" | "remove">();
  const document = useQuery({
    queryKey: ["document", documentId, version],
    queryFn: async () => {
      const found = await api.get("/v1/knowledge/documents/{id}", { params: { path: { id: documentId }, query: { ...(version !== undefined && { version }) } } });
      setLatest((known) => Math.max(known ?? 0, found.version));
      return found;
    },
  });
  const remove = useOrder(() => api.delete("/v1/knowledge/documents/{id}", { params: { path: { id: documentId } } }), "The document is removed", () => void navigate({ to: "/knowledge" }));
  const crumbs = <Link to="/knowledge">Knowledge</Link>;
  if (!document.data) {
    return (
      <Page title="Document" crumbs={crumbs}>
        {document.isError ? <ProblemNote error={document.error} onRetry={() => void document.refetch()} /> : <Loading />}
      </Page>
    );
  }
  const { data } = document;
  return (
    <Page
      title={data.title}
      crumbs={crumbs}
      actions={
        may && (
          <>
            {data.version === latest && <Button onClick={() => setOpen("write")}>Change it</Button>}
            <Button look="danger" onClick={() => setOpen("remove")}>
              Remove…
            </Button>
          </>
        )
      }
    >
      <dl className="facts small">
        <dt>Version</dt>
        <dd className="row">
          {data.version.toLocaleString()} by <Theirs>{data.updatedBy}</Theirs>, <Instant at={data.updatedAt} form="full" />
          {data.version > 1 && <Button onClick={() => setVersion(data.version - 1)}>The one before</Button>}
          {latest !== undefined && data.version < latest && <Button onClick={() => setVersion(undefined)}>The latest</Button>}
        </dd>
        <dt>Tags</dt>
        <dd>
          <Theirs>{data.tags.join(", ") || "–"}</Theirs>
        </dd>
        <dt>Source</dt>
        <dd>
          <Theirs>{data.source ?? "–"}</Theirs>
        </dd>
      </dl>
      <section className="panel" aria-label="Text">
        <div className="body document-text">
          <Theirs>{data.text}</Theirs>
        </div>
      </section>
      {open === "write" && <WriteDocument document={data} onClose={() => setOpen(undefined)} onDone={() => void document.refetch()} />}
      {open === "remove" && (
        <OrderDialog title="Remove this document" verb="Remove" look="danger" busy={remove.isPending} error={remove.error} onOrder={() => remove.mutate(undefined)} onClose={() => setOpen(undefined)}>
          <p>It is found no more. Its versions stay on the ledger.</p>
        </OrderDialog>
      )}
    </Page>
  );
}

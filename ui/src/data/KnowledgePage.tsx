import "./data.css";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { Plus } from "lucide-react";
import { useState } from "react";
import { api, sinceWritten } from "../api/client";
import { Button } from "../common/Button";
import { Empty } from "../common/Empty";
import { Instant } from "../common/Instant";
import { Listing } from "../common/Listing";
import { SearchBox } from "../common/SearchBox";
import { Table } from "../common/Table";
import { Theirs } from "../common/Theirs";
import { bytes } from "../common/units";
import { usePages } from "../common/usePages";
import { Page } from "../frame/Page";
import { useMay } from "../frame/whoami";
import { WriteDocument } from "./WriteDocument";

/** What was written down, to be found by people and workflows. */
export function KnowledgePage() {
  const may = useMay("data:write");
  const navigate = useNavigate();
  const [words, setWords] = useState("");
  const [tag, setTag] = useState("");
  const [isMaking, setMaking] = useState(false);
  return (
    <Page
      title="Knowledge"
      lead="What was written down: people search it here, workflows by a node."
      actions={
        may && (
          <Button look="primary" icon={<Plus size={16} aria-hidden />} onClick={() => setMaking(true)}>
            New document
          </Button>
        )
      }
    >
      <div className="row">
        <SearchBox value={words} onChange={setWords} label="Search the documents" />
        <SearchBox value={tag} onChange={setTag} label="Tag" />
      </div>
      {words ? <Found words={words} tag={tag} /> : <Documents tag={tag} />}
      {isMaking && <WriteDocument document={undefined} onClose={() => setMaking(false)} onDone={(documentId) => void navigate({ to: "/knowledge/$documentId", params: { documentId } })} />}
    </Page>
  );
}

function Documents({ tag }: { tag: string }) {
  const documents = usePages(["documents", tag], (cursor) => {
    const minPosition = sinceWritten();
    return api.get("/v1/knowledge/documents", { params: { query: { limit: 50, ...(tag && { tag }), ...(cursor ? { cursor } : minPosition && { minPosition }) } } });
  });
  return (
    <section className="panel" aria-label="Documents">
      <Listing
        query={documents}
        empty={
          <Empty title={tag ? "No document has this tag" : "No document yet"}>
            <p>Write down what people ask again and again: how refunds are done, what to do when a wallet is low. It is found by its words.</p>
          </Empty>
        }
      >
        <Table heads={["Document", "Tags", "Size", "Version", "Changed"]}>
          {documents.items.map((document) => (
            <tr key={document.id}>
              <td>
                <Link to="/knowledge/$documentId" params={{ documentId: document.id }}>
                  <Theirs clip>{document.title}</Theirs>
                </Link>
              </td>
              <td className="small">
                <Theirs>{document.tags.join(", ")}</Theirs>
              </td>
              <td>{bytes(document.bytes)}</td>
              <td>{document.version.toLocaleString()}</td>
              <td>
                <Instant at={document.updatedAt} />
              </td>
            </tr>
          ))}
        </Table>
      </Listing>
    </section>
  );
}

function Found({ words, tag }: { words: string; tag: string }) {
  const found = useQuery({ queryKey: ["knowledge", words, tag], queryFn: () => api.get("/v1/knowledge/search", { params: { query: { q: words, limit: 20, ...(tag && { tag }) } } }) });
  const items = found.data?.items ?? [];
  return (
    <section className="panel" aria-label="Found">
      <Listing
        query={{ ...found, items }}
        empty={
          <Empty title="Nothing was found">
            <p>Words are found whole; “a phrase” in quotes, or between words, and - before one that must not be there.</p>
          </Empty>
        }
      >
        <ol>
          {items.map((place) => (
            <li key={place.documentId} className="body stack">
              <Link to="/knowledge/$documentId" params={{ documentId: place.documentId }}>
                <Theirs clip>{place.title}</Theirs>
              </Link>
              <p className="snippet">
                <Snippet text={place.snippet} />
              </p>
            </li>
          ))}
        </ol>
      </Listing>
    </section>
  );
}

/** What was asked for stands between two stars. */
function Snippet({ text }: { text: string }) {
  return <bdi className="theirs">{text.split("**").map((part, index) => (index % 2 === 1 ? <mark key={index}>{part}</mark> : part))}</bdi>;
}

import { useState } from "react";
import { api, type Data } from "../api/client";
import { OrderDialog } from "../common/Dialog";
import { Field } from "../common/Field";
import { useOrder } from "../common/useOrder";

type Document = Data<"/v1/knowledge/documents/{id}">;
type Props = { document: Document | undefined; onClose: () => void; onDone: (id: string) => void };

/** Writes a document, or lets it say something else. */
export function WriteDocument({ document, onClose, onDone }: Props) {
  const [title, setTitle] = useState(document?.title ?? "");
  const [text, setText] = useState(document?.text ?? "");
  const [tags, setTags] = useState(document?.tags.join(", ") ?? "");
  const [source, setSource] = useState(document?.source ?? "");
  const write = useOrder(
    () => {
      const body = { title, text, tags: tags.split(",").map((tag) => tag.trim()).filter(Boolean), ...(source && { source }) };
      if (!document) return api.post("/v1/knowledge/documents", { body });
      return api.put("/v1/knowledge/documents/{id}", { params: { path: { id: document.id } }, body: { ...body, expectedVersion: document.version } });
    },
    "The document is written",
    ({ id }) => {
      onClose();
      onDone(id);
    },
  );
  return (
    <OrderDialog wide title={document ? "Change the document" : "New document"} verb="Write it" busy={write.isPending} error={write.error} disabled={!title.trim() || !text.trim()} onOrder={() => write.mutate(undefined)} onClose={onClose}>
      <Field label="Title" isRequired>
        {(control) => <input {...control} className="input" value={title} onChange={(event) => setTitle(event.target.value)} />}
      </Field>
      <Field label="Text" hint="Plain or Markdown, 1 MiB at most." isRequired>
        {(control) => <textarea {...control} className="input" rows={12} value={text} onChange={(event) => setText(event.target.value)} />}
      </Field>
      <Field label="Tags" hint="With commas between.">
        {(control) => <input {...control} className="input" value={tags} onChange={(event) => setTags(event.target.value)} />}
      </Field>
      <Field label="Source" hint="Where it comes from, if from elsewhere.">
        {(control) => <input {...control} className="input" value={source} onChange={(event) => setSource(event.target.value)} />}
      </Field>
    </OrderDialog>
  );
}

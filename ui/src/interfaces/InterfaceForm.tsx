import "./interfaces.css";
import { useState, type FormEvent } from "react";
import type { Json } from "../api/exactJson";
import { Button } from "../common/Button";
import { Dialog, OrderDialog } from "../common/Dialog";
import { Theirs } from "../common/Theirs";
import { answerOf, beginning, faultsOf, shownActions, type AnswerFault } from "./answer";
import { DataView } from "./DataView";
import { InterfaceFields } from "./InterfaceFields";
import { REJECT, type Answers, type Component, type UiAction } from "./model";

type Props = {
  component: Component;
  /** What is shown beside the fields, and what conditions look at. */
  data: Json | undefined;
  /** What the server found, by the keys of the fields. */
  faults: AnswerFault[];
  busy?: boolean;
  onSend: (answer: Record<string, Json>) => void;
  onReject?: (() => void) | undefined;
  /** What the button says of a form that has none of its own. */
  verb?: string;
};

/** An interface that asks: a form in the page, a form in a dialog, or buttons below data. */
export function InterfaceForm(props: Props) {
  const { component } = props;
  const [isOpen, setOpen] = useState(false);
  if (component.componentType !== "Modal") return <Body {...props} />;
  return (
    <>
      <div className="row">
        <Button look="primary" onClick={() => setOpen(true)}>
          <Theirs clip>{component.title ?? component.name}</Theirs>
        </Button>
      </div>
      {isOpen && (
        <Dialog title={component.title ?? component.name} onClose={() => setOpen(false)}>
          <Body {...props} withTitle={false} onClose={() => setOpen(false)} />
        </Dialog>
      )}
    </>
  );
}

function Body({ component, data, faults, busy = false, onSend, onReject, verb = "Send", withTitle = true, onClose }: Props & { withTitle?: boolean; onClose?: () => void }) {
  const [answers, setAnswers] = useState<Answers>(() => beginning(component));
  const [tried, setTried] = useState<AnswerFault[]>([]);
  const [asked, setAsked] = useState<UiAction>();
  const actions = shownActions(component, answers, data);
  const send = (action: UiAction | undefined) => {
    setAsked(undefined);
    if (action?.actionKey === REJECT) return onReject?.();
    const answer = answerOf(component, answers, data, action?.actionKey);
    const found = faultsOf(component, data, answer);
    setTried(found);
    if (found.length === 0) onSend(answer);
  };
  const press = (action: UiAction) => (action.confirmation ? setAsked(action) : send(action));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const first = actions.find(({ style }) => style === "primary");
    if ((component.actions?.length ?? 0) === 0) send(undefined);
    else if (first) press(first);
  };
  const change = (key: string, value: Json | undefined) => {
    setAnswers((before) => ({ ...before, [key]: value }));
    setTried((before) => before.filter(({ path }) => path !== `/${key}`));
  };
  return (
    <form className="stack interface" onSubmit={submit} noValidate>
      {withTitle && component.title && (
        <h3>
          <Theirs>{component.title}</Theirs>
        </h3>
      )}
      {component.description && (
        <p className="quiet">
          <Theirs>{component.description}</Theirs>
        </p>
      )}
      {component.customProps && component.customProps.displayType !== "actions" && <DataView component={component} data={data} />}
      <InterfaceFields component={component} answers={answers} data={data} faults={tried.length > 0 ? tried : faults} onChange={change} />
      <div className="row">
        {(component.actions?.length ?? 0) === 0 && (
          <Button type="submit" look="primary" busy={busy}>
            {verb}
          </Button>
        )}
        {actions.map((action) => (
          <Button key={action.actionKey} look={action.style === "secondary" ? undefined : action.style} busy={busy} onClick={() => press(action)}>
            <Theirs clip>{action.label}</Theirs>
          </Button>
        ))}
        {onClose && <Button onClick={onClose}>Back</Button>}
      </div>
      {asked && (
        <OrderDialog title={asked.label} verb={asked.label} look={asked.style === "danger" ? "danger" : "primary"} busy={busy} error={undefined} onOrder={() => send(asked)} onClose={() => setAsked(undefined)}>
          <p>
            <Theirs>{asked.confirmation ?? ""}</Theirs>
          </p>
        </OrderDialog>
      )}
    </form>
  );
}
